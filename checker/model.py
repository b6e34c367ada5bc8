"""The nouns of the checker, in the order in which a page meets them.

Every noun is a frozen value: a station takes one, returns the next, and changes nothing. Spans are half-open
`(start, end)` pairs of character offsets into the text named beside them; instants are aware `datetime`s in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Span = tuple[int, int]

Texts = Mapping[str, str]
"""One sentence in each language of the reports: keys `zh-Hant`, `zh-Hans`, `en`."""

LANGUAGES = ("zh-Hant", "zh-Hans", "en")


@dataclass(frozen=True)
class Publisher:
    """Whose articles are protected, as the rule pack's `[publisher]` table says it.

    `names` are the forms of the name that the notice requires; `variants` other forms of it that still name us (old,
    wrong, abbreviated, foreign, with a channel); `false_names` longer words that merely contain a name; `marks` the
    words after the name that claim a text as ours (消息, 報道, 專稿), which also make a dateline; `hosts` our own
    and partner sites; `notice` sentences of the copyright notice, by number of clause, for finding copies of it.
    All are matched after folding, so one script is enough.
    """

    id: str
    name: str
    required: str
    names: tuple[str, ...]
    variants: tuple[str, ...] = ()
    false_names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    notice: Mapping[str, str] = field(default_factory=dict)


class Ownership(StrEnum):
    """What the marks on a registered text say about who owns it (gates GATE-01 to GATE-03)."""

    OURS = "ours"
    NOT_OURS = "not_ours"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Article:
    """A registered work.

    `text` is kept exactly as it was registered; `notice` marks the stretches of it that are the publisher's pasted
    copyright notice, which is never matched against. `source` is the 來源 mark as given ("" where there is none).
    """

    id: str
    title: str
    text: str
    url: str = ""
    published: datetime | None = None
    source: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = "cri"
    ownership: Ownership = Ownership.OURS
    notice: tuple[Span, ...] = ()
    channel: str = ""
    tags: tuple[str, ...] = ()
    withdrawn: bool = False


class PageOutcome(StrEnum):
    """What became of a page; each page of a run ends in exactly one."""

    MATCHED = "matched"
    CLEAN = "clean"
    UNCHANGED = "unchanged"
    NOT_HTML = "not_html"
    UNDECODABLE = "undecodable"
    BLOCKED = "blocked"
    ROBOTS_DENIED = "robots_denied"
    REFUSED_ADDRESS = "refused_address"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    HTTP_ERROR = "http_error"
    NETWORK_ERROR = "network_error"
    PARSE_TIMEOUT = "parse_timeout"


JUDGED = frozenset({PageOutcome.MATCHED, PageOutcome.CLEAN, PageOutcome.UNCHANGED})
"""The outcomes of pages that were really looked at; all others count as failed in the coverage line."""


@dataclass(frozen=True)
class Hop:
    """One exchange on the way to a page: a redirect, or a `piece` its script asked for when it was rendered.

    `wire` is the request and the response as exchanged; of a `cut` one only the response's beginning is kept.
    """

    url: str
    captured: datetime
    status: int
    wire: tuple[bytes, bytes] = field(repr=False)
    piece: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Page:
    """One answer of the web, byte for byte.

    `outcome` is None for a page that can be looked at; otherwise it is the outcome that getting the page already
    decided (`robots_denied`, `timeout`, ...), with `reason` in a short English phrase. `body` is the content after
    transfer and content decoding; `wire` is the request and response as exchanged, where we fetched it ourselves;
    `hops` are the exchanges that led here, in their order. Of a page that a browser rendered (fact `rendered`) the
    body is what the scripts made of it, and `wire` still what the server sent.
    """

    url: str
    captured: datetime
    body: bytes = b""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    outcome: PageOutcome | None = None
    reason: str = ""
    requested: str = ""
    wire: tuple[bytes, bytes] | None = field(default=None, repr=False)
    facts: Mapping[str, str] = field(default_factory=dict)
    hops: tuple[Hop, ...] = field(default=(), repr=False)

    def header(self, name: str) -> str:
        """Return the value of the first header of that name (any case), or ""."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Grade(StrEnum):
    """How a page credits us; design.md, "Credit grades"."""

    EXACT = "exact"
    VARIANT = "variant"
    DATELINE = "dateline"
    SECONDHAND = "secondhand"
    OTHER = "other"
    SELF = "self"
    HIDDEN = "hidden"
    BOILERPLATE = "boilerplate"
    NONE = "none"


class Zone(StrEnum):
    """Where on the page a credit stands."""

    HEAD = "head"
    BODY = "body"
    TAIL = "tail"
    MARKUP = "markup"
    CHROME = "chrome"
    NONE = "none"


@dataclass(frozen=True)
class Credit:
    """One statement of source on a page.

    `quote` is the page's own words; `source` the outlet it names ("" if none); `span` the quote's place in
    `Document.text`, None where the words are not part of the visible text; `path` the element path; `reason` says in
    English why it got its grade (for `hidden` why no reader sees it, for `boilerplate` which block holds it);
    `via` is the medium that names us, for `secondhand`.
    """

    quote: str
    zone: Zone
    grade: Grade
    source: str = ""
    span: Span | None = None
    path: str = ""
    reason: str = ""
    via: str = ""


NO_CREDIT = Credit(quote="", zone=Zone.NONE, grade=Grade.NONE, reason="the page states no source")


