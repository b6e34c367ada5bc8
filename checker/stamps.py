"""Time stamps for the evidence: every authority of the settings is asked about the last list of evidence files.

finished evidence files -> the next list -> a reply of each authority, checked before it is kept -> the proof of a file

Each list names the one before it, so that a stamp answers for all that was listed by then: what an authority missed
while it was down, its next stamp makes good.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import dropwhile

from cryptography.x509 import Certificate

from checker.crawl.fetch import Fetcher
from checker.errors import SettingsError, StampError
from checker.keep.capture import Proof
from checker.keep.manifest import Manifest, extend, keep, manifests, stamping
from checker.keep.stamp import QUERY, accepted, asked, roots_of, time_of
from checker.settings import FILE, Workspace

REPLY_MAX = 1_000_000
"""Bytes that a reply may have; with all its certificates it has some thousands."""


@dataclass(frozen=True)
class Stamped:
    """What became of asking an authority for its time: `at`, or else why there is none."""

    authority: str
    list: str
    at: datetime | None = None
    error: str = ""


def stamp(place: Workspace) -> Iterator[Stamped]:
    """Write down which evidence files are new, and ask each authority that has not put its time under all of them.

    SettingsError where none is named, or its roots cannot be read.
    """
    if not place.settings.evidence.authorities:
        raise SettingsError("evidence.authorities names no time-stamping authority", path=place.root / FILE)
    roots = roots_of(place.roots)
    bounds = place.settings.crawl.model_copy(update={"max_bytes": REPLY_MAX})
    with stamping(place.evidence), Fetcher(bounds) as fetcher:
        last = extend(place.evidence)
        for authority in place.settings.evidence.authorities:
            if last and not last.reply(authority).exists():
                yield requested(last, authority, fetcher, roots)


def requested(manifest: Manifest, authority: str, fetcher: Fetcher, roots: Sequence[Certificate]) -> Stamped:
    """Ask one authority for its time under a list, and keep its reply where it proves it."""
    question = asked(manifest.data)
    answer = fetcher.post(authority, question.query, QUERY)
    if answer.outcome is not None:
        return Stamped(authority, manifest.path.name, error=answer.reason)
    try:
        at = accepted(question, answer.body, roots, datetime.now(UTC))
    except StampError as error:
        return Stamped(authority, manifest.path.name, error=str(error))
    keep(manifest.reply(authority), answer.body)
    return Stamped(authority, manifest.path.name, at)


def proof(place: Workspace, file: str) -> Proof | None:
    """Return the earliest time under an evidence file, as the replies state it; None where nobody is asked for one.

    EvidenceError or StampError where a list or a reply cannot be read: `checker verify` says more.
    """
    later = dropwhile(lambda manifest: file not in manifest.digests(), manifests(place.evidence))
    under = [Proof(time_of(path.read_bytes()), who) for each in later for who, path in each.replies().items()]
    nobody = Proof() if place.settings.evidence.authorities else None
    return min(under, key=lambda each: each.at, default=nobody)
