"""Title, original title and the people who sign an article."""

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup

from checker.model import Span

ORIGINAL = re.compile(r"原[标標][题題]\s?[:：]\s?([^\n]{2,120})")
SEPARATOR = re.compile(r"\s*(?:[_|｜]|\s[-–—]\s|--|—)\s*")
SPACE = re.compile(r"\s+")
HEAD = 600
TAIL = 600


@dataclass(frozen=True)
class Headline:
    """The title over the article, and the one the page says it had before ("" where it says nothing)."""

    title: str = ""
    original_title: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs the article."""

    authors: tuple[str, ...] = ()
    editor: str = ""


def headline(soup: BeautifulSoup, text: str, main: Span) -> Headline:
    """Return the title of the article whose text is `text[main]`, and its original title."""
    around = text[max(0, main[0] - HEAD) : main[1] + TAIL]
    original = ORIGINAL.search(around)
    return Headline(_title(soup), original[1].strip(" )）】") if original else "")


def _title(soup: BeautifulSoup) -> str:
    for heading in soup.find_all("h1"):
        if 4 <= len(words := SPACE.sub(" ", heading.get_text()).strip()) <= 120:
            return words
    tag = soup.find("title")
    return SEPARATOR.split(SPACE.sub(" ", tag.get_text()).strip())[0] if tag else ""


NAME = r"[\u4e00-\u9fff·]{2,8}"
AUTHORS = re.compile(rf"(?:作者|记者|記者|文)\s?[:：/ ]\s?({NAME}(?:[、,， ]{NAME}){{0,5}})")
EDITOR = re.compile(rf"(?:责任编辑|責任編輯|责编|責編|编辑|編輯)\s?[:：]\s?({NAME})")


def signature(text: str, main: Span) -> Signature:
    """Return the authors and the editor named around and in the article `text[main]`."""
    near = text[max(0, main[0] - HEAD) : main[1] + TAIL]
    authors, editor = AUTHORS.search(near), EDITOR.search(near)
    names = tuple(re.split(r"[、,， ]", authors[1])) if authors else ()
    return Signature(names, editor[1] if editor else "")
