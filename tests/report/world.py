"""A little world to report on: articles, runs, pages, cases and decisions, written straight into the tables."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from checker.keep import tables
from checker.keep.record import case_id, instant, page_key
from checker.model import LANGUAGES

ZONE = "Asia/Shanghai"
START = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
"""The first instant of 2026-W47 in Shanghai."""

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""When the report of 2026-W47 is made."""

ARTICLES = {
    "cri-1": "江邊書市重開，舊書攤主談三十年",
    "cri-2": "Kites & Lanterns <春日> 風箏節側記",
    "cri-3": "高原氣象站的四季",
    "cri-4": "港口夜班：一名調度員的十二小時",
}

RULES = {
    "none": (
        "ATT-01",
        "頁面未註明來源：國際在線。",
        "页面未注明来源：国际在线。",
        "The page does not credit 國際在線.",
    ),
    "other": (
        "ATT-02",
        "頁面把來源寫成另一家媒體。",
        "页面把来源写成另一家媒体。",
        "The page names another medium as source.",
    ),
    "variant": ("ATT-06", "名稱寫法不規範。", "名称写法不规范。", "The name is not in the required form."),
}

QUOTES = {"exact": "來源：國際在線", "variant": "來源：國際在線網", "other": "來源：某某在線", "none": ""}


@dataclass
class World:
    """What is written so far; `at(day, hour)` are instants of 2026-W47, day 1 being its Monday."""

    connection: Connection
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: int = 0

    def articles(self) -> None:
        for number, (key, title) in enumerate(ARTICLES.items()):
            self.connection.execute(
                insert(tables.articles).values(
                    id=key, publisher="cri", title=title, url=f"https://own.example/{key}", published=at(-60),
                    source="國際在線",
                    ownership="ours", record={"id": key, "channel": "culture" if number % 2 else "news"},
                    digest=key,
                    registered=at(-60), updated=at(-60), unregistered=None,
                )
            )  # fmt: skip

    def run(
        self,
        started: datetime,
        outcomes: dict[str, int],
        *,
        state: str = "complete",
        planned: int | None = None,
        sites: int = 20,
        kind: str = "scan",
    ) -> int:
        self.runs += 1
        self.connection.execute(
            insert(tables.runs).values(
                id=self.runs, kind=kind, targets=["sites.txt"], started=started, state=state, pack="cri 2026.11.1",
                ended=started + timedelta(hours=3) if state != "running" else None, planned=planned,
                worker="test", beat=started,
            )
        )  # fmt: skip
        rows: list[dict[str, Any]] = []
        for outcome, count in outcomes.items():
            for _ in range(count):
                url = f"https://site{len(rows) % sites}.example/{self.runs}/{len(rows)}"
                rows.append(
                    {"run": self.runs, "page": page_key(url), "url": url,
                     "site": f"site{len(rows) % sites}.example",
                     "outcome": outcome, "status": 200, "charset": "utf-8", "bytes": 1000, "captured": started,
                     "reason": "",
                     "capture": None}
                )  # fmt: skip
        if rows:
            self.connection.execute(insert(tables.pages), rows)
        return self.runs

    def case(
        self,
        article: str,
        url: str,
        seen: datetime,
        *,
        run: int,
        grade: str = "none",
        outcome: str = "violation",
        state: str = "detected",
        since: datetime | None = None,
        organisation: str = "",
        operator: str = "",
        coverage: float = 0.97,
        kind: str = "full",
        page_title: str = "",
        words: str = "",
    ) -> str:
        host = url.split("/")[2]
        key = case_id(article, url)
        rule = RULES.get(grade, RULES["none"])
        level = None if outcome == "compliant" else "warning" if outcome == "review" else "error"
        findings = [] if level is None else [
            {"rule": rule[0], "level": level, "kind": "fail" if level == "error" else "review",
             "message": dict(zip(("zh-Hant", "zh-Hans", "en"), rule[1:], strict=True)),
             "repair": {"zh-Hant": "在文首加上「來源：國際在線」。", "zh-Hans": "在文首加上“来源：国际在线”。",
             "en": "Put 來源：國際在線 at the head."},
             "basis": [dict.fromkeys(LANGUAGES, "版權聲明 第二條")], "quote": QUOTES.get(grade, ""),
             "pack": "cri 2026.11.1"}
        ]  # fmt: skip
        record = {
            "schema": 1, "url": url, "captured": instant(seen),
            "article": {"id": article, "title": ARTICLES[article], "url": f"https://own.example/{article}"},
            "match": {"kind": kind, "coverage": coverage, "page_coverage": 0.9, "similarity": 0.99,
                      "passages": [{"article": [0, 20], "page": [4, 24], "similarity": 0.99}]},
            "credit": {"grade": grade, "quote": QUOTES.get(grade, ""), "zone": "head", "source": "", "span": None,
            "reason": ""},
            "licence": {"state": "none", "id": None, "clause": None, "on": None, "reason": ""},
            "outcome": outcome, "findings": findings,
            "page": {"title": page_title or ARTICLES[article], "published": "2026-11-17",
                     "operator": {"name": operator, "icp": organisation if "ICP" in organisation else "",
                     "police": "",
                                  "news_licence": "", "contact": ""}, "charset": "utf-8"},
            "log": [f"{kind}: coverage {coverage}"],
        }  # fmt: skip
        self.connection.execute(
            insert(tables.cases).values(
                id=key, article=article, page=page_key(url), url=url, site=host, organisation=organisation or host,
                outcome=outcome, state=state, kind=kind, grade=grade, licence="none", level=level,
                coverage=coverage,
                record=record, page_text=zlib.compress(f"頁面文字{words or key}".encode()),
                first_seen=seen, last_seen=seen,
                state_since=since or seen, decided=False, expires=None, due=None, present=True, captured=seen,
                published=None, run=run, capture=None,
            )
        )  # fmt: skip
        return key

    def decide(self, case: str, state: str, when: datetime, *, before: str = "detected", **more: Any) -> int:
        row = {"case": case, "at": when, "who": "reviewer", "action": state, "before": before, "after": state,
               "reason": "", "comment": "", "expires": None, "undoes": None, **more}  # fmt: skip
        found = self.connection.execute(insert(tables.history).values(row)).inserted_primary_key
        self.connection.execute(
            tables.cases.update().where(tables.cases.c.id == case).values(state=state, state_since=when)
        )
        assert found is not None
        return int(found[0])


