import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.errors import ArticleError
from checker.model import Article, Ownership
from checker.register.corpus import read_corpus
from checker.register.record import Registration
from tests.register.conftest import BODY, NOTICE

LINE: dict[str, Any] = {
    "id": "a1",
    "title": "白沙渡大橋通車",
    "url": "https://news.cri.cn/20261103/a1.html",
    "published": "2026-11-03T10:00:00+08:00",
    "source": "國際在線",
    "text": BODY,
}

HEAD = 'title = "白沙渡大橋通車"\npublished = 2026-11-03T10:00:00+08:00\nsource = "國際在線"\n'


@pytest.fixture
def lines(tmp_path: Path, registration: Registration) -> Callable[..., list[Article | ArticleError]]:
    def read(*records: object) -> list[Article | ArticleError]:
        path = tmp_path / "corpus.jsonl"
        raw = [
            record if isinstance(record, bytes) else json.dumps(record, ensure_ascii=False).encode()
            for record in records
        ]
        path.write_bytes(b"\n".join(raw) + b"\n")
        return list(read_corpus(path, registration))

    return read


def one(path: Path, registration: Registration) -> Article | ArticleError:
    (answer,) = read_corpus(path, registration)
    return answer


def article(answer: Article | ArticleError) -> Article:
    assert isinstance(answer, Article), answer
    return answer


