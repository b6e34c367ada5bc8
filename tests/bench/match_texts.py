"""Texts for the benchmarks of matching: recombined, wrapped into pages, edited.

The sentences are those of a corpus (`.jsonl` with `text`), or invented ones: random characters that are as uneven in
frequency as those of prose, with stock phrases in between.
"""

import json
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from checker.model import Article

HAN = [chr(point) for point in range(0x4E00, 0x4E00 + 3500)]
FREQUENT = [1 / (rank + 8) for rank in range(len(HAN))]
LENGTH = 500
"""Characters of a recombined article."""

OWN = 10
"""Scraps of a sentence that no other article has."""

BLOCK = (
    '<div class="item" id="i{0}"><a href="/news/2026/{0}.html" title="{1}">{1}</a><span>2026-11-{2:02}</span></div>\n'
)


def sentences(corpus: Path | None, rng: random.Random) -> list[list[str]]:
    """Return texts as lists of sentences."""
    if corpus is None:
        return [invented(rng) for _ in range(2000)]
    texts = (json.loads(line)["text"] for line in corpus.read_text(encoding="utf-8").splitlines())
    return [[s + "。" for s in text.replace("\n", "").split("。") if s] for text in texts]


def invented(rng: random.Random) -> list[str]:
    """Return the sentences of an invented text."""
    return [
        "".join(rng.choices(HAN, FREQUENT, k=rng.randrange(15, 30)))
        + "，"
        + "".join(rng.choices(HAN, FREQUENT, k=18))
        + "。"
        for _ in range(rng.randrange(8, 16))
    ]


def recombined(texts: list[list[str]], number: int, rng: random.Random) -> Iterator[Article]:
    """Yield articles of about LENGTH characters: sentences from all over the texts, and after each one of its own.

    What is its own is put together from scraps of the same texts, since no article of a real corpus is made of others
    alone, nor of characters in a random order.
    """
    pool = [sentence for text in texts for sentence in text]
    scraps = [sentence[at : at + 4] for sentence in rng.sample(pool, min(len(pool), 5000)) for at in range(0, 20, 4)]
    for serial in range(number):
        text = ""
        while len(text) < LENGTH:
            text += rng.choice(pool) + "".join(rng.choices(scraps, k=OWN)) + "。"
        yield Article(id=f"r{serial}", title=text[:20], text=text, url=f"https://news.example/{serial}.html")


def page(text: str, rng: random.Random) -> bytes:
    """Wrap a text into a page of about 100 kB, as news sites are: lists, scripts, styles around it."""
    names = ("".join(rng.choices(HAN, FREQUENT, k=14)) for _ in count())
    lists = "".join(BLOCK.format(serial, next(names), serial % 28 + 1) for serial in range(60))
    script = "var config={items:[" + ",".join(f'{{"id":{n},"w":{n * 7 % 640}}}' for n in range(1500)) + "]};\n"
    body = "".join(f"<p>　　{part}。</p>\n" for part in text.split("。") if part)
    style = ".a{color:red}" * 400
    head = f'<meta charset="utf-8"><title>{text[:20]}</title><style>{style}</style><script>{script}</script>'
    article = f"{lists}<article>{body}</article>{lists}<script>{script}</script>"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{article}</body></html>".encode()


def edited(text: str, rate: float, rng: random.Random) -> str:
    """Replace, drop and insert characters, a third of the edits each."""
    pieces = []
    for char in text:
        roll = rng.random() / rate if rate else 9.0
        pieces.append(char if roll >= 2 / 3 else "")
        if roll < 1 / 3 or 2 / 3 <= roll < 1:
            pieces.append(rng.choice(HAN))
    return "".join(pieces)
