"""Pictures of the report and its mail, to be looked at: `python -m tests.report.pictures FOLDER`.

Every scene in every language, in a window as wide as a phone and as a desk, light and dark, taken by Chromium.
"""

import argparse
import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from sqlalchemy import create_engine

from checker.keep import tables
from checker.model import LANGUAGES
from checker.report.bulletin import View
from checker.report.figures import Figures, LicenceNote
from checker.report.gather import gather
from checker.report.period import Period, parse
from checker.report.weekly import page, render
from tests.report.conftest import NOTES
from tests.report.world import ZONE, World, at, fill

WEEK = parse("2026-W47", ZONE)
WIDTHS = {"phone": 375, "desk": 1280}
LINK = "https://checker.intranet.example/cases/{case}"
LONG = "一個特別長的標題：沿江各縣市修訂舊城保護名錄，居民、匠人與學者坐在同一張桌旁談了三天三夜仍意猶未盡（圖）"
OPERATOR = "某某省某某市融媒體中心（集團）有限責任公司"
MANY = tuple(LicenceNote(f"LIC-{n:03}", f"被授權方第{n}號 & 合夥人", "expiring", WEEK.last) for n in range(14))


def busy(world: World) -> tuple[LicenceNote, ...]:
    """Twelve weeks of life."""
    fill(world)
    return NOTES


def crowded(world: World) -> tuple[LicenceNote, ...]:
    """Thousands of cases, long names, every grade, many licences."""
    fill(world)
    grades = ("none", "other", "self", "hidden", "boilerplate", "secondhand", "dateline", "variant", "exact")
    world.connection.execute(tables.articles.update().where(tables.articles.c.id == "cri-3").values(title=LONG))
    for number in range(2400):
        grade = grades[number * number % 9]
        world.case(
            f"cri-{number % 3 + 1}", f"https://a-very-long-subdomain-name-{number % 60}.portal.example/{number}",
            at(1 + number % 7, 3 + number % 17), run=1, grade=grade, operator=OPERATOR,
            outcome={"exact": "compliant", "variant": "review"}.get(grade, "violation"),
            organisation=f"粤ICP备{number % 60:08}号-{number % 9}",
        )  # fmt: skip
    return NOTES + MANY


def quiet(world: World) -> tuple[LicenceNote, ...]:
    """A scanned week in which nothing was found, after one like it."""
    world.articles()
    for week in (2, 1, 0):
        world.run(at(2 - 7 * week), {"clean": 980, "timeout": 20})
    return ()


def first(world: World) -> tuple[LicenceNote, ...]:
    """The first week there is."""
    world.articles()
    run = world.run(at(2), {"matched": 3, "clean": 95, "timeout": 2})
    for number in range(3):
        world.case(f"cri-{number + 1}", f"https://a{number}.example/", at(3, 9 + number), run=run)
    return ()


def broken(world: World) -> tuple[LicenceNote, ...]:
    """A week whose scans saw too little."""
    fill(world, range(11, 0, -1))
    run = world.run(at(1), {"clean": 41, "blocked": 52, "timeout": 7})
    world.run(at(3), {"clean": 4}, state="interrupted")
    world.case("cri-1", "https://a.example/1", at(2), run=run)
    return ()


def unknown(world: World) -> tuple[LicenceNote, ...]:
    """A week without a scan."""
    fill(world, range(11, 0, -1))
    return ()


def empty(world: World) -> tuple[LicenceNote, ...]:
    """A workspace in which nothing ever happened."""
    return ()


SCENES: dict[str, Callable[[World], tuple[LicenceNote, ...]]] = {
    scene.__name__: scene for scene in (busy, crowded, quiet, first, broken, unknown, empty)
}


def figures_of(scene: str, period: Period = WEEK) -> Figures:
    """The figures of a scene."""
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        notes = SCENES[scene](World(connection))
        found = gather(connection, period, made=period.end + timedelta(hours=9, minutes=30), licences=notes)
    engine.dispose()
    return found


def management() -> tuple[Figures, View, int]:
    """The same as busy, without names and addresses."""
    return figures_of("busy"), "management", 0


def correction() -> tuple[Figures, View, int]:
    """Two numbers that changed after they were sent."""
    return replace(figures_of("busy"), changed=(("reposts", 17, 18), ("hours", None, 120.0))), "full", 1


def daily() -> tuple[Figures, View, int]:
    """A single day."""
    return figures_of("busy", parse("2026-11-17", ZONE)), "full", 0


def plain(scene: str) -> tuple[Figures, View, int]:
    """A scene as its reader gets it."""
    return figures_of(scene), "full", 0


TOLD: dict[str, Callable[[], tuple[Figures, View, int]]] = {
    **{scene: partial(plain, scene) for scene in SCENES},
    **{scene.__name__: scene for scene in (management, correction, daily)},
}
"""Everything there is to see: figures, view and edition by name."""


def markups(only: str) -> Iterator[tuple[str, str]]:
    """Every page and mail whose name (scene.language.page, scene.language.mail) begins so."""
    for scene, tell in TOLD.items():
        if not f"{scene}.".startswith(only[: len(scene) + 1]):
            continue
        found, view, edition = tell()
        for name in (f"{scene}.{language}" for language in LANGUAGES):
            language = name.partition(".")[2]
            if f"{name}.page".startswith(only):
                yield f"{name}.page", page(found, language, view, edition=edition, links=LINK, book="findings.xlsx")
            if f"{name}.mail".startswith(only):
                yield f"{name}.mail", render(found, language, view, edition=edition, links=LINK).html


async def take(browser: Browser, folder: Path, name: str, markup: str) -> None:
    """Take the four pictures of one markup."""
    for scheme in ("light", "dark"):
        for place, width in WIDTHS.items():
            tab = await browser.new_page(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
                device_scale_factor=2 if place == "phone" else 1,
            )
            await tab.set_content(markup)
            await tab.screenshot(path=folder / f"{name}.{place}.{scheme}.png", full_page=True)
            await tab.close()


async def take_all(folder: Path, only: str) -> None:
    """Take every picture whose name begins with `only`."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium"))
        for name, markup in markups(only):
            (folder / f"{name}.html").write_text(markup, encoding="utf-8")
            await take(browser, folder, name, markup)
        await browser.close()


def main() -> None:
    """Take pictures into a folder."""
    parser = argparse.ArgumentParser(description="Pictures of the report and its mail.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("only", nargs="?", default="", help="how the names begin, such as busy.en.mail")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(options.folder, options.only))


if __name__ == "__main__":
    main()
