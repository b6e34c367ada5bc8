"""The page and the mail as Chromium draws them: nothing sticks out, and every word can be read, light and dark.

For eyes: `python -m tests.report.pictures FOLDER`.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from checker.model import LANGUAGES
from tests.report.pictures import markups

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")

FAULTS = """() => {
  const linear = value => value <= 10.0164 ? value / 3294.6 : ((value / 255 + .055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.add(`wider than the window: ${wide}`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    const box = element.getBoundingClientRect(), words = walker.currentNode.data.trim().slice(0, 40);
    if (!words || !box.width || !box.height || element.closest(".hidden, .preheader, title, desc")) continue;
    if (box.right > innerWidth + 1 || box.left < -1) faults.add(`sticks out: ${words}`);
    const ink = numbers(element.ownerSVGElement ? style.fill : style.color);
    const [light, dark] = [luminance(ink), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (light + .05) / (dark + .05);
    if (ratio < 4.5) faults.add(`${ratio.toFixed(2)} to 1: ${words}`);
  }
  return [...faults];
}"""
"""What is wrong with a page: text that sticks out of the window, or in less contrast than WCAG 2.2 asks for (AA)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=shutil.which("chromium"))
        yield opened
        opened.close()


def test_the_eye_of_these_tests_sees(browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 360, "height": 800})
    tab.set_content("<p style='color:#999;background:#fff'>pale</p><p style='width:900px'>broad</p>")
    assert tab.evaluate(FAULTS) == ["wider than the window: 908", "2.85 to 1: pale", "sticks out: broad"]
    tab.close()


@pytest.mark.parametrize("scene", [*(f"crowded.{language}" for language in LANGUAGES), "broken.zh-Hant", "quiet.en"])
def test_every_word_can_be_read_at_any_width(browser: Browser, scene: str) -> None:
    for name, markup in markups(scene):
        for scheme in ("light", "dark"):
            tab = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
            tab.set_content(markup)
            for width in (360, 1280):
                tab.set_viewport_size({"width": width, "height": 800})
                assert not tab.evaluate(FAULTS), f"{name}, {width} px, {scheme}"
            tab.close()
