"""The robots.txt files that were read, in the database: for other workers, and for when one cannot be had."""

import time

from sqlalchemy import Engine, select

from checker.crawl.patience import patient
from checker.crawl.robots import LIFETIME, Copy
from checker.crawl.rows import digest
from checker.crawl.tables import crawls, insert, robots
from checker.transactions import writing


class SharedCopies:
    """The copies that the workers of all crawls keep; what was read since this crawl began is as good as read now."""

    def __init__(self, engine: Engine, crawl: int) -> None:
        self._engine = engine
        with engine.connect() as connection:
            begun = connection.execute(select(crawls.c.begun).where(crawls.c.id == crawl)).scalar()
        self._begun = time.time() if begun is None else begun

    @patient
    def load(self, address: str) -> Copy | None:
        """Return the copy of an address, None where there is none."""
        query = select(robots.c.status, robots.c.body, robots.c.fetched).where(robots.c.key == digest(address))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        fresh = self._begun <= row.fetched and 0 <= time.time() - row.fetched < LIFETIME
        return Copy(row.status, row.body, row.fetched, shared=fresh)

    @patient
    def save(self, address: str, copy: Copy) -> None:
        """Keep a copy in the place of an older one."""
        row = {"address": address, "status": copy.status, "fetched": copy.fetched, "body": copy.body}
        with writing(self._engine) as connection:
            statement = insert(connection, robots).values(key=digest(address), **row)
            connection.execute(statement.on_conflict_do_update(index_elements=[robots.c.key], set_=row))
