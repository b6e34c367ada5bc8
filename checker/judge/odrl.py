"""Licences as ODRL 2.2 policies (https://www.w3.org/TR/odrl-model/), as JSON-LD.

Permission, prohibitions and duties use the terms of the ODRL vocabulary; what it has no term for (a channel, a tag of
works) is a term of this program's own profile, so that nothing is claimed to be standard which is not.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from checker.judge.terms import Licence, Terms, Works
from checker.model import Publisher

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
PROFILE = "urn:checker:odrl"
WORKS = "urn:checker:works"


def to_odrl(licence: Licence, on: date, publisher: Publisher) -> dict[str, Any]:
    """Return a licence, with its terms of one day, as an ODRL Agreement.

    Where a prohibition meets the permission (an excluded tag, advertising), the prohibition holds.
    """
    terms = licence.terms(on)
    permission = {
        "action": "distribute",
        "target": _target(terms.works),
        "constraint": list(_constraints(licence, terms)),
        "duty": list(_duties(terms)),
    }
    agreement = {
        "@context": [CONTEXT, {"checker": f"{PROFILE}#"}],
        "@type": "Agreement",
        "uid": f"urn:checker:licence:{licence.id}",
        "profile": PROFILE,
        "conflict": "prohibit",
        "assigner": _party("publisher", publisher.id, publisher.name),
        "assignee": _party("licensee", licence.id, licence.licensee),
        "permission": [{key: value for key, value in permission.items() if value}],
        "prohibition": list(_prohibitions(terms)),
    }
    return {key: value for key, value in agreement.items() if value}


def _party(role: str, name: str, called: str) -> dict[str, str]:
    return {"@type": "Party", "uid": f"urn:checker:{role}:{name}", "checker:name": called}


def _target(works: Works) -> str | dict[str, Any]:
    """Return the works, as a collection that is refined where not all of them are licensed."""
    refinement = list(_refinements(works))
    if works.all or not refinement:
        return WORKS
    either = [{"or": {"@list": refinement}}] if len(refinement) > 1 else refinement
    return {"@type": "AssetCollection", "source": WORKS, "refinement": either}


def _refinements(works: Works) -> Iterator[dict[str, Any]]:
    for name in ("channels", "tags", "authors", "articles"):
        if values := getattr(works, name):
            yield _constraint(f"checker:{name}", "isAnyOf", list(values))


def _constraints(licence: Licence, terms: Terms) -> Iterator[dict[str, Any]]:
    """Yield the limits of time, place, language and amount."""
    yield from _times(licence, terms)
    yield from _places(terms)
    yield from _amounts(terms)


def _times(licence: Licence, terms: Terms) -> Iterator[dict[str, Any]]:
    yield _constraint("dateTime", "gteq", _day(licence.start))
    if terms.end is not None:
        yield _constraint("dateTime", "lt", _day(terms.end + timedelta(days=1)))
    for rest in licence.suspension:
        yield _suspension(rest.start, rest.end)
    if terms.embargo_minutes:
        yield _constraint("delayPeriod", "gteq", {"@value": f"PT{terms.embargo_minutes}M", "@type": "xsd:duration"})


def _places(terms: Terms) -> Iterator[dict[str, Any]]:
    places = [*terms.domains, *(f"app:{app}" for app in terms.apps), *(account.at for account in terms.accounts)]
    yield _constraint("virtualLocation", "isAnyOf", places)
    if terms.channels:
        yield _constraint("deliveryChannel", "isAnyOf", list(terms.channels))
    if terms.languages:
        yield _constraint("language", "isAnyOf", list(terms.languages))


def _amounts(terms: Terms) -> Iterator[dict[str, Any]]:
    if terms.excerpt.characters is not None:
        yield _constraint("absoluteSize", "lteq", terms.excerpt.characters) | {"unit": "checker:character"}
    if terms.excerpt.share is not None:
        yield _constraint("percentage", "lteq", round(terms.excerpt.share * 100, 4))
    for period, limit in terms.quota.model_dump().items():
        if limit is not None:
            yield _constraint("count", "lteq", limit) | {"unit": f"checker:per-{period}"}
    if terms.concurrent is not None:
        yield _constraint("count", "lteq", terms.concurrent) | {"unit": "checker:online-at-once"}


def _suspension(start: date, end: date | None) -> dict[str, Any]:
    """Return that the use is before a suspension or after it."""
    before = _constraint("dateTime", "lt", _day(start))
    if end is None:
        return before
    return {"or": {"@list": [before, _constraint("dateTime", "gteq", _day(end + timedelta(days=1)))]}}


def _duties(terms: Terms) -> Iterator[dict[str, Any]]:
    if terms.credit != "waived":
        place = [_constraint("checker:place", "eq", "head")] if terms.credit == "head" else []
        yield {"action": "attribute"} | ({"constraint": place} if place else {})
    if terms.link:
        yield {"action": "checker:linkToOriginal"}
    if terms.removal_at_end and terms.end is not None:
        yield {"action": "delete", "constraint": [_constraint("dateTime", "gteq", _day(terms.end + timedelta(days=1)))]}
    if terms.removal_on_withdrawal:
        yield {"action": "checker:removeWhenWithdrawn"}


def _prohibitions(terms: Terms) -> Iterator[dict[str, Any]]:
    if terms.modification is False:
        yield {"action": "modify", "target": WORKS}
    if not terms.sublicence:
        yield {"action": "grantUse", "target": WORKS}
    if not terms.commerce:
        purpose = _constraint("purpose", "eq", {"@id": "checker:advertising"})
        yield {"action": "distribute", "target": WORKS, "constraint": [purpose]}
    if list(_refinements(terms.exclusions)):
        yield {"action": "distribute", "target": _target(terms.exclusions)}


def _constraint(left: str, operator: str, right: object) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _day(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}
