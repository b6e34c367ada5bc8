"""A report put into words: every sentence, row and bar of it, in one language, before it becomes text, mail or page.

Mail, plain text and HTML report are loops over this value, so they all say the same.
"""

from dataclasses import dataclass
from typing import Literal

from checker.report.figures import Figures, Line
from checker.report.phrases import Phrases
from checker.report.wording import NOT_KNOWN

View = Literal["full", "management"]


@dataclass(frozen=True)
class Entry:
    """A line of a list: what it says, a second line of detail, a short tag with its tone, the case behind it."""

    text: str
    detail: str = ""
    tag: str = ""
    tone: str = ""
    case: str = ""
    link: str = ""


@dataclass(frozen=True)
class Block:
    """A titled list of `count`; `empty` is said where it has no entries, `more` how many are not shown."""

    key: str
    title: str
    entries: tuple[Entry, ...]
    empty: str = ""
    more: str = ""
    note: str = ""
    count: str = ""


@dataclass(frozen=True)
class Grid:
    """A titled table; columns after the first are numbers."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""


@dataclass(frozen=True)
class NumberLine:
    """One of the four numbers: `now` with what it is made of, its change and what it is compared with."""

    key: str
    label: str
    now: str
    unit: str
    fraction: str
    change: str
    tone: str
    before: str
    mean: str


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value in words, and its length as a share (0..1) of the longest."""

    label: str
    value: str
    share: float


@dataclass(frozen=True)
class Bulletin:
    """A whole report in words, in the order it is read."""

    language: str
    title: str
    period: str
    subject: str
    sentence: str
    notices: tuple[str, ...]
    corrected: Grid
    decisions: Block
    numbers: tuple[NumberLine, ...]
    bars_title: str
    bars: tuple[Bar, ...]
    blocks: tuple[Block, ...]
    offenders: Grid
    copied: Grid
    licences: Block
    cohorts: Grid
    coverage_title: str
    coverage: tuple[tuple[str, str], ...]
    counting_title: str
    counting: tuple[str, ...]
    footer: tuple[str, ...]
    numbers_title: str
    rows: str


def bulletin(
    figures: Figures, language: str, view: View, *, edition: int = 0, links: str = "", attached: str = ""
) -> Bulletin:
    """Put figures into words.

    `links` is the address of a case's page with `{case}` in it, "" where there is none; `attached` says what became
    of the workbook. `rows` of the bulletin says where the rows behind the numbers are, with `{name}` in it.
    """
    say = Phrases(figures, language, view, edition, links)
    return Bulletin(
        language=language,
        title=say.title(),
        period=say.period(),
        subject=say.subject(),
        sentence=say.sentence(),
        notices=say.notices(),
        corrected=corrected(say),
        decisions=decisions(say),
        numbers=tuple(number(say, each.name) for each in figures.numbers),
        bars_title=say.words.say("heading.days"),
        bars=bars(say),
        blocks=tuple(listing(say, key) for key in ("new", "regressed", "settled")),
        offenders=offenders(say),
        copied=copied(say),
        licences=licences(say),
        cohorts=cohorts(say),
        coverage_title=say.words.say("heading.coverage"),
        coverage=say.coverage(),
        counting_title=say.words.say("heading.counting"),
        counting=say.counting(),
        footer=say.footer(attached),
        numbers_title=say.words.say("heading.numbers"),
        rows="" if say.discreet else str(say.words.texts["number.rows"]),
    )


def corrected(say: Phrases) -> Grid:
    """What a correction changes: each number as it was sent and as it is now."""
    heads = tuple(say.words.say(f"column.{key}") for key in ("number", "sent", "corrected_to"))
    rows = tuple(
        (
            say.words.say("number.hours" if name == "hours" else f"column.{name}"),
            say.plain(name, sent),
            say.plain(name, now),
        )
        for name, sent, now in say.figures.changed
    )
    return Grid("corrected", say.words.say("heading.corrected"), heads, rows)


SHOWN = 5
LICENCES_SHOWN = 10


def decisions(say: Phrases) -> Block:
    """The few most urgent decisions, each with its day."""
    entries = []
    for each in say.figures.decisions[:SHOWN]:
        when, tone = say.deadline(each.due)
        case = "" if say.discreet else each.case
        entries.append(Entry(say.decision(each), say.about(each), tag=when, tone=tone, case=case, link=say.link(case)))
    rest = len(say.figures.decisions) - len(entries)
    more = say.words.say("list.more_here" if say.discreet else "decision.more", n=rest) if rest else ""
    count = say.words.say("heading.waiting", n=say.figures.pending) if say.figures.pending else ""
    title, none = say.words.say("heading.decisions"), say.words.say("decision.none")
    return Block("decisions", title, tuple(entries), none, more, count=count)


def number(say: Phrases, name: str) -> NumberLine:
    """One of the four numbers in words."""
    each = next(number for number in say.figures.numbers if number.name == name)
    now = say.figures.now
    fraction = ""
    if name == "credit_rate" and now.reposts:
        fraction = say.words.say("number.fraction", part=now.credited, whole=now.reposts)
    change, tone = say.change(each)
    unit = say.words.texts.get(f"number.unit_{name}", "") if each.now is not None else ""
    if name == "hours" and each.now is not None:
        unit = say.words.say("number.median")
    return NumberLine(
        key=name,
        label=say.words.say(f"number.{name}"),
        now=say.plain(name, each.now),
        unit=str(unit),
        fraction=fraction,
        change=change,
        tone=tone,
        before=say.words.say(say.periodic("number.before"), before=say.plain(name, each.before)),
        mean=say.words.say(say.periodic("number.mean"), mean=say.plain(name, each.mean)),
    )


