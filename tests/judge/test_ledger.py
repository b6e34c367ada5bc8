"""Licences written to the register."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import LicenceError
from checker.judge.ledger import add_licence, add_licences, to_toml
from checker.judge.licence import Licences, load_licences
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
        ('["a.example"]', '["a.example，b.example"]', 4, "expected a domain such as news.example"),
        ('["a.example"]', '["example"]', 4, "expected a domain such as news.example"),
        ('["a.example"]', '["com.cn"]', 4, "expected a domain of the licensee's own, not 'com.cn', which many share"),
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


def test_many_licences_are_added_at_once_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    first, other = (
        Licence(id=name, licensee="甲", domains=("a.example",), start=date(2026, 1, 1)) for name in ("a", "b")
    )
    add_licence(path, first)
    before = path.read_bytes()
    with pytest.raises(LicenceError, match="licence a is there twice"):
        add_licences(path, [other, first])
    assert path.read_bytes() == before
    add_licences(path, [other])
    assert load_licences(path) == Licences((first, other))


def test_renewal_by_amendment(tmp_path: Path) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(FIRST + "end = 2026-06-30\n[[licence.amendment]]\nfrom = 2026-06-01\nend = 2027-06-30\n", "utf-8")
    register = load_licences(path)
    assert register.check("a.example", date(2027, 6, 30)).state is LicenceState.VALID
    assert register.check("a.example", date(2027, 7, 1)).state is LicenceState.EXPIRED
