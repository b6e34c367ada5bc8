"""Whether the evidence still is what it was: every file, every capture, and what the findings quote from them.

captures of the database -> evidence files -> their lists and time stamps -> text and quoted words of each finding
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path

from cryptography.x509 import Certificate

from checker.errors import EvidenceError, PageError, StampError
from checker.keep.capture import Capture
from checker.keep.cases import Case, Wanted
from checker.keep.manifest import Manifest, digest, manifests
from checker.keep.stamp import roots_of, stamped
from checker.model import Document
from checker.read.parts import join
from checker.runs import House
from checker.scan import documents


@dataclass(frozen=True)
class Remark:
    """One thing that is not as it was: `damage`, or else only worth knowing."""

    place: str
    reason: str
    damage: bool = True


@dataclass
class Verified:
    """What was looked at (captures, records of findings that rest on them, time stamps), and how much is damaged."""

    captures: int = 0
    records: int = 0
    stamps: int = 0
    damaged: int = 0
    broken: set[Capture] = field(default_factory=set)
    flawed: set[str] = field(default_factory=set)


def verify(house: House, counts: Verified) -> Iterator[Remark]:
    """Read all kept evidence again and yield what is not as it was, counted; each flaw is told once."""
    for look in (captures, files, stamps, records):
        for remark in look(house, counts):
            counts.damaged += remark.damage
            yield remark


def captures(house: House, counts: Verified) -> Iterator[Remark]:
    """Load every capture that the database names: it is there, with its SHA-256."""
    for capture in house.store.captures(every=True):
        counts.captures += 1
        try:
            house.evidence.load(capture)
        except EvidenceError as error:
            counts.broken.add(capture)
            counts.flawed.add(capture.file)
            yield Remark(capture.url, str(error))


def files(house: House, counts: Verified) -> Iterator[Remark]:
    """Read every file, also what no capture names; a flaw inside a capture that cannot be loaded is told already."""
    for flaw in house.evidence.verify():
        if not any(
            each.file == flaw.file and each.offset <= flaw.offset < each.offset + each.length for each in counts.broken
        ):
            counts.flawed.add(flaw.file)
            yield Remark(f"{flaw.file} at byte {flaw.offset}", flaw.reason)


def stamps(house: House, counts: Verified) -> Iterator[Remark]:
    """Compare every file with the list it is in, and every time stamp with its list."""
    place = house.place
    roots = roots_of(place.roots) if place.settings.evidence.roots else ()
    for manifest in manifests(place.evidence):
        try:
            yield from changed(manifest, counts)
        except EvidenceError as error:
            yield Remark(manifest.path.name, error.message)
            continue
        for path in manifest.replies().values():
            counts.stamps += 1
            yield from unproven(manifest, path, roots)


def changed(manifest: Manifest, counts: Verified) -> Iterator[Remark]:
    """Say which files of a list are not what they were; what is told of a file already is not told again."""
    for file, listed in manifest.digests().items():
        if file in counts.flawed:
            continue
        try:
            found = digest(manifest.folder / file)
        except EvidenceError as error:
            yield Remark(file, error.message)
            continue
        if found != listed:
            yield Remark(file, f"is not what it was: {manifest.path.name} has another SHA-256")


def unproven(manifest: Manifest, reply: Path, roots: Sequence[Certificate]) -> Iterator[Remark]:
    """Say why a time stamp does not prove that its list was there."""
    if not roots:
        yield Remark(reply.name, "not checked: evidence.roots names no certificates", damage=False)
        return
    try:
        stamped(manifest.data, reply.read_bytes(), roots)
    except StampError as error:
        yield Remark(reply.name, str(error))


def records(house: House, counts: Verified) -> Iterator[Remark]:
    """Read the page of every finding again and compare: its text, and the words that the finding quotes."""
    resting = [
        (captures, [case.id for case in cases])
        for captures, cases in groupby(house.store.cases(Wanted()), key=lambda case: behind(house, case))
        if captures
    ]
    counts.records = sum(len(ids) for _, ids in resting)
    whole = [(captures, ids) for captures, ids in resting if not counts.broken & set(captures)]
    pages = (house.evidence.load(capture) for captures, _ in whole for capture in captures)
    read = documents(house.place, pages)
    for captures, ids in whole:
        document = together([each for _, each in islice(read, len(captures))])
        for identity in ids:
            yield from compared(house, house.store.case(identity), document)


def behind(house: House, case: Case) -> tuple[Capture, ...]:
    """Return the captures that a finding rests on: its page's, and those of the further parts of its article."""
    urls = case.record["page"].get("joined", [])[1:]
    further = (each for url in urls for each in house.store.cases(Wanted(article=case.article, url=url)))
    return tuple(each.capture for each in (case, *further) if each.capture is not None)


def together(parts: Sequence[Document | PageError]) -> Document | PageError:
    """Return what the parts of an article say together, or the error of the first that cannot be read."""
    documents = [part for part in parts if isinstance(part, Document)]
    bad = next((part for part in parts if isinstance(part, PageError)), None)
    return bad or (documents[0] if len(documents) == 1 else join(documents))


def compared(house: House, case: Case, document: Document | PageError) -> Iterator[Remark]:
    """Compare one finding with its page, or all pages of its article, as this version reads them."""
    place = f"finding {case.id}"
    try:
        kept = house.store.page_text(case.id)
    except EvidenceError as error:
        yield Remark(place, error.message.partition(": ")[2])
        return
    spans = quoted(case)
    if any(not 0 <= start < end <= len(kept) for start, end in spans):
        yield Remark(place, "a passage lies outside of the text of its page")
    elif isinstance(document, PageError):
        yield Remark(place, f"this version cannot read the page: {document.reason}", damage=False)
    elif document.text != kept:
        yield from missed(place, [kept[start:end] for start, end in spans], document.text)


def missed(place: str, words: list[str], text: str) -> Iterator[Remark]:
    """Say how many of the quoted lines a text holds that is read otherwise than it was; none at all is damage."""
    there = "".join(text.split())
    lines = [squeezed for part in words for line in part.splitlines() if (squeezed := "".join(line.split()))]
    held = sum(line in there for line in lines)
    if lines and not held:
        yield Remark(place, "the kept page holds nothing of what the finding quotes")
    else:
        told = f"this version reads the page's text differently; it holds {held} of {len(lines)} quoted lines"
        yield Remark(place, told, damage=False)


def quoted(case: Case) -> list[tuple[int, int]]:
    """Return the stretches of the page's text that a finding points to: its passages, and its credit."""
    span = case.record["credit"]["span"]
    found = [each["page"] for each in case.record["match"]["passages"]] + ([span] if span else [])
    return [(start, end) for start, end in found]
