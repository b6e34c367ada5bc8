"""The smallest things to put into a store; every name and sentence is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from checker.model import (
    LANGUAGES,
    Article,
    Credit,
    Document,
    Examined,
    Finding,
    FindingKind,
    Grade,
    Level,
    LicenceAnswer,
    LicenceState,
    Match,
    MatchKind,
    Operator,
    Outcome,
    Page,
    PageOutcome,
    Passage,
    Publication,
    Verdict,
    Zone,
)

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def article(identity: str = "a1", text: str = "海風把碼頭的旗子吹得很直，老船長說今天不出海。") -> Article:
    return Article(id=identity, title=f"碼頭 {identity}", text=text, url=f"https://news.example/{identity}")


def finding(rule: str = "ATT-02", level: Level = Level.ERROR) -> Finding:
    texts = {"zh-Hant": f"{rule} 未註明來源", "zh-Hans": f"{rule} 未注明来源", "en": f"{rule} no credit"}
    repair = {"zh-Hant": "加上來源", "zh-Hans": "加上来源", "en": "add the credit"}
    return Finding(
        rule,
        level,
        FindingKind.FAIL,
        texts,
        repair,
        basis=(dict.fromkeys(LANGUAGES, "第三條"),),
        quote="来源：海角网",
        pack="cri 1",
    )


def verdict(url: str = "https://a.example/1", of: Article | None = None, **changes: Any) -> Verdict:
    document = Document(
        url=url,
        text="来源：海角网\n海風把碼頭的旗子吹得很直，老船長說今天不出海。",
        main=(8, 31),
        title="碼頭",
        published=Publication(date(2026, 11, 1)),
        operator=Operator(icp="测ICP备00000001号-2"),
        charset="utf-8",
    )
    whole = Verdict(
        document=document,
        captured=NOW,
        match=Match(of or article(), MatchKind.FULL, 0.98765, 0.9, 0.99, (Passage((0, 23), (8, 31), 1.0),), ("full",)),
        credit=Credit("来源：海角网", Zone.HEAD, Grade.OTHER, source="海角网", span=(0, 6)),
        licence=LicenceAnswer(LicenceState.UNKNOWN),
        outcome=Outcome.VIOLATION,
        findings=(finding(),),
        log=("ATT-02 applies",),
    )
    return replace(whole, **changes)


def examined(*verdicts: Verdict, outcome: PageOutcome | None = None, url: str = "", at: datetime = NOW) -> Examined:
    address = url or (verdicts[0].document.url if verdicts else "https://a.example/clean")
    default = PageOutcome.MATCHED if verdicts else PageOutcome.CLEAN
    page = Page(address, at, b"<html>", 200)
    return Examined(page, outcome or default, charset="utf-8", verdicts=verdicts)