def test_a_line_becomes_an_article(lines: Callable[..., list[Article | ArticleError]]) -> None:
    (answer,) = lines({**LINE, "authors": ["林岸"], "channel": "青藤", "tags": ["交通"]})
    assert answer == Article(
        id="a1",
        title="白沙渡大橋通車",
        text=BODY,
        url="https://news.cri.cn/20261103/a1.html",
        published=datetime(2026, 11, 3, 2, tzinfo=UTC),
        source="國際在線",
        authors=("林岸",),
        ownership=Ownership.OURS,
        channel="青藤",
        tags=("交通",),
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-03 10:00:00", datetime(2026, 11, 3, 2, tzinfo=UTC)),
        ("2026-11-03", datetime(2026, 11, 2, 16, tzinfo=UTC)),
        ("2026-11-03T02:00:00Z", datetime(2026, 11, 3, 2, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_a_time_without_zone_is_the_workspaces(
    said: str | None, meant: datetime | None, lines: Callable[..., list[Article | ArticleError]]
) -> None:
    assert article(lines({**LINE, "published": said})[0]).published == meant


REFUSED = {
    "no JSON": (b'{"id": "a1", ', "expected one JSON object"),
    "a list": ([1, 2], "expected one JSON object"),
    "a number": (b"12", "expected one JSON object"),
    "nested beyond reason": (b'{"id": ' + b"[" * 200_000, "expected one JSON object"),
    "GB18030": (json.dumps(LINE, ensure_ascii=False).encode("gb18030"), "looks like gb18030"),
    "no title": ({key: value for key, value in LINE.items() if key != "title"}, "expected a field 'title'"),
    "no text": ({key: value for key, value in LINE.items() if key != "text"}, "expected a field 'text'"),
    "title empty": ({**LINE, "title": " "}, "title: expected some text"),
    "id a number": ({**LINE, "id": 7}, "id: expected text, not 7"),
    "id with a line break": ({**LINE, "id": "a\n1"}, "id: expected up to 200"),
    "url a script": ({**LINE, "url": "javascript:alert(1)"}, "url: expected a web address"),
    "text null": ({**LINE, "text": None}, "text: expected text, not None"),
    "authors one text": ({**LINE, "authors": "林岸"}, "authors: expected a list of texts"),
    "no such day": ({**LINE, "published": "2026-02-30"}, "published: expected a date such as"),
    "a year alone": ({**LINE, "published": 2026}, "published: expected a date such as"),
    "empty": ({**LINE, "text": ""}, "the text is empty"),
    "blank": ({**LINE, "text": " \n\u3000"}, "the text is empty"),
    "tiny": ({**LINE, "text": "橋" * 29 + " \n"}, "the text has 29 characters"),
    "2 MB": ({**LINE, "text": "橋" * 700_000}, "the text has 2,100,000 bytes"),
    "notice only": ({**LINE, "text": NOTICE}, "this is the copyright notice, not an article"),
    "NUL": ({**LINE, "text": BODY + "\0"}, "text: character"),
    "half a surrogate pair": (json.dumps({**LINE, "title": "橋\ud83d"}).encode(), "title: character 1"),
    "unknown publisher": ({**LINE, "publisher": "nobody"}, "publisher: expected one of cri"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_line_is_refused_with_its_place_and_the_rest_goes_in(
    case: str, lines: Callable[..., list[Article | ArticleError]], tmp_path: Path
) -> None:
    record, reason = REFUSED[case]
    good, bad, other = lines({**LINE, "id": "before"}, record, {**LINE, "id": "after"})
    assert article(good).id == "before"
    assert article(other).id == "after"
    assert isinstance(bad, ArticleError)
    assert str(bad).startswith(f"{tmp_path / 'corpus.jsonl'}:2: ")
    assert reason in str(bad)
    assert "\n" not in str(bad)


def test_an_id_given_twice_is_refused_the_second_time(lines: Callable[..., list[Article | ArticleError]]) -> None:
    first, second = lines(LINE, {**LINE, "title": "another"})
    assert article(first).title == "白沙渡大橋通車"
    assert isinstance(second, ArticleError)
    assert "id 'a1' was given before" in str(second)


def test_empty_lines_and_a_byte_order_mark_do_no_harm(lines: Callable[..., list[Article | ArticleError]]) -> None:
    raw = json.dumps(LINE).encode()
    assert [article(answer).id for answer in lines(b"\xef\xbb\xbf" + raw, b"", b"  ")] == ["a1"]


def test_an_overlong_line_is_skipped(
    lines: Callable[..., list[Article | ArticleError]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.register.corpus.LONGEST_LINE", 2_000)
    bad, good = lines(b"x" * 5_000, LINE)
    assert isinstance(bad, ArticleError)
    assert "expected a line under" in str(bad)
    assert article(good).id == "a1"


def test_html_stands_for_the_text_where_there_is_none(tmp_path: Path, registration: Registration) -> None:
    reads = Registration(registration.publishers, text_of=lambda html: html.replace("<p>", "").replace("</p>", "\n"))
    path = tmp_path / "c.jsonl"
    record = {key: value for key, value in LINE.items() if key != "text"} | {"html": f"<p>{BODY}</p>"}
    path.write_text(json.dumps(record), encoding="utf-8")
    assert article(one(path, reads)).text == BODY + "\n"


def test_the_pasted_notice_is_marked_and_does_not_own(lines: Callable[..., list[Article | ArticleError]]) -> None:
    text = f"{BODY}\n{NOTICE}"
    pasted = article(lines({**LINE, "text": text, "source": ""})[0])
    assert pasted.text == text
    assert pasted.notice == ((len(BODY) + 1, len(text)),)
    assert pasted.ownership is Ownership.UNCLEAR


def test_what_is_not_ours_is_kept_as_such(lines: Callable[..., list[Article | ArticleError]]) -> None:
    assert article(lines({**LINE, "source": "青藤日報"})[0]).ownership is Ownership.NOT_OURS


def test_a_corpus_file_has_front_matter_and_text(tmp_path: Path, registration: Registration) -> None:
    path = tmp_path / "2026-11-03-bridge.md"
    path.write_text(f'+++\n{HEAD}tags = ["交通"]\nwithdrawn = true\n+++\n\n{BODY}\n', encoding="utf-8")
    read = article(one(path, registration))
    assert (read.id, read.title, read.text) == ("2026-11-03-bridge", "白沙渡大橋通車", BODY)
    assert read.published == datetime(2026, 11, 3, 2, tzinfo=UTC)
    assert read.tags == ("交通",)
    assert read.withdrawn


def test_windows_line_ends_and_a_toml_date_are_fine(tmp_path: Path, registration: Registration) -> None:
    path = tmp_path / "bridge.md"
    path.write_bytes(f'\ufeff+++\r\nid = "b"\r\ntitle = "橋"\r\npublished = 2026-11-03\r\n+++\r\n{BODY}\r\n'.encode())
    read = article(one(path, registration))
    assert read.id == "b"
    assert read.published == datetime(2026, 11, 2, 16, tzinfo=UTC)


BAD_FILES = {
    "no front matter": (BODY.encode(), "1: expected TOML front matter"),
    "one fence": (f"+++\n{HEAD}{BODY}".encode(), "1: expected TOML front matter"),
    "unknown key": (f"+++\n{HEAD}titel = 1\n+++\n{BODY}".encode(), "5: unknown key 'titel'"),
    "not TOML": (f"+++\n{HEAD}tags = [\n+++\n{BODY}".encode(), "not valid TOML"),
    "broken line": (f"+++\n{HEAD}tags = oops\n+++\n{BODY}".encode(), "5: not valid TOML"),
    "no title": (f"+++\n+++\n{BODY}".encode(), "1: expected a title"),
    "GB18030": (f"+++\n{HEAD}+++\n{BODY}".encode("gb18030"), "looks like gb18030"),
    "UTF-16": (f"+++\n{HEAD}+++\n{BODY}".encode("utf-16"), "looks like UTF-16"),
    "no text": (f"+++\n{HEAD}+++\n".encode(), "the text is empty"),
    "a table as title": (f"+++\n[title]\n+++\n{BODY}".encode(), "title: expected text, not {}"),
    "a time of day": (f'+++\ntitle = "橋"\npublished = 10:00:00\n+++\n{BODY}'.encode(), "published: expected a date"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_corpus_file_is_refused_in_one_line(case: str, tmp_path: Path, registration: Registration) -> None:
    content, reason = BAD_FILES[case]
    path = tmp_path / "bad.md"
    path.write_bytes(content)
    answer = one(path, registration)
    assert isinstance(answer, ArticleError)
    assert str(path) in str(answer)
    assert reason in str(answer)
    assert "\n" not in str(answer)


def test_a_folder_is_read_in_order_without_its_readme(tmp_path: Path, registration: Registration) -> None:
    (tmp_path / "cri").mkdir()
    for name in ("b", "a"):
        (tmp_path / "cri" / f"{name}.md").write_text(f"+++\n{HEAD}+++\n{BODY}", encoding="utf-8")
    (tmp_path / "README.md").write_text("about", encoding="utf-8")
    (tmp_path / "cri" / "c.jsonl").write_text(json.dumps({**LINE, "id": "a"}), encoding="utf-8")
    answers = list(read_corpus(tmp_path, registration))
    assert [answer.id for answer in answers if isinstance(answer, Article)] == ["a", "b"]
    (again,) = (answer for answer in answers if isinstance(answer, ArticleError))
    assert str(again).startswith(f"{tmp_path / 'cri' / 'c.jsonl'}:1: id 'a' was given before")


def test_a_missing_file_and_a_foreign_one_are_said_so(tmp_path: Path, registration: Registration) -> None:
    assert "cannot be read" in str(one(tmp_path / "gone.jsonl", registration))
    with pytest.raises(ArticleError, match=r"expected a corpus file \(\.md, \.jsonl\)"):
        one(tmp_path / "article.docx", registration)


ANY = st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(("before", "after"), [("", ""), ("+++\n", "\n+++\n"), ('{"id": "a", "title": ', "}")])
@given(content=ANY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_whatever_a_file_holds_it_is_refused_in_one_line(
    before: str, after: str, content: bytes, tmp_path: Path, registration: Registration
) -> None:
    for suffix in (".md", ".jsonl"):
        path = tmp_path / f"any{suffix}"
        path.write_bytes(before.encode() + content + after.encode())
        for answer in read_corpus(path, registration):
            assert isinstance(answer, Article) or "\n" not in str(answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(record=st.fixed_dictionaries(dict.fromkeys(LINE, JSON), optional={"authors": JSON, "html": JSON}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_whatever_a_field_holds_it_is_refused_in_one_line(
    record: dict[str, Any], tmp_path: Path, registration: Registration
) -> None:
    path = tmp_path / "fields.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    answer = one(path, registration)
    assert isinstance(answer, Article) or "\n" not in str(answer)