def bars(say: Phrases) -> tuple[Bar, ...]:
    """One bar for each day of a week; a single day needs none."""
    days = say.figures.days
    if len(days) < 2:
        return ()
    most = max((count or 0 for _, count, _ in days), default=0)
    return tuple(
        Bar(
            f"{say.words.weekday(when)} {say.words.short_day(when)}",
            say.plain("reposts", count),
            (count or 0) / most if most else 0.0,
        )
        for when, count, _ in days
    )


def listing(say: Phrases, key: str) -> Block:
    """One of the lists of cases; the management view says only how many there are."""
    found = {"new": say.figures.new, "regressed": say.figures.regressed, "settled": say.figures.settled}[key]
    title = say.words.say(f"heading.{key}")
    empty = nothing(say, key) if key == "new" else say.words.say(f"list.none_{key}")
    if say.discreet:
        count = Entry(say.words.say("list.count", n=found.total))
        return Block(key, title, (count,) if found.total else (), empty)
    entries = tuple(case_entry(say, key, each) for each in found.lines)
    more = say.words.say("list.more", n=found.more) if found.more else ""
    note = say.words.say("list.suspicion") if key == "new" and found.total else ""
    return Block(key, title, entries, empty, more, note)


def case_entry(say: Phrases, key: str, line: Line) -> Entry:
    """One case in a list."""
    who = say.organisation(line.operator, line.organisation)
    site = "" if line.site == line.organisation else say.shown(line.site)
    duties = (say.words.word("grade", line.grade), *licence_word(say, line))
    more = say.words.say("table.more", n=line.more) if line.more else ""
    facts = (who, site, more, say.words.word("kind", line.kind), *duties)
    return Entry(
        text=say.shown(line.title),
        detail=" · ".join(filter(None, facts)),
        tag=case_tag(say, key, line),
        tone="good" if key == "settled" else "bad",
        case=line.case,
        link=say.link(line.case),
    )


def licence_word(say: Phrases, line: Line) -> tuple[str, ...]:
    """What is wrong with the licence of a case; nothing where one allows it, or where none is registered at all."""
    return () if line.licence in ("valid", "unknown") else (say.words.word("licence", line.licence),)


def case_tag(say: Phrases, key: str, line: Line) -> str:
    """What is to be said of a case beyond the title of its list."""
    if key == "new":
        verdict = say.words.verdict(line.outcome, line.state)
        return "" if verdict == say.words.word("verdict", "violation") else verdict
    return "" if line.state == key else say.words.word("state", line.state)


def offenders(say: Phrases) -> Grid:
    """The organisations with most breaches."""
    rows = []
    for rank, each in enumerate(say.figures.offenders, start=1):
        name = say.organisation(each.operator, each.organisation)
        if len(each.sites) > 1:
            name = say.words.say("list.sites", name=name, n=len(each.sites))
        name = say.words.say("list.rank", n=rank) if say.discreet else name
        values = (each.reposts, each.uncredited, each.suspected, each.confirmed)
        rows.append((name, *(say.plain("reposts", value) for value in values)))
    heads = ("organisation", "reposts", "uncredited", "suspected", "confirmed")
    return grid(say, "offenders", heads, tuple(rows), nothing(say, "offenders"))


def copied(say: Phrases) -> Grid:
    """The articles reposted most."""
    rows = tuple(
        (say.shown(each.title), *(say.plain("reposts", n) for n in (each.reposts, each.organisations, each.uncredited)))
        for each in say.figures.copied
    )
    heads = ("article_title", "reposts", "organisations", "uncredited")
    return grid(say, "copied", heads, rows, nothing(say, "copied"))


def grid(say: Phrases, key: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], empty: str) -> Grid:
    """A table with its title and column titles."""
    titles = tuple(say.words.say(f"column.{head}") for head in heads)
    return Grid(key, say.words.say(f"heading.{key}"), titles, rows, empty)


def nothing(say: Phrases, key: str) -> str:
    """What a list of finds says that has none: without a scan that is not known."""
    return say.words.say(f"list.none_{key}") if say.figures.now.coverage.known else NOT_KNOWN


def licences(say: Phrases) -> Block:
    """Licences that run out or are used beyond their quota."""
    entries = tuple(
        Entry(
            text=say.words.say("decision.someone_licensed") if say.discreet else say.shown(note.licensee),
            detail=" · ".join(filter(None, (say.licence(note), *(() if say.discreet else (note.id, note.clause))))),
            tag=say.words.word("licence_problem", note.problem),
            tone="bad" if note.problem in ("exceeded", "expired") else "",
        )
        for note in say.figures.licences[:LICENCES_SHOWN]
    )
    rest = len(say.figures.licences) - len(entries)
    more = say.words.say("list.more_here" if say.discreet else "list.more", n=rest) if rest else ""
    return Block("licences", say.words.say("heading.licences"), entries, say.words.say("licence_note.none"), more)


def cohorts(say: Phrases) -> Grid:
    """What became of confirmed cases, by the period of their confirmation."""
    rows = tuple(
        (
            each.period.label,
            *(say.plain("count", n) for n in (each.confirmed, each.acted, each.corrected, each.removed)),
        )
        for each in say.figures.cohorts
        if each.confirmed
    )
    heads = ("period", "confirmed", "acted", "corrected", "removed")
    return grid(say, "cohorts", heads, rows, say.words.say("cohort.none"))
