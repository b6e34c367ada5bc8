"""What of the article is still on the page, and what was put to it: dateline, authors, title, links, insertions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from rapidfuzz.distance import Indel

from checker.judge.pack import Pack
from checker.judge.terms import place
from checker.model import Article, Document, Match, Span
from checker.script import level, packed

HEAD = 60
"""Characters at the start of an article in which its dateline ends."""

SHOWN = 60
"""Characters shown of words that were put in or left out."""

BYLINE = re.compile(r"\s{0,2}\([^()\n]{0,30}\)\s{0,2}:?|\s{0,2}:")
"""What may follow the dateline and belongs to it: the reporter in brackets, a colon."""

SAID = re.compile(r'[“「『][^“”「」『』\n]*(?:[”」』]|$)|"[^"\n]+"', re.MULTILINE)
"""Words in quotation marks; a quotation that goes on in the next paragraph is closed by the end of its own."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Traces:
    """One match, read for what the rules ask about; every answer is one of the values of the fact it is for."""

    document: Document
    match: Match
    pack: Pack

    @property
    def article(self) -> Article:
        """The registered article of the match."""
        return self.match.article

    @cached_property
    def page(self) -> str:
        """The whole visible text, comparable."""
        return level(self.document.text)

    @cached_property
    def page_letters(self) -> str:
        """The letters of the whole visible text."""
        return packed(self.document.text)

    @cached_property
    def ours(self) -> str:
        """The article's text, comparable."""
        return level(self.article.text)

    def dateline(self) -> str:
        """Say what became of our 電頭: none, kept, removed, cut (the copy starts further down)."""
        found = dateline_of(self.pack, self.ours)
        if found is None:
            return "none"
        if _dateline(self.pack.publisher.names, self.pack.publisher.marks).search(self.page):
            return "kept"
        start = min((passage.article[0] for passage in self.match.passages), default=len(self.ours))
        return "removed" if start <= found.end() + HEAD else "cut"

    def dateline_words(self) -> str:
        """Return our 電頭 as the article has it, with the reporter; "" where it has none."""
        found = dateline_of(self.pack, self.ours)
        if found is None:
            return ""
        more = BYLINE.match(self.ours, found.end())
        return self.article.text[found.start() : more.end() if more else found.end()]

    def author(self) -> str:
        """Say whether one of the article's authors is named on the page."""
        return _kept(self.article.authors, self.page_letters)

    def photo(self) -> str:
        """Say whether the photographers' credits inside the article are still on the page.

        One is dropped where its picture is there: where the page has the rest of its line, as a line.
        """
        words = _levelled(self.pack.judging.photographers)
        lines = self._lines(words, anywhere=True)
        kept = _kept(lines, self.page_letters)
        if kept != "dropped":
            return kept
        captions = {packed(_before(level(line), words)) for line in lines} - {""}
        return "dropped" if captions & {packed(line) for line in self._page_lines()} else "none"

    def photo_words(self) -> str:
        """Return the article's lines that name a photographer."""
        return _joined(self._lines(self.pack.judging.photographers, anywhere=True))

    def caption(self) -> str:
        """Say whether picture captions are ours, changed, or not there."""
        ours, theirs = self._captions()
        if not ours or not theirs:
            return "none"
        text = packed(self.article.text)
        return "kept" if all(packed(line) in text for line in theirs) else "changed"

    def caption_words(self) -> str:
        """Return our captions and the page's, ours first."""
        return " → ".join(map(_joined, self._captions()))

    def _captions(self) -> tuple[list[str], list[str]]:
        """Return the caption lines of the article and of the page."""
        words = self.pack.judging.captions
        return self._lines(words), [line for line in self._page_lines() if _starts(line, words)]

    def link(self) -> str:
        """Say where the page's links lead: to the original, to another page of ours, to none of ours."""
        if not self.article.url:
            return "unknown"
        links = (*self.document.links, self.document.canonical)
        if comparable(self.article.url) in {comparable(link) for link in links}:
            return "original"
        return "ours" if any(own_host(self.pack, link) for link in links) else "none"

    def third_source(self) -> str:
        """Say whether the article itself goes back to an agency's report or an official text."""
        if agency_in(self.pack, self.ours):
            return "agency"
        opening = level(self.article.title) + "\n" + self.ours[: 2 * HEAD]
        either = opening + "\n" + packed(opening)
        return "official" if any(level(word) in either for word in self.pack.judging.official) else "none"

    def speech(self) -> float:
        """Return which share of what is copied our article itself quotes from others."""
        said = [(found.start(), found.end()) for found in SAID.finditer(self.ours)]
        copied = [passage.article for passage in self.match.passages]
        length = sum(end - start for start, end in copied)
        others = sum(end - start - _uncovered((start, end), said) for start, end in copied)
        return others / length if length else 0.0

    def title(self) -> tuple[str, bool]:
        """Say how the page's title stands to ours, and whether ours is on the page at all."""
        ours, theirs = packed(self.article.title), packed(self.document.title)
        if not ours or not theirs:
            return "unknown", bool(ours) and ours in self.page_letters
        given = ours in self.page_letters or ours in packed(self.document.original_title) or ours in theirs
        if ours in theirs or theirs in ours or _alike(ours, theirs) >= self.pack.judging.title_similarity:
            return "same", True
        return ("changed" if self._supported(theirs) else "unsupported"), given

    def _supported(self, title: str) -> bool:
        """Say whether the numbers of a title, and a third of its letter pairs, come from our text."""
        ours = packed(self.article.title + self.article.text)
        if set(NUMBER.findall(title)) - set(NUMBER.findall(ours)):
            return False
        pairs = ["".join(pair) for pair in pairwise(title)]
        return not pairs or sum(pair in ours for pair in pairs) * 3 >= len(pairs)

    def inserted(self) -> int:
        """Return the characters of foreign text between passages, stretches below the pack's length left out."""
        return sum(length for length, _ in self._insertions())

    def inserted_words(self) -> str:
        """Return how the foreign text between passages begins."""
        return _joined(self.document.text[slice(*page)] for _, page in self._insertions())

    def _insertions(self) -> list[tuple[int, Span]]:
        """Return length and place of what stands between passages and is not ours."""
        covered = [passage.page for passage in self.match.passages]
        added = [(_uncovered(page, covered) - (ours[1] - ours[0]), page) for ours, page in gaps(self.match)]
        return [(length, page) for length, page in added if length >= self.pack.judging.insertion]

    def turns_cut(self) -> int:
        """Return how many words that turn the sense (但, 除非) are in what was left out between passages."""
        return sum(len(words) for _, words in self._cuts())

    def cut_words(self) -> str:
        """Return what was left out between passages with a word that turns the sense, from just before that word."""
        starts = [max(ours[0], ours[0] + self.ours[slice(*ours)].index(words[0]) - 12) for ours, words in self._cuts()]
        ends = [ours[1] for ours, _ in self._cuts()]
        return _joined(self.article.text[start:end] for start, end in zip(starts, ends, strict=True))

    def _cuts(self) -> list[tuple[Span, list[str]]]:
        """Return what was left out between passages, with the words in it that turn the sense."""
        turns = [level(word) for word in self.pack.judging.turns]
        cuts = [(ours, [word for word in turns if word in self.ours[slice(*ours)]]) for ours, _ in gaps(self.match)]
        return [(ours, words) for ours, words in cuts if words]

    def notice(self) -> str:
        """Say whether the copyright notice that the article carries is on the page too."""
        if not self.article.notice:
            return "none"
        return "kept" if self.document.notices else "removed"

    def tells(self, day: date | None) -> bool:
        """Say whether the page tells a day, in one of the usual forms; True for no day."""
        if day is None:
            return True
        forms = (f"{day.month}月{day.day}日", f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}")
        return any(form in self.page for form in forms)

    def commerce(self) -> int:
        """Return how many different words of advertising the page's main text has that ours has not."""
        return len(self.adverts())

    def adverts(self) -> list[str]:
        """Return the words of advertising in the page's main text that ours has not, as the page writes them."""
        start, end = self.document.main
        words = dict.fromkeys(_levelled(self.pack.judging.commerce))
        places = [(self.page.find(word, start, end), len(word)) for word in words if word not in self.ours]
        return [self.document.text[at : at + length] for at, length in places if at >= 0]

    def _lines(self, words: tuple[str, ...], anywhere: bool = False) -> list[str]:
        """Return the article's short lines that start with one of these words, or hold one anywhere."""
        lines = [line.strip() for line in self.article.text.splitlines() if line.strip()]
        short = [line for line in lines if len(line) <= HEAD]
        return [line for line in short if _starts(line, words) or (anywhere and _holds(line, words))]

    def _page_lines(self) -> list[str]:
        main = self.document.text[slice(*self.document.main)]
        return [line.strip() for line in main.splitlines() if line.strip()]


