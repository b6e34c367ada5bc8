"""Who can be named as a source, and how pages say so: rules/credits.toml and the publisher's names, compiled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.errors import RulePackError
from checker.knowledge import read_toml
from checker.model import Publisher
from checker.read.chrome import Parts
from checker.script import GAP, either, level, packed

FORMS = ("label", "verb", "ours", "bracket", "beside-date", "claim", "meta")
PLACES = ("head", "tail", "lead")
ANY = "XX"
PARTED = r"[:|/·•→»]|[-—]+(?=[ \x00])|——"
OPENED = r"[ \x00\"'“‘「『《【(\[]*"
"""What may stand between a separator and a name."""
JOINED = re.compile(r"[-·—/、,&]|[(（]")
"""Stands in a publisher's name for any word, such as a channel or a region."""


@dataclass(frozen=True)
class Form:
    """One way to state a source: its words, and examples that must and must not be read."""

    name: str
    says: str
    place: str
    words: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()
    passing: tuple[tuple[str, str], ...] = ()
    failing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """The publisher's names, packed for comparison, and `anywhere`, which finds one in levelled text."""

    exact: frozenset[str]
    variants: frozenset[str]
    false: frozenset[str]
    patterns: re.Pattern[str]
    anywhere: re.Pattern[str]
    longer: re.Pattern[str]
    marks: str


@dataclass(frozen=True)
class Reading:
    """Everything the reader knows about credits. Patterns match levelled text (`wording.level`)."""

    publisher: Publisher
    forms: tuple[Form, ...]
    names: Names
    label: re.Pattern[str]
    verb: re.Pattern[str]
    lesser: re.Pattern[str]
    field: re.Pattern[str]
    stems: re.Pattern[str]
    bars: re.Pattern[str]
    verbs: frozenset[str]
    kinds: re.Pattern[str]
    channels: re.Pattern[str]
    afar: re.Pattern[str]
    stops: re.Pattern[str]
    fields: re.Pattern[str]
    weak: frozenset[str]
    decoy: re.Pattern[str]
    notice: re.Pattern[str]
    through: re.Pattern[str]
    cited: re.Pattern[str]
    behind: re.Pattern[str]
    dateline: re.Pattern[str]
    tails: re.Pattern[str]
    generic: frozenset[str]
    claims: frozenset[str]
    claim: re.Pattern[str]
    known: re.Pattern[str]
    outlets: frozenset[str]
    endings: tuple[str, ...]
    papers: tuple[str, ...]
    bodies: tuple[str, ...]
    never: frozenset[str]
    called: frozenset[str]
    metas: frozenset[str]
    parts: Parts
    headings: tuple[str, ...]
    comments: frozenset[str]
    sentence: re.Pattern[str]
    closing: re.Pattern[str]

    def outlet(self, name: str) -> bool:
        """Tell whether a bare name is an outlet: a known one, one of ours, or a word that ends like one."""
        parts = [packed(part) for part in JOINED.split(level(name))]
        return any(map(self._outlet, {packed(name), *parts}))

    def press(self, name: str) -> bool:
        """Tell whether a name is beyond doubt an outlet's: a known one, or one that ends like a paper or a station."""
        key = packed(name)
        return key in self.outlets or (3 <= len(key) <= 16 and key.endswith(self.papers) and key not in self.never)

    def _outlet(self, key: str) -> bool:
        if key in self.outlets or key in self.names.exact or key in self.names.variants:
            return True
        return 3 <= len(key) <= 16 and key not in self.never and key.endswith(self.endings)


def load_reading(path: Path, publisher: Publisher) -> Reading:
    """Read the credit forms and compile them with the publisher's names; RulePackError says what is wrong where."""
    _, found = read_toml(path, RulePackError)
    try:
        return _compile(found, publisher)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RulePackError(f"expected the tables of credit forms; missing or wrong: {error}", path=path) from None


def _form(raw: Mapping[str, Any]) -> Form:
    form = Form(
        name=raw["name"],
        says=raw["says"],
        place=raw["place"],
        words=tuple(raw.get("words", ())),
        bare=tuple(raw.get("bare", ())),
        weak=tuple(raw.get("weak", ())),
        stems=tuple(raw.get("stems", ())),
        bars=tuple(raw.get("bars", ())),
        passing=tuple((line, outlet) for line, outlet in raw["pass"]),
        failing=tuple(raw["fail"]),
    )
    if form.name not in FORMS or form.place not in PLACES:
        raise ValueError(f"form {form.name!r} at {form.place!r}")
    return form


def _compile(raw: Mapping[str, Any], publisher: Publisher) -> Reading:
    forms = {form.name: form for form in map(_form, raw["form"])}
    names = _names(publisher)
    return Reading(
        publisher=publisher,
        forms=tuple(forms.values()),
        names=names,
        **_keywords(forms, raw["values"], names),
        **_values(forms, raw["values"], names),
        **_outlets(raw, raw["outlets"], publisher),
    )


