"""The guarantee, against brute force: what is shared over forty folded characters is always found."""

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from checker.glyphs import PageText
from checker.match.fingerprint import GUARANTEE, K, W, grams, han, kept, winnow
from checker.match.fold import fold
from checker.match.index import Index
from checker.match.strand import RUN, strands
from checker.read.decode import decode
from tests.bench.match_texts import edited
from tests.match.texts import ALPHABET, article, prose

JUNK = ["，", " ", "\u200b", "\u00ad", "…", "</p>\n<p>", "<b>", "&nbsp;", "|", "、", "\ufeff", "<br/>", "🙂"]
TRADITIONAL = OpenCC("s2tw")


def longest_shared(one: str, other: str) -> int:
    """The longest common run, by brute force."""
    best, row = 0, [0] * (len(other) + 1)
    for a in one:
        fresh = [0] * (len(other) + 1)
        for at, b in enumerate(other):
            if a == b:
                fresh[at + 1] = row[at] + 1
                best = max(best, fresh[at + 1])
        row = fresh
    return best


def disguised(text: str, rng: random.Random) -> str:
    """Put junk between the characters of a run, change its script and the width of its digits."""
    if rng.random() < 0.5:
        text = TRADITIONAL.convert(text)
    wide = rng.random() < 0.5
    pieces = []
    for char in text:
        pieces.append(chr(ord(char) + 0xFEE0) if wide and "0" <= char <= "9" else char)
        if rng.random() < 0.2:
            pieces.append(rng.choice(JUNK))
    return "".join(pieces)


@pytest.mark.parametrize(
    "letters",
    ["", ALPHABET, ALPHABET[:6], "天地玄黄一二三四的了", "天地0123456789abc", "abcdefghij klmnop", "0123456789天的"],
    ids=["all", "seventy", "six", "numerals", "mixed", "latin", "digits"],
)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_run_of_forty_is_found_wherever_it_stands(letters: str, seed: int) -> None:
    rng = random.Random(seed)
    texts = {f"a{n}": prose(rng, rng.randrange(40, 200), letters) for n in range(8)}
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder))
        index.add(article(text, name) for name, text in texts.items())
        for text in texts.values():
            start = rng.randrange(len(text))
            piece = text[start : start + rng.randrange(40, 120)]
            page = f"<html><body>{prose(rng, 30)}<p>{disguised(piece, rng)}</p>{prose(rng, 30)}</body></html>"
            found = {candidate.id for candidate in index.candidates(page)}
            seen = fold(piece).text
            must = {name for name, text in texts.items() if longest_shared(fold(text).text, seen) >= RUN}
            assert must <= found


def test_text_that_all_articles_share_is_found_in_all(tmp_path: Path) -> None:
    rng = random.Random(5)
    speech = prose(rng, 60)
    index = Index.open(tmp_path)
    index.add(article(prose(rng, 80) + speech + prose(rng, 80), f"a{n}") for n in range(100))
    assert len(index.candidates(f"<p>{speech}</p>")) == 100
    assert index.candidates(f"<p>{speech[:20]}</p>") == ()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_common_run_is_found_on_a_page_full_of_common_phrases(seed: int) -> None:
    rng = random.Random(seed)
    phrases = [prose(rng, 26) for _ in range(5)]
    speech = prose(rng, 90, ALPHABET)
    texts = [prose(rng, 9).join((prose(rng, 30), speech, *rng.sample(phrases, 3))) for _ in range(90)]
    start = rng.randrange(len(speech) - 50)
    piece = speech[start : start + 50]
    items = [f"<li><a href=/{n}.html>{phrase}</a></li>" for n, phrase in enumerate(phrases)]
    shown = [*items, f"<p>{disguised(piece, rng) if rng.random() < 0.5 else piece}</p>"]
    rng.shuffle(shown)
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder))
        index.add(article(text, f"a{n}") for n, text in enumerate(texts))
        with_it, without = "".join(shown), "".join(items)
        assert index.candidates(with_it)
        assert index.candidates(without) == ()
        assert index.touches([PageText.of(page) for page in (without, with_it, without)]) == [False, True, False]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=1002)  # an edited copy beside which the text of the next page stood
