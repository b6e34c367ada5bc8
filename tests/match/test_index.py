"""The index: what is added is there, what is removed is gone, however it came about."""

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from checker.errors import IndexFormatError
from checker.match import records
from checker.match.index import Index
from checker.match.segment import FORMAT, Segment
from checker.model import Article, Ownership
from tests.match.texts import FERRY, LIBRARY, ORCHARD, article

TEXTS = [
    FERRY,
    ORCHARD,
    LIBRARY,
    FERRY + ORCHARD,
    "A short English notice about the ferry that never stops at night, " * 3,
]
IDS = [f"id{number}" for number in range(12)]


class Changing(RuleBasedStateMachine):
    """An index that is added to, removed from and opened again beside a plain dictionary."""

    @initialize()
    def start(self) -> None:
        self.room = tempfile.TemporaryDirectory()
        self.index = Index.open(Path(self.room.name))
        self.plain: dict[str, Article] = {}

    def teardown(self) -> None:
        self.room.cleanup()

    @rule(batch=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(TEXTS)), max_size=6))
    def add(self, batch: list[tuple[str, str]]) -> None:
        articles = [article(text, name) for name, text in batch]
        self.index.add(articles)
        self.plain |= {each.id: each for each in articles}

    @rule(ids=st.sets(st.sampled_from([*IDS, "unknown"]), max_size=4))
    def remove(self, ids: set[str]) -> None:
        self.index.remove(ids)
        for name in ids:
            self.plain.pop(name, None)

    @rule()
    def open_again(self) -> None:
        self.index = Index.open(Path(self.room.name))

    @invariant()
    def holds_the_same(self) -> None:
        assert len(self.index) == len(self.plain)
        assert {each.id: each for each in self.index.articles()} == self.plain
        for name in IDS:
            assert (name in self.plain) == (name in self.index)
        for text in TEXTS:
            found = {candidate.id for candidate in self.index.candidates(text)}
            assert {name for name, each in self.plain.items() if each.text == text} <= found <= set(self.plain)


Changing.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestChanging = Changing.TestCase


def test_merged_segments_are_the_segment_built_at_once(tmp_path: Path) -> None:
    articles = [article(f"{text}第{number}次" + text[::-1], f"a{number}") for number, text in enumerate(TEXTS * 8)]
    at_once, step_by_step = Index.open(tmp_path / "one"), Index.open(tmp_path / "two")
    at_once.add(articles)
    for number in range(0, len(articles), 5):
        step_by_step.add([*articles[number : number + 5], article("要换掉的旧文。" + FERRY, "a0")])
    step_by_step.remove(["a1"])
    step_by_step.add([articles[1], articles[0]])
    assert len(at_once) == len(step_by_step) == len(articles)
    for text in [*TEXTS, FERRY[10:90], "".join(reversed(ORCHARD))]:
        assert {found.id for found in at_once.candidates(text)} == {found.id for found in step_by_step.candidates(text)}
    whole = sorted(tmp_path.glob("two/*.seg"), key=lambda path: path.stat().st_size)
    assert len(whole) <= 3


def test_an_article_comes_back_as_it_went_in(tmp_path: Path) -> None:
    first = Article(
        id="VIDE/1 中",
        title="标题\n二行",
        text="正文\ud800\U00020bb7，" + FERRY,
        url="https://news.example/1?a=1&b=2",
        published=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        source="国际在线",
        authors=("陈", "罗"),
        ownership=Ownership.UNCLEAR,
        notice=((3, 9), (20, 30)),
        channel="news",
        tags=("x",),
        withdrawn=True,
    )
    index = Index.open(tmp_path)
    index.add([first, replace(first, id="2", published=None, notice=())])
    assert index.article("VIDE/1 中") == first
    assert records.read(records.write(first)) == first
    with pytest.raises(KeyError):
        index.article("3")


def test_the_pasted_notice_is_not_matched(tmp_path: Path) -> None:
    notice = "凡本渡口注明出处的所有文字图片均归本渡口所有任何单位和个人未经书面授权不得转载摘编复制或建立镜像违者必究"
    index = Index.open(tmp_path)
    text = FERRY + notice
    index.add([article(text, notice=((len(FERRY), len(text)),))])
    assert index.candidates(f"<p>{notice}</p>") == ()
    assert index.candidates(f"<p>{FERRY}{notice}</p>")


def test_other_processes_see_a_change_when_they_refresh(tmp_path: Path) -> None:
    reader, writer = Index.open(tmp_path), Index.open(tmp_path)
    writer.add([article(FERRY)])
    assert (len(reader), len(writer)) == (0, 1)
    reader.refresh()
    assert reader.candidates(FERRY) == writer.candidates(FERRY) != ()
    writer.remove(["a"])
    assert reader.article("a").text == FERRY
    reader.refresh()
    assert reader.candidates(FERRY) == ()


def test_files_that_nobody_names_are_swept_away(tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    index.add([article(FERRY)])
    (tmp_path / "s99.seg").write_bytes(b"half a segment")
    (tmp_path / "manifest.new").write_bytes(b"half a manifest")
    index.add([article(ORCHARD, "b")])
    assert {path.name for path in tmp_path.iterdir()} >= {"manifest.json", "lock"}
    assert not list(tmp_path.glob("s99*")) + list(tmp_path.glob("*.new"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("manifest.json", b"{", "expected an index manifest"),
        ("manifest.json", b'{"format": 99}', f"expected index format {FORMAT}, found 99"),
        ("*.seg", b"", "expected an index segment, found an empty file"),
        ("*.seg", b"no header at all".ljust(5000), "expected an index segment"),
    ],
)
def test_a_damaged_index_says_so_in_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    Index.open(tmp_path).add([article(FERRY)])
    path = next(tmp_path.glob(name))
    path.write_bytes(content)
    with pytest.raises(IndexFormatError, match=says) as error:
        Index.open(tmp_path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_a_cut_segment_or_one_of_another_format_is_refused(tmp_path: Path) -> None:
    Index.open(tmp_path).add([article(FERRY)])
    path = next(tmp_path.glob("*.seg"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-64])
    with pytest.raises(IndexFormatError, match="register again"):
        Index.open(tmp_path)
    header = json.loads(whole[:4096])
    path.write_bytes(json.dumps(header | {"format": FORMAT + 1}).encode().ljust(4096) + whole[4096:])
    with pytest.raises(IndexFormatError, match=f"expected index format {FORMAT}, found {FORMAT + 1}"):
        Segment(path)


def test_nothing_added_nothing_found(tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    index.add([])
    index.remove(["a"])
    assert len(index) == 0
    assert index.candidates(FERRY) == ()
    assert list(index.articles()) == []
    index.add([article(""), article("，。", "b"), article("短", "c")])
    assert len(index) == 3
    assert index.candidates("短") == ()
