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
class Chart:
    """A drawing: columns, stretches of a line (parted where a value is not known), and its text alternative."""

    key: str
    title: str
    alternative: str
    axis: tuple[tuple[float, str], ...] = ()
    columns: tuple[Column, ...] = ()
    lines: tuple[tuple[Dot, ...], ...] = ()
    bars: tuple[tuple[str, str, float], ...] = ()
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
    """How the reposts of the period credited, as shares."""
    whole = say.figures.now.reposts or 0
    shares = [(say.words.word("grade", grade), count, count / whole) for grade, count in say.figures.now.grades]
    bars = tuple((name, f"{count:,} · {say.words.percent(share)}", share) for name, count, share in shares)
    return lying(say, "grades", bars)


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
    return lying(say, "offenders", bars)


def lying(say: Phrases, key: str, bars: tuple[tuple[str, str, float], ...]) -> Chart:
    """A chart of lying bars."""
    words = "；".join(say.words.say("chart.value", name=name, value=value) for name, value, _ in bars)
    title = say.words.say(f"chart.{key}")
    return Chart(key, title, words or say.words.say("chart.none"), bars=bars, height=34 * max(1, len(bars)))
