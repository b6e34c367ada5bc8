"""What a crawl planned, and how much of it is still to come; nothing is written."""

from collections import Counter

from sqlalchemy import Engine

from checker.crawl import statements as sql
from checker.crawl.patience import patient


@patient
def planned(engine: Engine, crawl: int) -> dict[str, Counter[str]]:
    """Return, for each host of a crawl, how many pages were planned there, by the state they are in."""
    counts: dict[str, Counter[str]] = {}
    with engine.connect() as connection:
        for name, state, count in connection.execute(sql.PLANNED, {"run": crawl}):
            counts.setdefault(name, Counter())[state] = count
    return counts


@patient
def outstanding(engine: Engine, crawl: int) -> int:
    """Return how many errands of a crawl are still to be done, as far as is known by now."""
    with engine.connect() as connection:
        return int(connection.execute(sql.OUTSTANDING, {"run": crawl}).scalar_one())