def gaps(match: Match) -> list[tuple[Span, Span]]:
    """Return what lies between passages that follow each other on both sides: spans of the article and of the page."""
    ordered = sorted((passage for passage in match.passages if not passage.moved), key=lambda passage: passage.page)
    pairs = [(a, b) for a, b in pairwise(ordered) if a.article[1] <= b.article[0] and a.page[1] <= b.page[0]]
    return [((a.article[1], b.article[0]), (a.page[1], b.page[0])) for a, b in pairs]


def _uncovered(span: Span, covered: Iterable[Span]) -> int:
    """Return the characters of a span that are in none of the others, which do not overlap each other."""
    inside = (min(span[1], end) - max(span[0], start) for start, end in covered)
    return span[1] - span[0] - sum(max(0, length) for length in inside)


def own_host(pack: Pack, url: str) -> bool:
    """Say whether an address is on a host of the publisher or of a partner, or below one, or below an account there."""
    host, path = place(url)
    hosts, accounts = _owned(pack.publisher.hosts)
    address = host.removeprefix("www.").removeprefix("m.") + path + "/"
    return f".{host}".endswith(hosts) or address.startswith(accounts)


@lru_cache(maxsize=16)
def _owned(places: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return how hosts of the publisher end (.news.example), and how its accounts begin (weibo.example/name/)."""
    accounts = tuple(own + end for own in places if "/" in own for end in "/?&")
    return tuple(f".{own}" for own in places if "/" not in own), accounts


@lru_cache(maxsize=4096)
def comparable(url: str) -> str:
    """Return an address in the form in which links are compared: host and path, no scheme, www. or trailing slash."""
    if urlsplit(url).scheme not in {"http", "https", ""}:
        return ""
    host, path = place(url)
    return host.removeprefix("www.").removeprefix("m.") + path


def dateline_of(pack: Pack, text: str) -> re.Match[str] | None:
    """Return our dateline at the start of a plain text, None where there is none."""
    return _dateline(pack.publisher.names, pack.publisher.marks).search(text[:HEAD])


def agency_in(pack: Pack, text: str) -> bool:
    """Say whether a plain text starts with the dateline of an agency: its name, and a mark soon after."""
    return _agency(pack.judging.agencies, pack.judging.agency_marks).match(text) is not None


@lru_cache(maxsize=16)
def _dateline(names: tuple[str, ...], marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"{_any(names)}(?:(?!记者)[^\s,。:()]){{0,8}}?{_any(marks)}(?=[\s(:,【]|记者|$)")


@lru_cache(maxsize=16)
def _agency(names: tuple[str, ...], marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"[\s(【]{{0,3}}{_any(names)}[^\s,。:()]{{0,18}}?{_any(marks)}")


def _any(words: tuple[str, ...]) -> str:
    """Return a pattern for one of these words; for no words one that never matches."""
    return "(?:" + ("|".join(re.escape(level(word)) for word in words) or r"(?!)") + ")"


def _kept(words: Iterable[str], page: str) -> str:
    wanted = [packed(word) for word in words if packed(word)]
    if not wanted:
        return "none"
    return "kept" if any(word in page for word in wanted) else "dropped"


def _joined(stretches: Iterable[str]) -> str:
    """Return several stretches on one line, each cut to a length that can be shown."""
    lines = [" ".join(stretch.split()) for stretch in stretches]
    return "; ".join(line if len(line) <= SHOWN else line[: SHOWN - 1] + "…" for line in lines)


def _before(line: str, words: Iterable[str]) -> str:
    """Return what stands in a line before the first of some words."""
    return line[: min((at for at in map(line.find, words) if at >= 0), default=len(line))]


def _starts(line: str, words: tuple[str, ...]) -> bool:
    return level(line).lstrip("(【[▲△ ").startswith(_levelled(words))


def _holds(line: str, words: tuple[str, ...]) -> bool:
    levelled = level(line)
    return any(word in levelled for word in _levelled(words))


@lru_cache(maxsize=64)
def _levelled(words: tuple[str, ...]) -> tuple[str, ...]:
    """Level the words of a rule pack, which are asked for at every line."""
    return tuple(map(level, words))


def _alike(one: str, other: str) -> float:
    return float(Indel.normalized_similarity(one, other))
