"""Messages filled with what the page says: text put in as text, cut to a sensible length, nothing interpreted."""

import unicodedata
from collections.abc import Mapping

from checker.judge.rules import PLACEHOLDER
from checker.model import LANGUAGES, Document, Publisher, Texts
from checker.script import simplified

LONGEST = 160
"""Characters of a page's own words that a message quotes."""

OPENING = 24
"""Characters of a headline or first paragraph by which a place on the page is described."""

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


def quoted(template: str, values: Mapping[str, str]) -> str:
    """Return what a finding quotes, in the page's and the article's own words, uncut; "" where there are none."""
    found = PLACEHOLDER.sub(lambda name: values.get(name[1], ""), template)
    return found if found.strip("→ ") else ""


def clean(text: str, longest: int = LONGEST) -> str:
    """Return a page's words on one line, without control and direction marks, cut to a sensible length."""
    if not text.isprintable():
        text = "".join(" " if char in "\r\n\t" else char for char in text if char in "\r\n\t" or _shows(char))
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def localised(document: Document, publisher: Publisher) -> dict[str, dict[str, str]]:
    """Return, by language, what reads differently: the required line and where on this page it belongs."""
    main = document.text[slice(*document.main)].strip()
    title = clean(document.title, OPENING)
    form = HEADLINE if title else FIRST_PARAGRAPH
    values = {"title": title, "opening": clean(main.split("\n", 1)[0], OPENING)}
    return {
        language: {
            "place": _filled(form[language], values),
            "required": _script(publisher.required, language),
            "name": _script(publisher.name, language),
        }
        for language in LANGUAGES
    }


def _script(text: str, language: str) -> str:
    return simplified(text) if language == "zh-Hans" else text


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: clean(values.get(found[1], "")), text).rstrip()


def _shows(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
