"""What a verdict looks like as JSON, for people, for other programs, and in the database."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from tldextract import TLDExtract
from w3lib.url import canonicalize_url

from checker.model import Credit, Document, Finding, Level, LicenceAnswer, Match, Verdict

SCHEMA = 1

Record = dict[str, Any]
"""The JSON object of one match; sentences in every language inside the program, in one language outside."""

LEVELS = (Level.ERROR, Level.WARNING, Level.NOTE)
"""Worst first."""

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL and UTF-8 refuse; each becomes one replacement character, so that spans stay true."""

ICP_TAIL = re.compile(r"[-－—]\s*\d+\s*$")
"""The number of the site within its operator's registration: 京ICP备12345678号-3."""

suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None)


def record(verdict: Verdict) -> Record:
    """Return the JSON object of a verdict, with every language of its sentences and the log of its decisions."""
    return {
        "schema": SCHEMA,
        "url": storable(verdict.document.url),
        "captured": instant(verdict.captured),
        "article": {
            "id": verdict.match.article.id,
            "title": storable(verdict.match.article.title),
            "url": verdict.match.article.url,
        },
        "match": _match(verdict.match),
        "credit": _credit(verdict.credit),
        "licence": _licence(verdict.licence),
        "outcome": verdict.outcome.value,
        "findings": [_finding(finding) for finding in verdict.findings],
        "page": _page(verdict.document),
        "log": [storable(line) for line in (*verdict.match.reasons, *verdict.log)],
    }


def in_language(full: Record, language: str) -> Record:
    """Return the record with its findings' sentences in one language (zh-Hant, zh-Hans or en)."""
    findings = [
        {
            **finding,
            "message": finding["message"][language],
            "basis": [texts[language] for texts in finding["basis"]],
            "repair": finding["repair"][language],
        }
        for finding in full["findings"]
    ]
    return {**full, "findings": findings}


def instant(moment: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, to the second: 2026-11-02T08:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def storable(text: str) -> str:
    """Return the text with what no database takes replaced, character for character."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


@lru_cache(maxsize=4096)
def address(url: str) -> str:
    """Return the canonical page address: without scheme and fragment, the query sorted."""
    try:
        canonical = canonicalize_url(storable(url).strip())
    except ValueError:
        canonical = storable(url).strip()
    return re.sub(r"^https?:", "", canonical)


def page_key(url: str) -> str:
    """Return the key under which a page is looked up."""
    return _digest(address(url))


def case_id(article: str, url: str) -> str:
    """Return the stable id of an article on a page: 16 hexadecimal digits."""
    return _digest(f"{article}\n{address(url)}")


def site(url: str) -> str:
    """Return the host of an address, in small letters; "" for a local file."""
    try:
        return storable(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def icp_number(icp: str) -> str:
    """Return the operator's ICP number without the number of the site within it, which joins its sites."""
    return ICP_TAIL.sub("", re.sub(r"\s+", "", storable(icp)))


@lru_cache(maxsize=4096)
def domain(host: str) -> str:
    """Return the registrable domain of a host, or the host itself where it has none."""
    return suffixes(host).top_domain_under_public_suffix or host


def worst(findings: Iterable[Finding]) -> Level | None:
    """Return the worst level of some findings, None where there are none."""
    return min((finding.level for finding in findings), key=LEVELS.index, default=None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _match(match: Match) -> Record:
    return {
        "kind": match.kind.value,
        "coverage": round(match.coverage, 4),
        "page_coverage": round(match.page_coverage, 4),
        "similarity": round(match.similarity, 4),
        "passages": [
            {"article": list(each.article), "page": list(each.page), "similarity": round(each.similarity, 4)}
            for each in match.passages
        ],
    }


def _credit(credit: Credit) -> Record:
    return {
        "grade": credit.grade.value,
        "quote": storable(credit.quote),
        "zone": credit.zone.value,
        "source": storable(credit.source),
        "span": None if credit.span is None else list(credit.span),
        "reason": storable(credit.reason),
    }


def _licence(answer: LicenceAnswer) -> Record:
    return {
        "state": answer.state.value,
        "id": answer.id,
        "clause": answer.clause,
        "on": None if answer.on is None else answer.on.isoformat(),
        "dated": answer.dated,
        "reason": answer.reason,
    }


def _finding(finding: Finding) -> Record:
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "message": _texts(finding.message),
        "basis": [_texts(texts) for texts in finding.basis],
        "quote": storable(finding.quote),
        "repair": _texts(finding.repair),
        "kind": finding.kind.value,
        "pack": finding.pack,
    }


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: storable(text) for language, text in texts.items()}


def _page(document: Document) -> Record:
    operator = document.operator
    spread = {
        "part": document.part,
        "parts": document.parts,
        "siblings": [storable(url) for url in document.siblings],
        "joined": [storable(url) for url in document.joined],
    }
    return {
        "title": storable(document.title),
        "published": None if document.published is None else document.published.when.isoformat(),
        "operator": {
            "name": storable(operator.name),
            "icp": storable(operator.icp),
            "police": storable(operator.police),
            "news_licence": storable(operator.news_licence),
            "contact": storable(operator.contact),
        },
        "charset": document.charset,
        "canonical": storable(document.canonical),
        **(spread if document.parts > 1 else {}),
    }
