"""Licences written to the register, brought in from tables, and handed out as ODRL."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from checker.errors import LicenceError
from checker.judge.ledger import COLUMNS, add_licence, import_licences, to_toml
from checker.judge.licence import Licences, load_licences
from checker.judge.odrl import to_odrl
from checker.judge.terms import Licence
from checker.model import LicenceState
from tests.judge.conftest import ROOT

FULL = {
    "id": "2026-009",
    "licensee": '某"站" \\ 網',
    "registered": "某站有限公司",
    "names": ["某站網"],
    "contract": "C-9",
    "document": "ab" * 32,
    "written": False,
    "contact": "a@b.example",
    "operators": ["京ICP備9號"],
    "publisher": "cri",
    "domains": ["site.example", "站.example"],
    "subdomains": False,
    "apps": ["com.site"],
    "accounts": [{"channel": "weibo", "at": "weibo.example/u/9"}],
    "channels": ["site", "weibo"],
    "languages": ["zh-Hans"],
    "works": {"channels": ["travel"], "tags": ["茶"]},
    "exclusions": {"authors": ["何晴"]},
    "excerpt": {"characters": 300, "share": 0.5},
    "quota": {"day": 5, "month": 60},
    "concurrent": 10,
    "embargo_minutes": 30,
    "modification": False,
    "credit": "head",
    "link": True,
    "sublicence": True,
    "commerce": False,
    "removal_at_end": True,
    "removal_on_withdrawal": True,
    "start": date(2026, 1, 1),
    "end": date(2026, 12, 31),
    "suspension": [{"start": date(2026, 2, 1), "end": date(2026, 2, 3)}, {"start": date(2026, 11, 1)}],
    "amendment": [{"from": date(2026, 7, 1), "excerpt": {"characters": 600}, "link": False}],
    "notes": "line one\nline two\t\u202e",
}


def test_a_licence_with_every_term_survives_the_way_to_the_file_and_back(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    licence = Licence.model_validate(FULL)
    assert set(FULL) == set(Licence.model_fields)
    add_licence(path, licence)
    assert load_licences(path) == Licences((licence,))


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_any_words_survive_the_way_to_the_file_and_back(
    tmp_path_factory: pytest.TempPathFactory, licensee: str, notes: str
) -> None:
    path = tmp_path_factory.mktemp("register") / "licences.toml"
    given_words = {"id": "a", "licensee": licensee, "notes": notes, "domains": ["a.example"], "start": "2026-01-01"}
    licence = Licence.model_validate(given_words)
    add_licence(path, licence)
    assert load_licences(path).licence("a") == licence


def test_adding_keeps_what_is_there_with_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    before = "# ours\n" + to_toml(Licence(id="a", licensee="甲", domains=("a.example",), start=date(2026, 1, 1)))
    path.write_text(before.rstrip("\n"), encoding="utf-8")
    add_licence(path, Licence.model_validate(FULL))
    assert path.read_text(encoding="utf-8").startswith(before)
    assert [licence.id for licence in load_licences(path).licences] == ["2026-009", "a"]


def test_a_licence_that_is_there_already_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    licence = Licence.model_validate(FULL)
    add_licence(path, licence)
    before = path.read_bytes()
    with pytest.raises(LicenceError, match="licence 2026-009 is already there"):
        add_licence(path, licence)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


FIRST = '[[licence]]\nid = "a"\nlicensee = "甲"\ndomains = ["a.example"]\nstart = 2026-01-01\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("licensee", "licencee", 3, "unknown key licence.0.licencee"),
        ("2026-01-01", '"soon"', 5, "licence.0.start: Input should be a valid date"),
        ('["a.example"]', '["http://a.example/"]', 4, "expected a domain such as news.example"),
        ('domains = ["a.example"]\n', "", 1, "licence a: expected at least one domain, app or account"),
        ("start", "end = 2025-12-31\nstart", 1, "licence a: ends 2025-12-31 before it starts 2026-01-01"),
        ("start", 'credit = "foot"\nstart', 5, "licence.0.credit: Input should be 'due', 'head' or 'waived'"),
        ("start", 'accounts = [{ channel = "weibo", at = "weibo" }]\nstart', 5, "expected host and path of an account"),
        ("start", "amendment = [{ link = true }]\nstart", 1, "amendment 1: expected from = a date"),
        ("start", "amendment = [{ from = 2026-02-01, lnk = 1 }]\nstart", 1, "amendment 1: unknown key lnk"),
        ("start", "amendment = [{ from = 2025-02-01 }]\nstart", 1, "amendment 1 is from before the start"),
        ("start", "amendment = [{ from = 2026-02-01, link = 7 }]\nstart", 1, "amendment from 2026-02-01: link"),
        ("[[licence]]", FIRST + "[[licence]]", 7, "licence a is there twice"),
        ("start", "start start", 5, "not valid TOML"),
    ],
)
def test_a_broken_register_names_file_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(FIRST.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LicenceError) as caught:
        load_licences(path)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_the_shipped_register_is_sound_and_only_names_invented_sites() -> None:
    register = load_licences(ROOT / "rules" / "licences.toml")
    assert len(register.licences) >= 2
    assert all(domain.endswith(".example") for licence in register.licences for domain in licence.domains)


def test_no_file_is_an_empty_register(tmp_path: Path) -> None:
    assert load_licences(tmp_path / "none.toml") == Licences()


HEADER: list[object] = [
    "id",
    "licensee",
    "domains",
    "start",
    "end",
    "works_tags",
    "excerpt_share",
    "quota_day",
    "link",
    "accounts",
]
ROWS: list[list[object]] = [
    [
        "A-1",
        "甲",
        "a.example; b.example",
        "2026-01-01",
        "2026-12-31",
        "茶、酒",
        0.5,
        3,
        True,
        "weibo=weibo.example/u/1",
    ],
    ["A-2", "乙", "", "2026-01-01", "", "", "", "", "", ""],
    ["", "", "", "", "", "", "", "", "", ""],
    ["A-3", "丙", "c.example", "someday", "", "", "", "", "", ""],
    ["A-1", "丁", "d.example", "2026-01-01", "", "", "", "", "", ""],
    ["A-5", "戊", "e.example", "2026-02-01", "", "", 2, "", "", ""],
    ["A-6", "己", "f.example", "2026-02-01", "", "", "", "", "", ""],
]
ERRORS = [
    (3, "licence A-2: expected at least one domain, app or account"),
    (5, "start: Input should be a valid date"),
    (6, "licence A-1 is there twice"),
    (7, "excerpt.share: Input should be less than or equal to 1"),
]


def csv_table(folder: Path) -> Path:
    path = folder / "licences.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    return path


def xlsx_table(folder: Path) -> Path:
    path = folder / "licences.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *ROWS]:
        sheet.append([None if cell == "" else cell for cell in row])
    sheet["D2"] = date(2026, 1, 1)
    book.save(path)
    return path


@pytest.mark.parametrize("make", [csv_table, xlsx_table])
def test_a_table_brings_in_what_is_right_and_names_each_line_that_is_not(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    found = import_licences(path)
    assert [licence.id for licence in found.licences] == ["A-1", "A-6"]
    first = found.licences[0]
    assert first.domains == ("a.example", "b.example")
    assert (first.start, first.end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (first.works.all, first.works.tags) == (False, ("茶", "酒"))
    assert (first.excerpt.share, first.quota.day, first.link) == (0.5, 3, True)
    assert first.accounts[0].at == "weibo.example/u/1"
    assert [(error.line, error.message) for error in found.errors] == [
        (line, next(e.message for e in found.errors if says in e.message)) for line, says in ERRORS
    ]


def test_a_table_as_a_spreadsheet_in_china_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "名單.csv"
    rows = (
        "授权编号,被授权方,域名,开始日期,结束日期,link\r\nA-1,某站,a.example;b.example,2026/1/1,2026年12月31日,是\r\n"
    )
    path.write_bytes(rows.encode("gb18030"))
    found = import_licences(path)
    assert found.errors == ()
    (licence,) = found.licences
    assert (licence.id, licence.licensee, licence.domains) == ("A-1", "某站", ("a.example", "b.example"))
    assert (licence.start, licence.end, licence.link) == (date(2026, 1, 1), date(2026, 12, 31), True)


def test_the_line_of_an_error_is_the_line_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    path.write_text(
        'id,licensee,domains,start,notes\nA,甲,a.example,2026-01-01,"one\ntwo"\nB,乙,b.example,soon,\n', "utf-8"
    )
    (error,) = import_licences(path).errors
    assert str(error).startswith(f"{path}:4: start: Input should be a valid date")


def test_a_table_with_an_unknown_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    path.write_text("id,licensee,website\n", encoding="utf-8")
    with pytest.raises(LicenceError, match=r"licences\.csv:1: unknown column 'website'; known are .*domains"):
        import_licences(path)


@pytest.mark.parametrize(("name", "body"), [("a.csv", b"\xff\xfe\x00"), ("a.xlsx", b"PK nonsense"), ("b.csv", b"")])
def test_a_file_that_is_no_table_is_one_line(tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(LicenceError, match=rf"{name}: "):
        import_licences(path)


def test_every_simple_term_can_come_from_a_table() -> None:
    assert {"id", "licensee", "start", "end", "domains", "quota_month", "works_channels", "modification"} <= set(
        COLUMNS
    )


def test_odrl_says_who_may_do_what_until_when_and_what_is_owed() -> None:
    licence = Licence.model_validate(FULL)
    agreement = to_odrl(licence, date(2026, 3, 1), assigner="https://www.cri.cn/")
    assert agreement["@type"] == "Agreement"
    assert agreement["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    (permission,) = agreement["permission"]
    limits = {(c["leftOperand"], c["operator"]): c["rightOperand"] for c in permission["constraint"] if "or" not in c}
    assert limits["dateTime", "gteq"] == {"@value": "2026-01-01", "@type": "xsd:date"}
    assert limits["absoluteSize", "lteq"] == 300
    assert limits["percentage", "lteq"] == 50
    assert limits["delayPeriod", "gteq"] == "PT30M"
    assert limits["virtualLocation", "isAnyOf"] == ["site.example", "站.example", "app:com.site", "weibo.example/u/9"]
    assert {duty["action"] for duty in permission["duty"]} >= {"attribute", "delete"}
    assert {rule["action"] for rule in agreement["prohibition"]} == {"modify", "distribute"}


def test_odrl_has_the_terms_of_its_day() -> None:
    licence = Licence.model_validate(FULL)
    (later,) = to_odrl(licence, date(2026, 7, 1))["permission"]
    assert 600 in [limit.get("rightOperand") for limit in later["constraint"]]
    assert "checker:linkToOriginal" not in [duty["action"] for duty in later["duty"]]


def test_renewal_by_amendment(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(FIRST + "end = 2026-06-30\n[[licence.amendment]]\nfrom = 2026-06-01\nend = 2027-06-30\n", "utf-8")
    register = load_licences(path)
    assert register.check("a.example", date(2027, 6, 30)).state is LicenceState.VALID
    assert register.check("a.example", date(2027, 7, 1)).state is LicenceState.EXPIRED
