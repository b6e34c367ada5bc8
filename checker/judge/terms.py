"""A licence and its terms: which works, where, how much, how long, and what it asks in return.

Terms change by amendments, each from a day on, and never backwards: a repost is judged by the terms of its own day.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from tldextract import TLDExtract

from checker.knowledge import sentence
from checker.model import Article
from checker.script import packed
from checker.settings import Table

SITE_NUMBER = re.compile(r"[-–—]\d+$")
DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{1,63}")

suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None)


def _domain(name: str) -> str:
    name = name.strip().lower().rstrip(".")
    if not DOMAIN.fullmatch(name):
        raise ValueError(f"expected a domain such as news.example, not {name!r}")
    if suffixes(name).suffix == name:
        raise ValueError(f"expected a domain of the licensee's own, not {name!r}, which many share")
    return name


def _account(at: str) -> str:
    host, _, path = at.strip().partition("/")
    if not path or "//" in at or "." not in host:
        raise ValueError(f"expected host and path of an account such as weibo.com/name, not {at!r}")
    return f"{host.lower()}/{path.rstrip('/')}"


Domain = Annotated[str, AfterValidator(_domain)]
Language = Literal["zh-Hant", "zh-Hans", "en"]


class Account(Table):
    """An account on a platform: its channel (wechat, weibo ...) and the beginning of its addresses."""

    channel: str = Field(min_length=1)
    at: Annotated[str, AfterValidator(_account)]

    @property
    def below(self) -> tuple[str, ...]:
        """How the addresses of the account's pages go on, also where its name is in the query (?__biz=...&mid=...)."""
        return (self.at + "&",) if "?" in self.at else (self.at + "/", self.at + "?")


class Works(Table):
    """Which articles: all, or those of a channel, with a tag, by an author, or in a list of ids."""

    all: bool = False
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def hold(self, article: Article) -> bool:
        """Say whether an article is among them."""
        return (
            self.all
            or article.channel in self.channels
            or article.id in self.articles
            or not set(self.tags).isdisjoint(article.tags)
            or not set(self.authors).isdisjoint(article.authors)
        )


class Excerpt(Table):
    """Only a part may be used: so many characters, such a share of the article, or both."""

    characters: int | None = Field(None, gt=0)
    share: float | None = Field(None, gt=0, le=1)


class Quota(Table):
    """How many articles may be used in a calendar day, a week from Monday, a month, and in all."""

    day: int | None = Field(None, ge=0)
    week: int | None = Field(None, ge=0)
    month: int | None = Field(None, ge=0)
    total: int | None = Field(None, ge=0)


class Suspension(Table):
    """Days on which the licence rests, both included; without an end until further notice."""

    start: date
    end: date | None = None


class Terms(Table):
    """What a licence allows and asks on one day. What is left out is not limited."""

    domains: tuple[Domain, ...] = ()
    subdomains: bool = True
    apps: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    channels: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    works: Works = Works(all=True)
    exclusions: Works = Works()
    excerpt: Excerpt = Excerpt()
    quota: Quota = Quota()
    concurrent: int | None = Field(None, ge=0)
    embargo_minutes: int = Field(0, ge=0)
    modification: bool | None = None
    credit: Literal["due", "head", "waived"] = "due"
    link: bool = False
    sublicence: bool = False
    commerce: bool = True
    removal_at_end: bool = False
    removal_on_withdrawal: bool = False
    end: date | None = None

    def cover(self, target: str) -> bool:
        """Say whether an address, a host or an app (`app:ID`) is among the licensee's own places."""
        if target.startswith("app:"):
            return target.removeprefix("app:") in self.apps
        host, path = place(target)
        return any(self._holds(domain, host) for domain in self.domains) or self.account(host + path) is not None

    def account(self, address: str) -> Account | None:
        """Return the account to which an address (host and path) belongs."""
        return next((a for a in self.accounts if address == a.at or address.startswith(a.below)), None)

    def _holds(self, domain: str, host: str) -> bool:
        own = ascii_host(domain)
        same = host.removeprefix("www.") == own.removeprefix("www.")
        return same or (self.subdomains and host.endswith("." + own))