def test_many_pages_at_once_touch_what_each_has_as_a_candidate(seed: int) -> None:
    rng = random.Random(seed)
    texts = [prose(rng, rng.randrange(60, 300)) for _ in range(20)]
    pages = []
    for number in range(rng.randrange(1, 40)):
        text = rng.choice(texts)
        first = rng.randrange(len(text))
        copied = edited(text[first : first + rng.randrange(20, 200)], rng.choice((0, 0.1, 0.3)), rng)
        markup = f"<title>{number}</title><p>{prose(rng, rng.randrange(80))}</p><p>{copied}</p>{prose(rng, 20)}"
        pages.append(rng.choice((markup, prose(rng, 100), "", "<p>plain", "🙂" + markup)))
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder))
        index.add(article(text, f"a{n}") for n, text in enumerate(texts))
        one_by_one = [bool(index.candidates(page)) for page in pages]
        assert index.touches(list(map(PageText.of, pages))) == one_by_one
        for charset in ("utf-8", "gb18030"):
            decoded = [decode(page.encode(charset), f"text/html; charset={charset}").page for page in pages]
            assert index.touches(decoded) == one_by_one


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(0, 30), st.integers(GUARANTEE, 40))
def test_a_shared_run_shares_a_kept_fingerprint(codes: list[int], start: int, length: int) -> None:
    ours = np.array(codes, np.uint32) + 1
    run = ours[start : start + length]
    if len(run) < GUARANTEE:
        return
    entries = winnow(ours, np.array([len(ours)]))
    mine = set((entries >> np.uint64(31)).tolist())
    theirs = np.concatenate((np.array([90, 91, 92], np.uint32), run, np.array([93, 94, 95], np.uint32)))
    hashes = grams(theirs)
    assert mine & set(hashes.tolist())
    assert mine & set(hashes[kept(hashes)].tolist())


@given(st.lists(st.text("天地玄黄宇宙洪荒日月", max_size=50), min_size=1, max_size=6))
def test_texts_laid_end_to_end_keep_what_each_keeps_alone(texts: list[str]) -> None:
    codes = [han(text).codes for text in texts]
    lengths = np.array([len(c) for c in codes])
    together = winnow(np.concatenate(codes), lengths)
    alone = []
    for start, piece in zip((np.cumsum(lengths) - lengths).tolist(), codes, strict=True):
        alone += (winnow(piece, np.array([len(piece)])) + np.uint64(start)).tolist()
    assert together.tolist() == alone


@given(st.lists(st.text("天玄黄宇宙洪荒日月盈昃", min_size=30, max_size=200), min_size=1, max_size=1))
def test_kept_fingerprints_are_never_further_apart_than_a_window(texts: list[str]) -> None:
    codes = han(texts[0]).codes
    places = (winnow(codes, np.array([len(codes)])) & np.uint64(2**31 - 1)).astype(int)
    assert places[0] < W
    assert places[-1] > len(codes) - K - W
    assert (np.diff(places) <= W).all()


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.sampled_from("天地玄黄一二的了abc12，。 ㎞①"), max_size=90), max_size=5))
def test_strands_of_many_are_the_strands_of_each(texts: list[str]) -> None:
    articles = [article(text, str(n)) for n, text in enumerate(texts)]
    together = strands(articles)
    assert int(together.lengths.sum()) == len(together.codes) == len(together.sketch)
    narrow = together.codes[: int(together.lengths[: len(texts)].sum())]
    alone = [np.append(han(text).codes, np.uint32(0)) for text in texts]
    assert narrow.tolist() == np.concatenate([np.zeros(0, np.uint32), *alone]).tolist()


@given(st.text(alphabet=st.sampled_from("天地玄黄宇宙一的<>p/ab ，")))
def test_markup_does_not_interrupt_a_strand(text: str) -> None:
    bare = "".join(char for char in text if ord(char) > 0x7F)
    assert han(text).codes.tolist() == han(bare).codes.tolist()
