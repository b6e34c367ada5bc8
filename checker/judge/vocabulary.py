"""The facts that rules may ask about: their names, what they can be, and what they are on an orderly repost.

`FACTS` is the whole language of conditions. A rule's `when` and `unless`, and the facts of its examples, name nothing
else; an unknown name or a value a fact cannot have is an error of the rule pack. The default is the value on a
complete, licensed and correctly credited repost, so that an example says only what is different.
"""

from dataclasses import dataclass

from checker.model import Grade, LicenceState, MatchKind, Ownership, PageKind, Rendered, Zone

Value = str | bool | int | float


@dataclass(frozen=True)
class Fact:
    """One question with a fixed range of answers; `values` is empty for a number (`unit` says of what)."""

    about: str
    default: Value
    values: tuple[Value, ...] = ()
    unit: str = ""

    def allows(self, value: object) -> bool:
        """Say whether the fact can have this value."""
        if self.values:
            return any(value == known and type(value) is type(known) for known in self.values)
        return isinstance(value, int | float) and not isinstance(value, bool)


def _one_of(about: str, default: str, *others: str) -> Fact:
    return Fact(about, default, (default, *(str(other) for other in others if other != default)))


def _flag(about: str, default: bool = False) -> Fact:
    return Fact(about, default, (default, not default))


def _number(about: str, default: float, unit: str) -> Fact:
    return Fact(about, default, unit=unit)


CLAUSES = (
    "",
    "start",
    "end",
    "removal",
    "suspension",
    "domains",
    "channels",
    "languages",
    "works",
    "exclusions",
    "excerpt",
    "quota",
    "concurrent",
    "embargo",
    "modification",
    "sublicence",
    "commerce",
)
"""The clauses a licence answer can name, in the order in which they are looked at."""

FACTS: dict[str, Fact] = {
    # the credit
    "grade": _one_of("how the page credits us", "exact", *Grade),
    "zone": _one_of("where the deciding credit stands", "head", *Zone),
    "hiding": _one_of(
        "how a hidden credit is hidden: not, only in markup, by style from the reader, or perhaps by a style",
        "no",
        "markup",
        "styled",
        "perhaps",
    ),
    "credited": _flag("the grade is one of those the pack counts as credited", True),
    "dateline": _one_of(
        "our 電頭: the article has none, the page kept it, removed it, or starts later",
        "none",
        "kept",
        "removed",
        "cut",
    ),
    "author": _one_of("the authors: the article names none, the page kept one, dropped all", "none", "kept", "dropped"),
    "photo": _one_of(
        "a photographer's credit inside the article: none, or no picture; kept; dropped from its caption",
        "none",
        "kept",
        "dropped",
    ),
    "caption": _one_of("picture captions of the article on the page", "none", "kept", "changed"),
    "link": _one_of(
        "the page's links: to the original, to another page of ours, to none; or we know no address",
        "original",
        "ours",
        "none",
        "unknown",
    ),
    # the copy
    "kind": _one_of("kind of match", "full", *MatchKind),
    "coverage": _number("share of the article that is on the page", 1.0, "0..1"),
    "page_coverage": _number("share of the page's main text that is ours", 0.9, "0..1"),
    "copied": _number("characters of ours on the page", 600, "characters"),
    "longest": _number("longest passage", 600, "characters"),
    "quotation": _one_of(
        "the copy looks like a quotation: no, a short part, a short part marked as quoted", "no", "short", "marked"
    ),
    "articles": _number("registered articles this page repeats", 1, "articles"),
    # gates
    "ownership": _one_of("what the marks on the article say", "ours", *Ownership),
    "own_host": _flag("the page is on a host of ours or of a partner"),
    "earlier": _one_of(
        "the page's date against our first publication: not before it; before it by a guess, by one witness, surely",
        "no",
        "guessed",
        "weak",
        "solid",
    ),
    "third_source": _one_of("both texts may come from a third one", "none", "agency", "official"),
    "speech": _number("share of what is copied that our article itself quotes from others", 0.0, "0..1"),
    "page": _one_of("sort of page", "article", *PageKind),
    "part": _flag("the page is one of several over which an article is spread"),
    "rendered": _one_of("a browser ran the page's scripts: no, yes, yes but not all they asked for", "no", *Rendered),
    "page_length": _number("length of the page's main text", 800, "characters"),
    "brief": _flag("the article is so short that it may be mere facts"),
    "withdrawn": _flag("we withdrew the article"),
    # integrity
    "title": _one_of(
        "the title against ours: same, other words, with claims our text does not hold, unknown",
        "same",
        "changed",
        "unsupported",
        "unknown",
    ),
    "original_title": _flag("our title is on the page", True),
    "numbers": _number("numbers changed inside passages", 0, "changes"),
    "dates": _number("dates changed inside passages", 0, "changes"),
    "names": _number("names changed inside passages", 0, "changes"),
    "negations": _number("negations put in or left out inside passages", 0, "changes"),
    "edited": _flag("the passages differ from ours in more than layout"),
    "inserted": _number("foreign text between two passages of ours", 0, "characters"),
    "turns_cut": _number("words such as 'but' or 'unless' in what was left out between passages", 0, "words"),
    "notice": _one_of(
        "our copyright notice: the article has none, the page kept it, removed it", "none", "kept", "removed"
    ),
    "days_late": _number("days from our publication to the page's date, 0 where it is not sure", 0, "days"),
    "date_told": _flag("the page tells the date of our publication", True),
    "commerce": _number("different words of advertising and sales around the copy", 0, "words"),
    # the licence
    "licence.state": _one_of("what the licences say for that day", "valid", *LicenceState),
    "licence.clause": _one_of("the clause that decided", *CLAUSES),
    "licence.written": _flag("the licence is signed in writing", True),
    "licence.overlap": _flag("two licences of this licensee differ for that day"),
    "licence.doubtful": _flag(
        "no licence allows it on that day, but the page does not surely tell its day, and on another one did"
    ),
    "licence.amended": _flag("the terms were changed after that day; the ones of that day were used"),
    "licence.credit": _one_of("the credit is due, due at the head of the text, or waived", "due", "head", "waived"),
    "licence.link": _flag("a link to the original is part of the terms"),
    "licence.removal": _flag("withdrawn articles must be taken down"),
    "licence.days_left": _number("days until the licence ends, counted from the capture", 365, "days"),
    # our own pages (rules with scope = "own")
    "own.source": _one_of("whom our own page names as source", "ours", "other", "both", "none"),
    "own.mark": _flag("our own page carries a mark of ours in the text (國際在線消息, 專稿)"),
    "own.foreign": _flag("our own page opens with an agency's dateline"),
    "own.notice": _flag("our own page holds the copyright notice or a link to it", True),
    "own.licensed_in": _one_of("a record that we may repost from this source", "yes", "no", "unknown"),
}


def defaults() -> dict[str, Value]:
    """Return every fact as it is on an orderly repost."""
    return {name: fact.default for name, fact in FACTS.items()}
