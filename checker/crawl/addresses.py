"""Web addresses: how they are written, when two are the same, which site they belong to."""

import os
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import tldextract
from w3lib.url import canonicalize_url, safe_url_string

DEFAULT_PORTS = {"http": 80, "https": 443}

TRACKING = frozenset(
    [
        "_ga",
        "_gl",
        "bd_vid",
        "dclid",
        "fbclid",
        "from_source",
        "gbraid",
        "gclid",
        "hmci",
        "hmcu",
        "hmkw",
        "hmpl",
        "hmsr",
        "igshid",
        "isappinstalled",
        "mc_cid",
        "mc_eid",
        "msclkid",
        "ref_src",
        "scm",
        "share_from",
        "share_source",
        "share_token",
        "spm",
        "utm_campaign",
        "utm_content",
        "utm_id",
        "utm_medium",
        "utm_source",
        "utm_term",
        "wbraid",
        "weibo_id",
        "wfr",
        "yclid",
    ]
)
"""Query parameters that only say who sent the reader; the page is the same without them."""

SHARED = {"from": frozenset({"timeline", "groupmessage", "singlemessage", "weibo", "qq", "wechat", "weixin"})}
"""Parameters that say where a page was shared, where they have one of these values."""

SESSIONS = frozenset({"phpsessid", "jsessionid", "sessionid", "session_id", "cfid", "cftoken"})
TICKET = re.compile(r"(?=.*\d)[\w.!-]{16,}", re.ASCII)
"""What the value of `sid` looks like where it is a session; a short one is the number of a story."""

SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)

WRITTEN = re.compile(
    r"https?://(?:[a-z0-9]{1,40}\.){1,5}[a-z0-9]{1,40}(?::[1-9]\d{0,3})?/[\w./-]*(?:\?[\w./=&-]+)?", re.ASCII
)
"""Addresses that are written as they should be."""

domains = tldextract.TLDExtract(suffix_list_urls=(), fallback_to_snapshot=True, cache_dir=None)


def written(address: str) -> str:
    """Write an address as it goes over the wire: spaces, controls and other scripts escaped, as browsers do."""
    if WRITTEN.fullmatch(address):
        return address  # as most are; to find that out is slow
    try:
        return str(safe_url_string(address.strip()))
    except (ValueError, UnicodeError):
        return address.strip()


def of_file(path: Path) -> str:
    """Return the file:// address of a path, without the `..` it was named with; links are not followed."""
    return Path(os.path.abspath(path)).as_uri()


def canonical(address: str) -> str:
    """Return the form under which an address is kept: two addresses of one page have the same.

    Default ports, fragments, tracking and session parameters are dropped, parameters sorted; escapes such as `%B9%FA`
    stay as they are. ValueError where it is no http(s) address.
    """
    parts = split(address)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    kept = "&".join(pair for pair in parts.query.split("&") if pair and not is_noise(*pair.partition("=")[::2]))
    return parts._replace(netloc=host + port, path=parts.path or "/", query=kept).geturl()


def split(address: str) -> SplitResult:
    """Take an address apart, in the form that w3lib gives it; ValueError where it is no http(s) address."""
    try:
        parts = urlsplit(canonicalize_url(SESSION_IN_PATH.sub("", written(address))))
        usable = parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"expected an http or https address, not {address[:200]!r}")
    return parts


def is_noise(name: str, value: str) -> bool:
    """Whether a query parameter says nothing about which page is meant."""
    name = name.lower()
    if name in TRACKING or name in SESSIONS or name.startswith("aspsessionid"):
        return True
    return value in SHARED.get(name, ()) or (name == "sid" and TICKET.fullmatch(value) is not None)


@lru_cache(maxsize=4096)  # each address is asked for at every step of its errand
def host(address: str) -> str:
    """Return the host of an address in lower case, "" where it has none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


@lru_cache(maxsize=65536)
def registrable(name: str) -> str:
    """Return the registrable domain of a host name: its public suffix and one label more; "" where it has none.

    A name under no known suffix counts by its last two labels, as the public suffix list has it.
    """
    parts = domains(name)
    if parts.ipv4 or parts.ipv6 or "." not in name:
        return ""
    return parts.top_domain_under_public_suffix or ".".join(name.split(".")[-2:])


def site(address: str) -> str:
    """Return the site an address belongs to: its registrable domain, or host and port where it has no domain."""
    return registrable(host(address)) or urlsplit(address).netloc.rpartition("@")[2].lower()
