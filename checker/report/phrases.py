"""Single phrases of a report: subject, first sentence, changes, coverage, how it is counted."""

import re
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from checker.report.figures import FLOOR, Decision, Figures, LicenceNote, Number
from checker.report.wording import NOT_KNOWN, Wording, wording

SMALL = {"reposts": 0.02, "confirmed": 0.0, "credit_rate": 0.005, "hours": 1.0}
"""Changes below these are no news: a share of the number before for reposts, points for the rate, hours for time."""

BETTER = {"credit_rate": 1, "hours": -1}
"""Which way a number should go; reposts and confirmations are neither good nor bad by themselves."""


FEWEST, MOST = 10, 10
"""A change is told in per cent of at least so many, and up to so many times as much: 2 after 1 is not 100 % more."""

HOST_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
"""A dot that could be part of a host name; that of 3.5 is not."""

IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


def unlinked(text: str) -> str:
    """One printable line, whose addresses no mail program makes clickable."""
    line = "".join(char if char.isprintable() else " " for char in text)
    line = IPV4.sub(lambda found: found[0].replace(".", "[.]"), line)
    line = HOST_DOT.sub("[.]", line).replace("://", "[:]//")
    line = re.sub(r"(?<=\w)@(?=\w)", "[@]", line)
    return " ".join(line.split())


