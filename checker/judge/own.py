"""Our own pages: what on them would stand against our own claims (rules of scope `own`)."""

from collections.abc import Collection

from checker.judge.pack import Pack
from checker.judge.policy import decide, findings
from checker.judge.traces import agency_in, dateline_of
from checker.judge.vocabulary import Value, defaults
from checker.model import Document, Finding, Grade
from checker.script import level, packed

OURS = frozenset({Grade.EXACT, Grade.VARIANT})
THEIRS = frozenset({Grade.OTHER, Grade.SECONDHAND})


def own_check(document: Document, pack: Pack, licensed_in: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with a page of our own, gravest first.

    `licensed_in` are the outlets we may repost from; None where no such record is kept.
    """
    theirs = _theirs(document)
    known = defaults() | _facts(document, pack, theirs, licensed_in)
    fired = decide(pack, known, scope="own").fired
    texts = {"source": theirs, "quote": document.credit.quote, "title": document.title}
    return findings(pack, fired, texts, document)


def _facts(document: Document, pack: Pack, theirs: str, licensed_in: Collection[str] | None) -> dict[str, Value]:
    text = level(document.text[slice(*document.main)])
    ours = any(credit.grade in OURS for credit in (document.credit, *document.credits))
    whole = level(document.text)
    return {
        "own.source": ("both" if theirs else "ours") if ours else ("other" if theirs else "none"),
        "own.mark": dateline_of(pack, text.lstrip()) is not None,
        "own.foreign": agency_in(pack, text.lstrip()),
        "own.notice": bool(document.notices) or any(level(words) in whole for words in pack.judging.notice_links),
        "own.licensed_in": _licensed(theirs, licensed_in),
    }


def _theirs(document: Document) -> str:
    """Return the other medium that the page names as its source, "" for none."""
    stated = (document.credit, *document.credits)
    return next((credit.source or credit.quote for credit in stated if credit.grade in THEIRS), "")


def _licensed(source: str, licensed_in: Collection[str] | None) -> str:
    if licensed_in is None or not source:
        return "unknown"
    return "yes" if packed(source) in {packed(outlet) for outlet in licensed_in} else "no"