class Licence(Terms):
    """A licence: who, by which contract, from when, and its terms as first agreed with their later amendments."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")
    licensee: str = Field(min_length=1)
    registered: str = ""
    names: tuple[str, ...] = ()
    contract: str = ""
    document: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    written: bool = True
    contact: str = ""
    operators: tuple[str, ...] = ()
    publisher: str = ""
    start: date
    suspension: tuple[Suspension, ...] = ()
    amendment: tuple[dict[str, Any], ...] = ()
    notes: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "Licence":
        if self.end is not None and self.end < self.start:
            raise ValueError(f"licence {self.id}: ends {self.end} before it starts {self.start}")
        if not (self.domains or self.apps or self.accounts):
            raise ValueError(f"licence {self.id}: expected at least one domain, app or account")
        for number, change in enumerate(self.amendment, start=1):
            _check_amendment(change, f"licence {self.id}: amendment {number}")
            if _first_day(change) < self.start:
                raise ValueError(f"licence {self.id}: amendment {number} is from before the start {self.start}")
        _ = self.versions
        return self

    @cached_property
    def versions(self) -> tuple[tuple[date, Terms], ...]:
        """The terms with the first day of each version, oldest first."""
        agreed: dict[str, Any] = {name: getattr(self, name) for name in Terms.model_fields}
        found = [(self.start, Terms(**agreed))]
        for change in sorted(self.amendment, key=_first_day):
            agreed |= {name: value for name, value in change.items() if name != "from"}
            try:
                found.append((_first_day(change), Terms.model_validate(agreed)))
            except ValidationError as error:
                what = f"amendment from {_first_day(change)}: {sentence(error)[0]}"
                raise ValueError(f"licence {self.id}: {what}") from error
        return tuple(found)

    @property
    def counted(self) -> bool:
        """Whether some version of the terms limits how many articles may be used."""
        return any(terms.quota != Quota() or terms.concurrent is not None for _, terms in self.versions)

    @cached_property
    def identities(self) -> frozenset[str]:
        """The names and numbers by which pages name the licensee, comparable."""
        names = (self.licensee, self.registered, *self.names, *self.operators)
        return frozenset(identity(name) for name in names if name)

    def terms(self, on: date) -> Terms:
        """Return the terms of that day; before the start those first agreed."""
        return next((terms for first, terms in reversed(self.versions) if first <= on), self.versions[0][1])

    def amended_after(self, on: date) -> bool:
        """Say whether the terms changed after that day."""
        return any(first > on for first, _ in self.versions[1:])

    def suspended(self, on: date) -> bool:
        """Say whether the licence rests on that day."""
        return any(rest.start <= on and (rest.end is None or on <= rest.end) for rest in self.suspension)


def _check_amendment(change: Mapping[str, Any], where: str) -> None:
    if not isinstance(change.get("from"), date):
        raise ValueError(f"{where}: expected from = a date")  # noqa: TRY004 - pydantic reports a ValueError
    if unknown := sorted(set(change) - {"from", *Terms.model_fields}):
        raise ValueError(f"{where}: unknown key {unknown[0]}")


def _first_day(change: Mapping[str, Any]) -> date:
    day: date = change["from"]
    return day


@lru_cache(maxsize=4096)
def identity(name: str) -> str:
    """Return a name or ICP number in comparable form; the number of the site after an ICP number is dropped."""
    return packed(SITE_NUMBER.sub("", name.strip()))


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str:
    """Return a host as addresses carry it: 站.example is xn--5tz.example."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@lru_cache(maxsize=4096)
def place(target: str) -> tuple[str, str]:
    """Return host and path (with its query) of an address or a bare host."""
    parts = urlsplit(target if "//" in target else f"//{target}")
    host = ascii_host((parts.hostname or "").rstrip(".").lower())
    path = parts.path.rstrip("/") if parts.path != "/" else ""
    return host, path + (f"?{parts.query}" if parts.query else "")