@dataclass(frozen=True)
class Phrases:
    """Figures, and the language, view and edition they are told in; edition 0 is the report, later ones correct it."""

    figures: Figures
    language: str
    view: str
    edition: int
    links: str

    @property
    def words(self) -> Wording:
        """The words of the language."""
        return wording(self.language)

    @property
    def discreet(self) -> bool:
        """Whether names and addresses stay out."""
        return self.view == "management"

    @property
    def today(self) -> date:
        """The day the figures were gathered, where the workspace is."""
        return self.figures.made.astimezone(ZoneInfo(self.figures.period.timezone)).date()

    def shown(self, text: str) -> str:
        """Words of others, safe to show."""
        return unlinked(text)

    def organisation(self, operator: str, organisation: str) -> str:
        """An organisation by the name its pages state, with the number or domain that joins its sites."""
        if self.discreet:
            return self.words.say("decision.someone")
        name, key = self.shown(operator), self.shown(organisation)
        return self.words.say("list.named", name=name, number=key) if name and name != key else key

    def link(self, case: str) -> str:
        """The address of a case's page, or "" where there is none."""
        return self.links.replace("{case}", case) if self.links and case else ""

    def plain(self, name: str, value: float | None) -> str:
        """A number by its name: a rate in per cent, a span of time, or a count; the dash where it is not known."""
        if value is None:
            return NOT_KNOWN
        if name.endswith("rate"):
            return self.words.percent(value)
        if name.startswith("hours"):
            return self.words.hours(value)
        return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"

    def title(self) -> str:
        """What the report is called."""
        name = self.words.say("report.weekly" if self.figures.period.weekly else "report.daily")
        return f"{name} · {self.words.say('report.correction')}" if self.edition else name

    def period(self) -> str:
        """The period with its label and full dates."""
        period = self.figures.period
        days = self.words.days(period.first, period.last)
        if period.weekly:
            return f"{period.label} · {days}"
        return self.words.say("date.weekday", day=days, weekday=self.words.weekday(period.first))

    def subject(self) -> str:
        """The subject line: name, period with full dates, and the totals."""
        period = self.figures.period
        name = self.words.say("report.weekly" if period.weekly else "report.daily")
        if self.edition:
            name = f"{self.words.say('report.correction')} {name}"
        days = self.words.short_day(period.first)
        if period.weekly:
            days = f"{days}–{self.words.short_day(period.last)}"
        facts = " " + " · ".join(self.facts())
        return self.words.say("report.subject", name=name, period=period.label, days=days, facts=facts)

    def facts(self) -> list[str]:
        """The totals of the subject line."""
        now, say = self.figures.now, self.words.say
        facts = [say("report.fact_confirmed", n=now.confirmed)]
        if not now.coverage.known:
            facts.append(say("report.fact_unknown"))
        else:
            rate = say("report.fact_rate", rate=self.words.percent(now.credit_rate))
            change = self.figures.number("credit_rate").change
            if change is not None:
                points = say(
                    "report.change_points", sign="+" if change >= 0 else "−", points=f"{abs(change) * 100:.1f}"
                )
                rate += f" ({points})" if self.language == "en" else f"（{points}）"
            facts.append(rate)
            if not now.coverage.sound:
                facts.append(say("report.fact_broken"))
        return [*facts, say("report.fact_pending", n=self.figures.pending)]

    def sentence(self) -> str:
        """The first sentence: what happened, or why that cannot be said."""
        now, period = self.figures.now, self.figures.period
        cover = now.coverage
        known = {
            "days": self.words.days(period.first, period.last),
            "share": self.words.percent(cover.share, 0),
            "sites": cover.sites,
            "reposts": now.reposts,
            "uncredited": None if now.reposts is None else now.reposts - (now.credited or 0),
            "confirmed": now.confirmed,
            "settled": now.corrected + now.removed,
        }
        if not cover.known:
            return self.words.say("sentence.unknown", **known)
        if cover.thin:
            return self.words.say("sentence.broken", **known)
        quiet = not now.suspected and not now.confirmed
        return self.words.say("sentence.quiet" if quiet else "sentence.ordinary", **known)

    def notices(self) -> tuple[str, ...]:
        """What a reader must know before reading the numbers."""
        say, figures = self.words.say, self.figures
        cover, before = figures.now.coverage, figures.trend[-2:-1]
        notices = []
        if self.edition:
            notices.append(say("sentence.corrected", n=self.edition))
        if figures.channel:
            notices.append(say("sentence.channel", channel=self.shown(figures.channel)))
        if not figures.over:
            notices.append(say("sentence.unfinished", day=self.words.full_day(figures.period.last)))
        if cover.running:
            notices.append(say("sentence.running"))
        if cover.interrupted:
            notices.append(say("sentence.interrupted", n=cover.interrupted))
        if figures.comparable and not any(each.coverage.known for each in figures.trend[:-1]):
            notices.append(say("sentence.first"))
        elif figures.comparable and before and not before[0].coverage.sound:
            notices.append(say("sentence.before_broken"))
        return tuple(notices)

    def decision(self, each: Decision) -> str:
        """What has to be decided."""
        if not each.note:
            return self.words.say(f"decision.{each.kind}", n=each.count)
        ends = self.words.full_day(each.note.ends) if each.note.ends else NOT_KNOWN
        return self.words.say(f"decision.{each.note.problem}", used=each.note.used, quota=each.note.quota, ends=ends)

    def about(self, each: Decision) -> str:
        """Whom a decision is about."""
        if not each.note:
            return self.organisation(each.operator, each.subject)
        return self.words.say("decision.someone_licensed") if self.discreet else self.shown(each.note.licensee)

    def deadline(self, due: date | None) -> tuple[str, str]:
        """By when a decision is due, and its tone: bad once that day has passed."""
        if due is None:
            return "", ""
        if due < self.today:
            return self.words.say("decision.overdue", n=(self.today - due).days), "bad"
        if due == self.today:
            return self.words.say("decision.today"), ""
        return self.words.say("decision.due", day=self.words.day(due)), ""

    def periodic(self, key: str) -> str:
        """A sentence that says weeks in a weekly report, and days of the same weekday in a daily one."""
        return key if self.figures.period.weekly else f"{key}_day"

    def licence(self, note: LicenceNote) -> str:
        """What is the matter with a licence."""
        if note.used is None and note.ends is None:
            return self.words.word("licence_problem", note.problem)
        ends = self.words.full_day(note.ends) if note.ends else NOT_KNOWN
        return self.words.say(f"licence_note.{note.problem}", used=note.used, quota=note.quota, ends=ends)

    def change(self, number: Number) -> tuple[str, str]:
        """The change of a number with its arrow, and its tone (good, bad or ""); ("", "") where nothing compares."""
        change, before = number.change, number.before
        if change is None or before is None:
            return "", ""
        small = SMALL[number.name] * (before if number.name == "reposts" else 1)
        if abs(change) <= small:
            return f"＝ {self.words.say('number.same')}", ""
        way = BETTER.get(number.name, 0) * (1 if change > 0 else -1)
        tone = {1: "good", -1: "bad", 0: ""}[way]
        return f"{'▲' if change > 0 else '▼'} {self.size(number.name, abs(change), before)}", tone

    def size(self, name: str, change: float, before: float) -> str:
        """How large a change is."""
        if name == "credit_rate":
            return self.words.say("number.points", n=f"{change * 100:.1f}")
        size = self.plain(name, change)
        telling = name == "reposts" and before >= FEWEST and change < MOST * before
        return f"{size} ({change / before * 100:.1f}%)" if telling else size

    def coverage(self) -> tuple[tuple[str, str], ...]:
        """What was looked at, what not, and how good the judgements were, as label and value."""
        now, say = self.figures.now, self.words.say
        cover = now.coverage
        runs = {"complete": cover.complete, "running": cover.running, "interrupted": cover.interrupted}
        reasons = [say("coverage.reason", name=self.words.word("page", name), n=n) for name, n in cover.reasons]
        wrong = now.rejected / now.reviewed if now.reviewed else None
        values = {
            "runs": say("coverage.runs_value", **runs),
            "pages": say(
                "coverage.pages_value", pages=cover.pages, judged=cover.judged, share=self.words.percent(cover.share)
            ),
            "sites": say("coverage.sites_value", sites=cover.sites, failed=cover.sites_failed),
            "reasons": " · ".join(reasons) or say("coverage.none"),
            "articles": say("coverage.articles_value", articles=cover.articles, registered=cover.registered),
            "reviewed": say(
                "coverage.reviewed_value",
                reviewed=now.reviewed,
                rejected=now.rejected,
                share=self.words.percent(wrong),
            ),
            "packs": " · ".join(cover.packs) or NOT_KNOWN,
        }
        if not cover.known:
            values |= {"pages": NOT_KNOWN, "sites": NOT_KNOWN, "reasons": NOT_KNOWN}
        return tuple((say(f"coverage.{key}"), value) for key, value in values.items())

    def counting(self) -> tuple[str, ...]:
        """How everything is counted."""
        known = self.figures.now.coverage.known
        values = {
            "pages": self.figures.pages if known else None,
            "organisations": self.figures.organisations if known else None,
            "before": self.figures.period.earlier().label,
            "floor": self.words.percent(FLOOR, 0),
        }
        keys = ("reposts", "credit", "suspected", "hours", "settled", "compare", "organisation", "unknown", "address")
        return tuple(self.words.say(f"counting.{key}", **values) for key in keys)

    def footer(self, attached: str) -> tuple[str, ...]:
        """Where the numbers come from, and how to stop the mails."""
        period, say = self.figures.period, self.words.say
        first, last = self.words.full_day(period.first), self.words.full_day(period.last)
        runs = " ".join(str(run) for run in self.figures.now.coverage.runs) or NOT_KNOWN
        lines = [
            say("footer.period", first=first, last=last, timezone=period.timezone),
            say("footer.made", made=self.words.moment(self.figures.made, ZoneInfo(period.timezone))),
            say("footer.runs", runs=runs),
            say("footer.edition", n=self.edition + 1),
            attached,
            "" if self.links or self.discreet else say("footer.show"),
            say("footer.unsubscribe"),
            say("report.internal"),
        ]
        return tuple(line for line in lines if line)
