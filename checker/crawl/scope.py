"""Which found links belong to a crawl: the target's site or section, and no trap."""

import itertools
import re
from collections import Counter
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from checker.crawl.addresses import canonical, site
from checker.crawl.queue import Errand

LENGTH = 2000
SEGMENTS = 16
PARAMETERS = 6
VARIANTS = 64
"""Combinations of two or more parameters for one path; more is a faceted search."""

LINKS_KEPT = 1 << 14
"""Judged links that are remembered: every page of a site repeats the same hundred."""

NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|bmp|css|js|json|mp[34]|m4[av]|avi|mov|wmv|flv|m3u8|ts|wav|ogg|pdf|docx?|xlsx?"
    r"|pptx?|zip|rar|7z|gz|tar|exe|apk|dmg|iso|woff2?|ttf|eot|swf)$",
    re.IGNORECASE,
)
CALENDAR = re.compile(r"calendar|event|schedule|archive|\b(?:cal|date|day|month|year|ym)[=/]", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)\d{4}(?=(?:0[1-9]|1[0-2])?(?:[0-3]\d)?(?!\d))")


class Scope:
    """What one crawl follows; remembers how many variants of a path it has seen. `year` is the current one."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.variants: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.inside = lru_cache(maxsize=LINKS_KEPT)(self.judged)

    def errand(self, url: str, origin: Errand, *, priority: int | None = None) -> Errand | None:
        """Return the errand for a link found by `origin`, None where it leads out or into a trap."""
        key = self.inside(url, origin.site, origin.section)
        if not key:
            return None
        depth = origin.depth + 1
        return Errand(
            url=key,
            key=key,
            site=origin.site,
            section=origin.section,
            depth=depth,
            priority=depth + 1 if priority is None else priority,
        )

    def judged(self, url: str, home: str, section: str) -> str:
        """Return the canonical form of an address within a site and section; "" for one outside, or a trap."""
        if len(url) > LENGTH:
            return ""
        try:
            key = canonical(url)
        except ValueError:
            return ""
        inside = site(key) == home and key.partition("//")[2].startswith(section)
        return key if inside and not self.trap(key) else ""

    def trap(self, url: str) -> str:
        """Say what makes an address a trap, "" where nothing does."""
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        parameters = parse_qsl(parts.query, keep_blank_values=True)
        if NOT_PAGES.search(parts.path):
            return "no page"
        if len(segments) > SEGMENTS or repeats(segments):
            return "repeating path"
        if self.calendar(url):
            return "calendar"
        return self.facets(parts.netloc + parts.path, tuple(sorted(name for name, _ in parameters)))

    def calendar(self, url: str) -> bool:
        """Whether an address speaks of dates and names a year that no news page can be from."""
        if not CALENDAR.search(url):
            return False
        return any(not 1990 <= int(year) <= self.year + 1 for year in YEAR.findall(url.partition("//")[2]))

    def facets(self, path: str, names: tuple[str, ...]) -> str:
        """Count a combination of parameters against its path."""
        if len(names) > PARAMETERS:
            return "too many parameters"
        if len(names) < 2:
            return ""
        self.variants[path, names] += 1
        return "faceted search" if self.variants[path, names] > VARIANTS else ""


def repeats(segments: list[str]) -> bool:
    """Whether path segments repeat: a word three times, or a pair twice in a row (/a/b/a/b); numbers may."""
    words = Counter(segment for segment in segments if not segment.isdecimal())
    if words and words.most_common(1)[0][1] >= 3:
        return True
    pairs = list(itertools.pairwise(segments))
    return any(pairs[at] == pairs[at + 2] and not "".join(pairs[at]).isdecimal() for at in range(len(pairs) - 2))
