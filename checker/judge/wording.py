"""Messages filled with what the page says: text put in as text, cut to a sensible length, nothing interpreted."""

import unicodedata
from collections.abc import Mapping

from checker.judge.rules import PLACEHOLDER
from checker.model import LANGUAGES, Document, Texts

LONGEST = 80
"""Characters of a page's own words that a message quotes."""

HEADLINE = {
    "zh-Hant": "標題「{title}」下方、正文第一段之前",
    "zh-Hans": "标题「{title}」下方、正文第一段之前",
    "en": "below the headline “{title}”, before the first paragraph",
}
FIRST_PARAGRAPH = {
    "zh-Hant": "正文第一段「{opening}」之前",
    "zh-Hans": "正文第一段「{opening}」之前",
    "en": "before the first paragraph “{opening}”",
}


def fill(texts: Texts, values: Mapping[str, str], local: Mapping[str, Mapping[str, str]] | None = None) -> Texts:
    """Return the texts with every `{name}` replaced by its value; `local` has values that differ by language."""
    return {language: _filled(texts[language], {**values, **(local or {}).get(language, {})}) for language in LANGUAGES}


def clean(text: str) -> str:
    """Return a page's words on one line, without control and direction marks, cut to a sensible length."""
    visible = "".join(" " if char in "\r\n\t" else char for char in text if char in "\r\n\t" or _shows(char))
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def places(document: Document) -> dict[str, dict[str, str]]:
    """Return, by language, where on this page a source line belongs: below its headline, before its first paragraph."""
    main = document.text[slice(*document.main)].strip()
    title = clean(document.title)
    form = HEADLINE if title else FIRST_PARAGRAPH
    values = {"title": title, "opening": clean(main.split("\n", 1)[0])[:20]}
    return {language: {"place": _filled(form[language], values)} for language in LANGUAGES}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: clean(values.get(found[1], "")), text)


def _shows(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