def _keywords(forms: Mapping[str, Form], values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Compile the words that lead to a name."""
    return {
        "label": re.compile(
            rf"(?P<key>{either(*forms['label'].words, *forms['verb'].words)}){GAP}[】\])]?{GAP}(?P<sep>{PARTED})"
        ),
        "verb": re.compile(rf"(?P<key>{either(*forms['verb'].words, *forms['verb'].bare)})(?P<sep>)"),
        "lesser": re.compile(
            rf"(?P<key>{either(*forms['ours'].words)}){GAP}(?P<sep>{PARTED}|){GAP}(?={names.anywhere.pattern})"
        ),
        "field": re.compile(rf"(?P<key>(?:[\u3400-\u9fff]{GAP}){{2,10}})(?P<sep>{PARTED}){OPENED}$"),
        "stems": re.compile(either(*forms["ours"].stems)),
        "bars": re.compile(either(*forms["ours"].bars, *values["decoys"])),
        "verbs": frozenset(map(packed, forms["verb"].words + forms["ours"].words)),
        "weak": frozenset(map(packed, forms["verb"].weak)),
        "claims": frozenset(map(packed, forms["claim"].words)),
        "claim": re.compile(either(*values["leads"])),
        "called": frozenset(forms["beside-date"].words),
        "metas": frozenset(forms["meta"].words),
    }


def _values(forms: Mapping[str, Form], values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Compile what stands around a name and where it ends."""
    return {
        "channels": re.compile(either(*values["channels"])),
        "kinds": re.compile(rf"(?:{either(*values['kinds'], *forms['verb'].words)}){GAP}[:“\"「《【]*"),
        "stops": re.compile(either(*values["stops"])),
        "fields": re.compile(either(*values["fields"])),
        "decoy": re.compile(rf"(?:{either(*values['decoys'])}){GAP}[:的]?{GAP}$"),
        "notice": re.compile(either(*values["notice"])),
        "through": re.compile(
            rf"(?:{either(*values['through'])}){GAP}[:|]?{GAP}(?:《|“|\")?(?P<name>{names.anywhere.pattern})"
        ),
        "cited": re.compile(rf"(?:{either(*values['cites'])}){GAP}(?P<name>{names.anywhere.pattern})"),
        "behind": re.compile(rf"{GAP}(?:{either(*values['behind'])})"),
        "dateline": re.compile(_dateline(names, values["regions"])),
        "tails": re.compile(rf"(?:{GAP}(?:{either(*values['tails'], *values['regions'])}))+"),
        "sentence": re.compile(either(*values["sentences"])),
        "generic": frozenset(map(packed, values["generic"])),
    }


def _outlets(raw: Mapping[str, Any], outlets: Mapping[str, Any], publisher: Publisher) -> dict[str, Any]:
    """Compile the outlets, and the parts of a page."""
    return {
        "afar": re.compile(
            rf"[ \x00【\[(]*(?P<name>{either(*outlets['names'])})[^。:,\n]{{0,18}}?(?:电|讯|消息|报道)(?=[ (:,，])"
        ),
        "known": re.compile(either(*outlets["names"], *publisher.names)),
        "outlets": frozenset(map(packed, outlets["names"])),
        "endings": tuple(map(packed, outlets["endings"])),
        "papers": tuple(map(packed, outlets["press"])),
        "bodies": tuple(map(level, outlets["bodies"])),
        "never": frozenset(map(packed, outlets["never"])),
        "parts": Parts({word: kind for kind, words in raw["parts"].items() for word in words}),
        "headings": tuple(map(level, raw["headings"]["lines"])),
        "comments": frozenset(map(packed, raw["headings"]["comments"])),
        "closing": re.compile(rf"[ \x00(\[【*※]*(?:{either(*raw['headings']['closing'])})"),
    }


def _names(publisher: Publisher) -> Names:
    wild = [name for name in publisher.variants if ANY in name]
    plain = [name for name in publisher.variants if ANY not in name]
    patterns = "|".join(re.escape(packed(name)).replace(ANY.lower(), r"\w{1,8}") for name in wild) or r"(?!)"
    long = [name for name in plain if len(packed(name)) > 3]
    return Names(
        exact=frozenset(map(packed, publisher.names)),
        variants=frozenset(map(packed, plain)),
        false=frozenset(map(packed, publisher.false_names)),
        patterns=re.compile(patterns),
        anywhere=re.compile(rf"(?:{either(*publisher.names, *long)})"),
        longer=re.compile(either(*publisher.names, *plain)),
        marks=either(*publisher.marks),
    )


def _dateline(names: Names, regions: list[str]) -> str:
    where = rf"(?:{GAP}(?:{either(*regions)}|\w{{2,6}}?)(?:{GAP}频{GAP}道)?)?(?:{GAP}\d{{1,2}}月\d{{1,2}}日)?"
    said = rf"{GAP}(?:{names.marks})|{GAP}(?:特约|驻\w{{1,4}})?(?:记者|评论员)|{GAP}(?=[】\]])"
    return rf"^[ \x00【\[(]*(?P<name>{names.anywhere.pattern})(?:{where}(?:{said}))"
