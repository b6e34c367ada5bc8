"""Glyphs read off the bytes of a page without making text of them: most of what a page has is ASCII anyway.

They are those of the decoded text; where they stand may be told a little too far behind, never too close.
"""

from functools import cache

import numpy as np

from checker.glyphs import FIRST, Glyphs, Places, Units

HIGH = 0x80
OF_THREE, OF_FOUR = 0xE2, 0xF0
"""First bytes of characters from U+2000 and from U+10000 on in UTF-8."""

LEADS = range(0x81, 0xFF)
TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))

MOST = 200
"""Characters of four bytes, read one by one, from which on a page is decoded as others are."""

LOST = "\ufffd"
"""Stands for bytes that are no character."""


@cache
def table() -> Units:
    """Return lead byte | trail byte << 8 -> UTF-16 unit, 0 where the two are no character."""
    found = np.zeros(1 << 16, np.uint16)
    for lead in LEADS:
        for trail in TRAILS:
            char = bytes((lead, trail)).decode("gb18030", "ignore")
            if len(char) == 1 and ord(char) < 1 << 16:
                found[lead | trail << 8] = ord(char)
    return found


def of_utf8(body: bytes) -> Glyphs | None:
    """Return the glyphs of a page that is UTF-8; None where it must be decoded to tell."""
    codes = np.frombuffer(body, np.uint8)
    leads = np.flatnonzero(codes >= OF_THREE)
    first = codes.take(leads)
    if len(leads) and first.max() >= OF_FOUR:
        return None
    second, third = (codes.take(leads + step) & np.uint8(0x3F) for step in (1, 2))
    units = first.astype(np.uint16) << np.uint16(12) | second.astype(np.uint16) << np.uint16(6) | third
    seen = np.flatnonzero(units >= FIRST)
    return Glyphs(units.take(seen), leads.take(seen) - 2 * seen, len(body) - 2 * len(leads))


def of_gb18030(body: bytes) -> Glyphs | None:
    """Return the glyphs of a page in GB18030; None where not all of its bytes are, or it must be decoded to tell."""
    codes = np.frombuffer(body, np.uint8)
    leads = leading(np.flatnonzero(codes >= HIGH))
    if not len(leads) or leads[-1] + 1 == len(codes):
        return None
    units = table().take(codes.take(leads) | codes.take(leads + 1).astype(np.uint16) << np.uint16(8))
    odd = np.flatnonzero(units == 0)
    if len(odd) and not read_four(body, leads, odd, units):
        return None
    seen = np.flatnonzero(units >= FIRST)
    return Glyphs(units.take(seen), leads.take(seen) - seen, len(body) - len(leads))


def leading(high: Places) -> Places:
    """Return which of the bytes beyond ASCII begin a character: in a row of them, every other one from the first."""
    begins = np.concatenate(([0], np.flatnonzero(high[1:] - high[:-1] != 1) + 1))
    odd = (begins & 1).astype(np.uint8)
    rank = np.repeat(odd, np.diff(begins, append=len(high)))
    rank[1::2] ^= 1
    return high.take(np.flatnonzero(rank == 0))


def read_four(body: bytes, leads: Places, odd: Places, units: Units) -> bool:
    """Read the characters of four bytes, which look like two odd ones, into `units`; tell whether that is all."""
    first, second = odd[::2], odd[1::2]
    if len(odd) % 2 or len(first) > MOST or (leads.take(second) - leads.take(first) != 2).any():
        return False
    for place, at in zip(first.tolist(), leads.take(first).tolist(), strict=True):
        char = body[at : at + 4].decode("gb18030", "replace")
        if len(char) != 1 or char == LOST or ord(char) >= 1 << 16:
            return False
        units[place] = ord(char)
    return True