def at(day: float, hour: float = 12) -> datetime:
    """An instant of 2026-W47 by the clock of Shanghai; day 1 is Monday 16 November, day 0 the Sunday before."""
    return START + timedelta(days=day - 1, hours=hour)


def fill(world: World, weeks: Iterable[int] = range(11, -1, -1)) -> None:
    """Twelve weeks of a plausible life: reposts, confirmations, corrections, one regression; W47 is week 0."""
    world.articles()
    sites = {
        "news.hebian.example": ("京ICP备00000001号", "河邊網"),
        "m.hebian.example": ("京ICP备00000001号", "河邊網"),
        "www.qiaotou.example": ("沪ICP备00000002号", "橋頭資訊"),
        "blog.shanlu.example": ("", ""),
        "daily.gangkou.example": ("粤ICP备00000003号", "港口日報 A&B <testing.com>"),
        "read.caoyuan.example": ("", "草原閱讀"),
    }
    grades = ("exact", "none", "other", "variant", "exact", "none", "other", "exact")
    for week in weeks:
        back = 7 * week
        for day in range(1, 7):
            run = world.run(
                at(day - back, 2), {"matched": 5, "clean": 40, "not_html": 1, "timeout": 1, "http_error": 1}
            )
        for number in range(18 + (week * 5) % 7):
            host = list(sites)[(number * number + week) % len(sites)]
            organisation, operator = sites[host]
            grade = grades[(number + week * 3) % len(grades)]
            outcome = {"exact": "compliant", "variant": "review"}.get(grade, "violation")
            article = list(ARTICLES)[(number * 3 + week) % 4]
            when = at(1 - back + number % 6, 8 + number % 9)
            if number % 6 == 3:
                when = at(1 - back, 9)
            key = world.case(
                article, f"https://{host}/{2026}/{week}/{number}.html", when, run=run, grade=grade, outcome=outcome,
                organisation=organisation, operator=operator, coverage=0.5 + (number * 7 % 50) / 100,
            )  # fmt: skip
            live(world, key, number, week, back, outcome)


def live(world: World, key: str, number: int, week: int, back: int, outcome: str) -> None:
    """What people decide about a case, some of it a week later."""
    if outcome != "violation":
        return
    if number % 5 == 1 or (week and number % 3 == 2):
        world.decide(key, "confirmed", at(7 - back, 10))
        if week and number % 2:
            world.decide(key, "corrected", at(9 - back + number % 3, 15), before="confirmed")
            if week == 2:
                world.decide(key, "regressed", at(6, 15), before="corrected")
    elif number % 11 == 4:
        world.decide(key, "rejected", at(6 - back, 11), reason="quotation_fair")
