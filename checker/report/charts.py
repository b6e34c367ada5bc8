"""Charts as inline SVG, drawn from figures: no script, no font, no image; each says in words what it shows."""

from dataclasses import dataclass

from checker.report.bulletin import View
from checker.report.figures import TREND_OF, Figures
from checker.report.phrases import Phrases

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 180, 8, 26, 24
STEP = (WIDTH - 2 * LEFT) / TREND_OF


@dataclass(frozen=True)
class Column:
    """A bar of a chart: place and size in units of the drawing, its value in words."""

    x: float
    y: float
    width: float
    height: float
    value: str


@dataclass(frozen=True)
class Dot:
    """A point of a line; `value` is shown above it, on a narrow screen only for every other one (not the `odd`)."""

    x: float
    y: float
    value: str
    odd: bool


@dataclass(frozen=True)
class Part:
    """A part of a bar: its code, name and value, and where it begins and how long it is, in per cent of the bar."""

    code: str
    name: str
    value: str
    x: float
    width: float


@dataclass(frozen=True)
class Chart:
    """A drawing and its text alternative.

    Columns and stretches of a line (broken where a value is not known) stand over an axis of periods; `bars` are
    name, value and share of the longest; `parts` make up one bar.
    """

    key: str
    title: str
    alternative: str
    axis: tuple[tuple[float, str], ...] = ()
    columns: tuple[Column, ...] = ()
    lines: tuple[tuple[Dot, ...], ...] = ()
    bars: tuple[tuple[str, str, float], ...] = ()
    parts: tuple[Part, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT


def charts(figures: Figures, language: str, view: View) -> dict[str, Chart]:
    """The charts of a report by name."""
    say = Phrases(figures, language, view, 0, "")
    return {
        "trend": over_time(say, "trend", "reposts", [each.reposts for each in figures.trend]),
        "rate": rate(say),
        "speed": over_time(say, "speed", "hours", [each.hours for each in figures.trend]),
        "grades": grades(say),
        "offenders": offenders(say),
    }


def over_time(say: Phrases, key: str, name: str, values: list[int | None] | list[float | None]) -> Chart:
    """A number over the last periods, as columns."""
    room = HEIGHT - TOP - BOTTOM
    most = max((value for value in values if value is not None), default=0) or 1
    columns = []
    for (x, _), value in zip(axis(say), values, strict=True):
        height = room * (value or 0) / most
        shown = say.plain("count", None if value is None else round(value))
        width = STEP * 0.72
        columns.append(
            Column(round(x - width / 2, 1), round(TOP + room - height, 1), round(width, 1), round(height, 1), shown)
        )
    words = in_words(say, [say.plain(name, value) for value in values])
    return Chart(key, say.words.say(f"chart.{key}"), words, axis(say), tuple(columns))


def rate(say: Phrases) -> Chart:
    """The credit rate over the last periods, as a line from 0 to 100 %, broken where it is not known."""
    height = 130
    room = height - TOP - BOTTOM
    shares = [each.credit_rate for each in say.figures.trend]
    stretches: list[list[Dot]] = [[]]
    for number, ((x, _), share) in enumerate(zip(axis(say), shares, strict=True)):
        if share is None:
            stretches.append([])
            continue
        odd = (len(shares) - 1 - number) % 2 == 1
        stretches[-1].append(Dot(x, round(TOP + room * (1 - share), 1), say.words.percent(share, 0), odd))
    words = in_words(say, [say.words.percent(share) for share in shares])
    lines = tuple(tuple(stretch) for stretch in stretches if stretch)
    return Chart("rate", say.words.say("chart.rate"), words, axis(say), lines=lines, height=height)


def axis(say: Phrases) -> tuple[tuple[float, str], ...]:
    """The place and name of each period."""
    names = []
    for number, totals in enumerate(say.figures.trend):
        period = totals.period
        name = period.label.partition("-")[2] if period.weekly else f"{period.first.month}/{period.first.day}"
        names.append((round(LEFT + (number + 0.5) * STEP, 1), name))
    return tuple(names)


def in_words(say: Phrases, values: list[str]) -> str:
    """The text alternative: each period with its value."""
    pairs = zip(say.figures.trend, values, strict=True)
    return "；".join(say.words.say("chart.value", name=each.period.label, value=value) for each, value in pairs)


def grades(say: Phrases) -> Chart:
    """How the reposts of the period credited, as one bar in parts."""
    whole, at, parts = say.figures.now.reposts or 0, 0, []
    for code, count in say.figures.now.grades:
        value = f"{count:,} · {say.words.percent(count / whole)}"
        x, width = round(100 * at / whole, 2), round(100 * count / whole, 2)
        parts.append(Part(code, say.words.word("grade", code), value, x, width))
        at += count
    words = "；".join(say.words.say("chart.value", name=part.name, value=part.value) for part in parts)
    return Chart("grades", say.words.say("chart.grades"), words or say.words.say("chart.none"), parts=tuple(parts))


def offenders(say: Phrases) -> Chart:
    """The organisations to watch, by their reposts."""
    found = say.figures.offenders
    most = max((each.reposts for each in found), default=1)
    bars = tuple(
        (
            say.words.say("list.rank", n=rank) if say.discreet else say.organisation(each.operator, each.organisation),
            f"{each.reposts:,}",
            each.reposts / most,
        )
        for rank, each in enumerate(found, start=1)
    )
    words = "；".join(say.words.say("chart.value", name=name, value=value) for name, value, _ in bars)
    return Chart("offenders", say.words.say("chart.offenders"), words or say.words.say("chart.none"), bars=bars)
