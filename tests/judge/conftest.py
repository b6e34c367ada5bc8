"""A small world to judge: an invented article, pages that repeat it, and the real rule pack."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.judge.pack import Pack, load_pack
from checker.model import Article, Credit, Document, Grade, Match, MatchKind, Passage, Zone

ROOT = Path(__file__).parents[2]
PACK = ROOT / "rules" / "publishers" / "cri.toml"

BODY = (
    "國際在線消息(記者 何晴):3月3日,青蘿鎮舉辦第12屆茶花節,當天接待遊客3200人。\n"
    "鎮長林遠舟表示,今年的茶花不比往年少,花期會延續到4月中旬。\n"
    "為了方便遊客,鎮裡新修了兩條步道,並把老糧倉改成了展廳,展出村民收藏的農具和照片。\n"
    "但是,如果雨水偏多,花期可能提前結束,遊客出發前最好先查看公告。\n"
    "茶花節期間,二十家農戶開放自家院落,遊客可以跟著主人採茶、炒茶、做茶點。"
)

CAPTURED = datetime(2026, 3, 6, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The pack of 國際在線, as it is shipped."""
    return load_pack(PACK)


@pytest.fixture
def article() -> Article:
    """An invented article with a dateline, published on 4 March 2026, 9:00 in Beijing."""
    return Article(
        id="tea-2026",
        title="青蘿鎮茶花節迎客三千人",
        text=BODY,
        url="https://news.cri.cn/20260304/tea-2026.html",
        published=datetime(2026, 3, 4, 1, tzinfo=UTC),
        source="國際在線",
        authors=("何晴",),
        channel="travel",
        tags=("茶",),
    )


def credit(grade: Grade, quote: str = "", zone: Zone = Zone.HEAD, reason: str = "") -> Credit:
    """A credit of a grade, with the words it usually has."""
    usual = {Grade.EXACT: "來源:國際在線", Grade.OTHER: "來源:某某網", Grade.SELF: "本站原創"}
    quote = quote or usual.get(grade, "")
    return Credit(quote, zone, grade, source=quote.removeprefix("來源:"), reason=reason)


Repost = Callable[..., tuple[Document, Match]]


@pytest.fixture
def repost(article: Article) -> Repost:
    """Makes a page that repeats the article: `body` is what it prints, everything else can be replaced."""

    def make(
        body: str = BODY,
        grade: Grade = Grade.EXACT,
        kind: MatchKind = MatchKind.FULL,
        ours: Article = article,
        said: Credit | None = None,
        coverage: float = 1.0,
        page_coverage: float = 0.9,
        **changes: object,
    ) -> tuple[Document, Match]:
        head = f"{ours.title}\n2026年3月5日\n"
        text = head + body
        document = Document(
            url="https://www.site.example/news/1.html",
            text=text,
            main=(len(head), len(text)),
            title=ours.title,
            credit=said or credit(grade),
            links=(ours.url,),
        )
        document = replace(document, **changes)  # type: ignore[arg-type]
        passage = Passage((0, len(ours.text)), (len(head), len(text)), 0.99)
        return document, Match(ours, kind, coverage, page_coverage, 0.99, (passage,))

    return make
