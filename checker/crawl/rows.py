"""What the frontier's tables hold of an errand and of a host, made and read in one place."""

import hashlib
import json
import time
from dataclasses import fields
from typing import Any

from checker.crawl.addresses import host
from checker.crawl.queue import Errand, Kind, budget

FIELDS = tuple(field.name for field in fields(Errand))


def row_of(crawl: int, errand: Errand, state: str) -> dict[str, Any]:
    """Return the row of an errand of a crawl."""
    return {
        "crawl": crawl,
        "key": digest(errand.key),
        "host": host(errand.url),
        "budget": budget(errand),
        "priority": errand.priority,
        "pushed": time.time_ns(),
        "depth": errand.depth,
        "tries": errand.tries,
        "state": state,
        "worker": None,
        "outcome": None,
        "asked": digest(errand.requested or errand.url),
        "errand": json.dumps({name: getattr(errand, name) for name in FIELDS}, sort_keys=True),
    }


def errand_of(text: str) -> Errand:
    """Return an errand from its JSON."""
    values = json.loads(text)
    return Errand(**{**values, "kind": Kind(values["kind"])})


def free(name: str) -> dict[str, Any]:
    """Return the row of a host that nobody asks and nothing is known about."""
    return {"host": name, "worker": None, "address": None, "due": 0.0, "wait": 0.0, "delay": 0.0, "refused": 0}


def digest(address: str) -> int:
    """Return the 63-bit number under which an address is looked up."""
    return int.from_bytes(hashlib.sha256(address.encode("utf-8", "surrogatepass")).digest()[:8]) >> 1