@dataclass(frozen=True)
class Operator:
    """Who runs the site, as the page itself states it. `icp` joins domains of one organisation."""

    name: str = ""
    icp: str = ""
    police: str = ""
    news_licence: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Publication:
    """A publication date with the witness that gave it; `solid` where two witnesses or a clear one agree."""

    when: date
    instant: datetime | None = None
    witness: str = ""
    solid: bool = False


class PageKind(StrEnum):
    """What sort of page it is; only an article can be judged without a person."""

    ARTICLE = "article"
    LISTING = "listing"
    SHELL = "shell"


class Rendered(StrEnum):
    """Whether a page was read as a browser rendered it, and whether its scripts got all they asked for."""

    NO = "no"
    WHOLE = "whole"
    PART = "part"


@dataclass(frozen=True)
class Document:
    """What a page says.

    `text` is the visible text in reading order, blocks parted by newlines; all spans of the page point into it.
    `main` is the stretch that is the article itself. `credits` are all statements of source found, in reading order
    with the unseen ones last; `credit` is the one that decides for the article in `main`; `source` is the outlet named
    as the article's source, None where none is.
    `notices` are stretches of copied copyright notices. `links` are the addresses the page's text links to.
    `part` says which of the `parts` pages of its article this one is (at least so many); `next_page` where it goes on;
    `siblings` are its other pages, as far as this one links to them. `joined` are the addresses of the parts that the
    document was put together from, in their order; () where it is one page.
    `rendered` says whether a browser had to run the page's scripts before it said anything.
    """

    url: str
    text: str
    main: Span
    title: str = ""
    original_title: str = ""
    authors: tuple[str, ...] = ()
    editor: str = ""
    published: Publication | None = None
    source: str | None = None
    credits: tuple[Credit, ...] = ()
    credit: Credit = NO_CREDIT
    operator: Operator = Operator()
    canonical: str = ""
    charset: str = ""
    kind: PageKind = PageKind.ARTICLE
    notices: tuple[Span, ...] = ()
    links: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    next_page: str = ""
    siblings: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    rendered: Rendered = Rendered.NO


@dataclass(frozen=True)
class Passage:
    """A repeated stretch: `article` is a span of `Article.text`, `page` of `Document.text`; similarity in 0..1."""

    article: Span
    page: Span
    similarity: float
    moved: bool = False


class MatchKind(StrEnum):
    """How a page repeats an article; design.md, "Match"."""

    FULL = "full"
    NEAR = "near"
    EXCERPT = "excerpt"
    MOSAIC = "mosaic"
    REWRITE = "rewrite"


@dataclass(frozen=True)
class Thresholds:
    """Where one kind of match ends and the next begins; set by the rule pack's `[match]` table.

    Coverages are shares (0..1) of the article's folded characters; lengths are folded characters. A match shorter
    than `quotation` characters in all, or without one passage of `run` characters, is a quotation and no match.
    """

    full: float = 0.9
    near: float = 0.5
    quotation: int = 40
    run: int = 24


@dataclass(frozen=True)
class Match:
    """Article x document: the passages and what they amount to. `reasons` log how the kind was decided."""

    article: Article
    kind: MatchKind
    coverage: float
    page_coverage: float
    similarity: float
    passages: tuple[Passage, ...]
    reasons: tuple[str, ...] = ()


class LicenceState(StrEnum):
    """What the licences said on the day of the repost."""

    NONE = "none"
    VALID = "valid"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    OUT_OF_SCOPE = "out_of_scope"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LicenceAnswer:
    """The licence looked up for one repost on one day, and the clause that decided.

    `reason` says why in English; `measure` is what was measured against the clause, in no language: "6 > 5". `dated`
    says that the page surely tells its day.
    """

    state: LicenceState
    id: str | None = None
    clause: str | None = None
    on: date | None = None
    reason: str = ""
    measure: str = ""
    dated: bool = True


class Level(StrEnum):
    """How bad a finding is; the levels of SARIF 2.1.0, section 3.27.10."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FindingKind(StrEnum):
    """What a finding is; the kinds of SARIF 2.1.0, section 3.27.9."""

    FAIL = "fail"
    REVIEW = "review"
    PASS = "pass"  # noqa: S105 - no password
    INFORMATIONAL = "informational"
    NOT_APPLICABLE = "notApplicable"


@dataclass(frozen=True)
class Finding:
    """One rule that was broken on one match: on what ground, by which words; `pack` is the rule pack that judged it."""

    rule: str
    level: Level
    kind: FindingKind
    message: Texts
    repair: Texts
    basis: tuple[Texts, ...] = ()
    quote: str = ""
    pack: str = ""


class Outcome(StrEnum):
    """The verdict on one match."""

    COMPLIANT = "compliant"
    REVIEW = "review"
    VIOLATION = "violation"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Verdict:
    """Match + findings + decision log + outcome: what the checker says about one article on one page."""

    document: Document
    captured: datetime
    match: Match
    credit: Credit
    licence: LicenceAnswer
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    log: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examined:
    """The end of the road for one page: its single outcome and a verdict for each article it repeats.

    `text` is a digest of the characters it was screened by, "" where it was not.
    """

    page: Page
    outcome: PageOutcome
    reason: str = ""
    charset: str = ""
    verdicts: tuple[Verdict, ...] = ()
    text: str = ""
