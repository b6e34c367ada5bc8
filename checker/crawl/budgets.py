"""The budgets of sites: how many of the addresses found are kept, and when the rest is dropped."""

import time
from collections import Counter
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row

from checker.crawl import statements as sql
from checker.crawl.addresses import host
from checker.crawl.leases import queued
from checker.crawl.queue import FOUND, MAPS, Errand, Kind, budget
from checker.crawl.rows import digest, free, row_of
from checker.crawl.statements import DROPPED, WAITING
from checker.crawl.tables import errands, hosts, insert, quotas
from checker.settings import Crawl


class Budgets:
    """What one crawl may still find and fetch; each method belongs into the caller's transaction."""

    def __init__(self, crawl: int, settings: Crawl) -> None:
        self._crawl = crawl
        self._settings = settings

    def add(self, connection: Connection, fresh: dict[int, Errand]) -> int:
        """Insert errands as far as their sites have room for more; return how many were new."""
        known = self._quotas(connection, fresh)
        room = {name: FOUND * self._settings.pages + MAPS - row.found for name, row in known.items()}
        rows: list[dict[str, Any]] = []
        now = time.time_ns()
        for errand in fresh.values():
            if errand.depth > 0:
                if room[errand.site] <= 0:
                    continue
                room[errand.site] -= 1
            spent = errand.depth > 0 and known[budget(errand)].claimed >= self._most(errand)
            rows.append({**row_of(self._crawl, errand, DROPPED if spent else WAITING), "pushed": now + len(rows)})
        if not rows:
            return 0
        rows.sort(key=itemgetter("key"))  # two workers that insert the same must do it in the same order
        statement = insert(connection, errands).on_conflict_do_nothing()
        new = connection.execute(statement.returning(errands.c.key, errands.c.host, errands.c.state), rows).all()
        for name, count in sorted(Counter(row.host for row in new if row.state == WAITING).items()):
            connection.execute(insert(connection, hosts).values(free(name)).on_conflict_do_nothing())
            queued(connection, self._crawl, name, count)
        for name, count in sorted(Counter(fresh[row.key].site for row in new if fresh[row.key].depth > 0).items()):
            connection.execute(sql.FOUND_MORE, {"run": self._crawl, "of": name, "count": count})
        return len(new)

    def spend(self, connection: Connection, leased: list[Errand]) -> list[Errand]:
        """Count leased errands; where a budget is spent, drop the rest, and return what of these is beyond it."""
        beyond: list[Errand] = []
        for name, count in sorted(Counter(map(budget, leased)).items()):
            of = {"run": self._crawl, "of": name}
            claimed = connection.execute(sql.CLAIMED, {**of, "count": count}).scalar_one()
            mine = [errand for errand in leased if budget(errand) == name]
            if claimed < self._most(mine[0]):
                continue
            surplus = [errand for errand in mine if errand.depth > 0][::-1][: claimed - self._most(mine[0])]
            for errand in surplus:
                connection.execute(sql.BACK, {"run": self._crawl, "one": digest(errand.key)})
            connection.execute(sql.UNCLAIMED, {**of, "count": len(surplus)})
            beyond += surplus
            dropped = Counter(connection.execute(sql.DROP, of).scalars())
            dropped.subtract(host(errand.url) for errand in surplus)
            for at, number in sorted(dropped.items()):
                queued(connection, self._crawl, at, -number)
        return beyond

    def _quotas(self, connection: Connection, fresh: dict[int, Errand]) -> dict[str, Row[Any]]:
        """What was claimed and found of the budgets that some errands count against; made where they are missing."""
        names = sorted({name for errand in fresh.values() for name in (errand.site, budget(errand))})
        wanted = {"run": self._crawl, "budgets": names}
        known = {row.budget: row for row in connection.execute(sql.QUOTAS, wanted)}
        if missing := [name for name in names if name not in known]:
            rows = [{"crawl": self._crawl, "budget": name, "claimed": 0, "found": 0} for name in missing]
            connection.execute(insert(connection, quotas).on_conflict_do_nothing(), rows)
            known = {row.budget: row for row in connection.execute(sql.QUOTAS, wanted)}
        return known

    def _most(self, errand: Errand) -> int:
        return self._settings.pages if errand.kind is Kind.PAGE else MAPS
