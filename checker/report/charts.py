"""Charts as inline SVG, drawn from figures: no script, no font, no image; each says in words what it shows."""

from dataclasses import dataclass

from checker.report.bulletin import View
from checker.report.figures import TREND_OF, Figures
from checker.report.phrases import Phrases

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 440, 150, 4, 24, 22
STEP = (WIDTH - 2 * LEFT) / TREND_OF


@dataclass(frozen=True)
class Column:
    """A bar of a chart: place and size in units of the drawing, its value in words, and whether it can be compared."""

    x: float
    y: float
    width: float
    height: float
    value: str
    sound: bool


@dataclass(frozen=True)
class Dot:
    """A point of a line; `value` is shown above it, on a narrow screen only for every other one (not the `odd`)."""

    x: float
    y: float
    value: str
    odd: bool
    sound: bool


@dataclass(frozen=True)
class Part:
    """A part of a bar: its code, name, count and share; where it begins and how long it is, in per cent of the bar."""

    code: str
    name: str
    count: str
    share: str
    x: float
    width: float


@dataclass(frozen=True)
class Chart:
    """A drawing and its text alternative.

    Columns and stretches of a line (broken where a value is not known or cannot be compared) stand over an axis of
    periods, their feet at `floor`; `note` says how what cannot be compared is drawn, "" where all can. `parts` make up
    one bar; `bars` are the lengths (0..1) of two stretches each, which `names` names.
    """

    key: str
    title: str
    alternative: str
    axis: tuple[tuple[float, str], ...] = ()
    columns: tuple[Column, ...] = ()
    lines: tuple[tuple[Dot, ...], ...] = ()
    bars: tuple[tuple[float, float], ...] = ()
    names: tuple[str, ...] = ()
    note: str = ""
    parts: tuple[Part, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def floor(self) -> int:
        """Where its columns stand."""
        return self.height - BOTTOM


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
    for (x, _), value, sound in zip(axis(say), values, soundness(say), strict=True):
        height = room * (value or 0) / most
        shown = say.plain("count", None if value is None else round(value))
        width = STEP * 0.72
        columns.append(
            Column(
                round(x - width / 2, 1), round(TOP + room - height, 1), round(width, 1), round(height, 1), shown,
                sound or not height,
            )
        )  # fmt: skip
    words = in_words(say, [say.plain(name, value) for value in values])
    title = say.words.say(say.periodic(f"chart.{key}"))
    if all(value is None for value in values):
        return Chart(key, title, say.words.say("chart.none"))
    return Chart(key, title, words, axis(say), tuple(columns), note=note(say, [column.sound for column in columns]))


def rate(say: Phrases) -> Chart:
    """The credit rate over the last periods, as a line from 0 to 100 %, broken where it is not known."""
    room = HEIGHT - TOP - BOTTOM
    shares = [each.credit_rate for each in say.figures.trend]
    stretches: list[list[Dot]] = [[]]
    for number, ((x, _), share, sound) in enumerate(zip(axis(say), shares, soundness(say), strict=True)):
        if share is None or not sound:
            stretches.append([])
        if share is not None:
            odd = (len(shares) - 1 - number) % 2 == 1
            stretches[-1].append(Dot(x, round(TOP + room * (1 - share), 1), say.words.percent(share, 0), odd, sound))
        if not sound:
            stretches.append([])
    words = in_words(say, [say.words.percent(share) for share in shares])
    title, lines = say.words.say(say.periodic("chart.rate")), tuple(tuple(stretch) for stretch in stretches if stretch)
    if not lines:
        return Chart("rate", title, say.words.say("chart.none"))
    return Chart(
        "rate", title, words, axis(say), lines=lines, note=note(say, [d.sound for line in lines for d in line])
    )


def soundness(say: Phrases) -> list[bool]:
    """Of each period, whether its numbers can be compared."""
    return [each.coverage.sound for each in say.figures.trend]


def note(say: Phrases, sound: list[bool]) -> str:
    """How what cannot be compared is drawn, "" where all can."""
    return "" if all(sound) else say.words.say("chart.unsound")


def axis(say: Phrases) -> tuple[tuple[float, str], ...]:
    """The place and name of each period."""
    names = []
    for number, totals in enumerate(say.figures.trend):
        period = totals.period
        name = period.label.partition("-")[2] if period.weekly else say.words.short_day(period.first)
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
        x, width = round(100 * at / whole, 2), round(100 * count / whole, 2)
        name, share = say.words.word("grade", code), say.words.percent(count / whole)
        parts.append(Part(code, name, say.plain("count", count), share, x, width))
        at += count
    pairs = ((part.name, f"{part.count} · {part.share}") for part in parts)
    words = "；".join(say.words.say("chart.value", name=name, value=value) for name, value in pairs)
    return Chart("grades", say.words.say("chart.grades"), words or say.words.say("chart.none"), parts=tuple(parts))


def offenders(say: Phrases) -> Chart:
    """The reposts of the organisations to watch, drawn inside their table, which has the numbers in words."""
    found = say.figures.offenders
    most = max((each.reposts for each in found), default=1)
    bars = tuple((each.uncredited / most, (each.reposts - each.uncredited) / most) for each in found)
    names = (say.words.say("column.uncredited"), say.words.say("column.credited"))
    return Chart("offenders", say.words.say("heading.offenders"), "", bars=bars, names=names)
