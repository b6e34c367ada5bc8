"""Charts as inline SVG, drawn from figures: no script, no font, no image; each says in words what it shows."""

from dataclasses import dataclass

from checker.report.bulletin import View
from checker.report.figures import Figures
from checker.report.phrases import Phrases

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 200, 8, 26, 22


@dataclass(frozen=True)
class Column:
    """A bar of a chart: place and size in units of the drawing, its value and label in words."""

    x: float
    y: float
    width: float
    height: float
    value: str
    label: str


@dataclass(frozen=True)
class Dot:
    """A point of a line; `value` is shown beside it."""

    x: float
    y: float
    value: str


@dataclass(frozen=True)
class Chart:
    """A drawing: columns, stretches of a line (parted where a value is not known), and its text alternative."""

    key: str
    title: str
    alternative: str
    columns: tuple[Column, ...] = ()
    lines: tuple[tuple[Dot, ...], ...] = ()
    bars: tuple[tuple[str, str, float], ...] = ()
    width: int = WIDTH
    height: int = HEIGHT


def charts(figures: Figures, language: str, view: View) -> dict[str, Chart]:
    """The charts of a report by name: trend, grades, speed, offenders."""
    say = Phrases(figures, language, view, 0, "")
    return {"trend": trend(say), "speed": speed(say), "grades": grades(say), "offenders": offenders(say)}


def trend(say: Phrases) -> Chart:
    """Reposts as columns and the credit rate as a line, over the last periods."""
    totals = say.figures.trend
    points = "；".join(
        say.words.say(
            "chart.point",
            period=each.period.label,
            reposts=say.plain("reposts", each.reposts),
            rate=say.plain("credit_rate", each.credit_rate),
        )
        for each in totals
    )
    columns = upright(say, "reposts", [each.reposts for each in totals])
    line = curve(say, [each.credit_rate for each in totals])
    return Chart("trend", say.words.say("chart.trend"), points, columns, line)


def speed(say: Phrases) -> Chart:
    """The median time to correction, over the last periods."""
    values = [each.hours for each in say.figures.trend]
    labels = [each.period.label for each in say.figures.trend]
    points = "；".join(
        say.words.say("chart.value", name=label, value=say.plain("hours", value))
        for label, value in zip(labels, values, strict=True)
    )
    return Chart("speed", say.words.say("chart.speed"), points, upright(say, "count", values))


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


def upright(say: Phrases, name: str, values: list[int | None] | list[float | None]) -> tuple[Column, ...]:
    """Columns for values; one that is not known has no height and shows the dash."""
    most = max((value for value in values if value is not None), default=0) or 1
    step = (WIDTH - 2 * LEFT) / len(values)
    room = HEIGHT - TOP - BOTTOM
    columns = []
    for number, (value, totals) in enumerate(zip(values, say.figures.trend, strict=True)):
        height = room * (value or 0) / most
        period = totals.period
        label = period.label.partition("-")[2] if period.weekly else f"{period.first.month}/{period.first.day}"
        shown = say.plain(name, None if value is None else round(value))
        x = LEFT + number * step + step * 0.14
        columns.append(
            Column(round(x, 1), round(TOP + room - height, 1), round(step * 0.72, 1), round(height, 1), shown, label)
        )
    return tuple(columns)


def curve(say: Phrases, shares: list[float | None]) -> tuple[tuple[Dot, ...], ...]:
    """A line through shares (0..1), broken where one is not known."""
    step = (WIDTH - 2 * LEFT) / len(shares)
    room = HEIGHT - TOP - BOTTOM
    stretches: list[list[Dot]] = [[]]
    for number, share in enumerate(shares):
        if share is None:
            stretches.append([])
            continue
        x, y = LEFT + (number + 0.5) * step, TOP + room * (1 - share)
        stretches[-1].append(Dot(round(x, 1), round(y, 1), say.words.percent(share, 0)))
    return tuple(tuple(stretch) for stretch in stretches if stretch)
