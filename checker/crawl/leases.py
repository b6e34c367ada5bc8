"""Who is at work on the shared frontier: signs of life, and what the dead leave behind."""

import os
import socket
import time
import uuid
from collections import Counter

from sqlalchemy import Connection, delete, select, update

from checker.crawl.tables import errands, hosts, insert, queues, quotas, workers

SILENCE = 300.0
"""Seconds without a sign of life after which a worker on another machine is taken to be dead."""

BEAT = 10.0
"""Seconds between two signs of life; also between two looks for dead workers."""


class Lease:
    """One worker's name and its signs of life; `keep` belongs into each of its writing transactions."""

    def __init__(self) -> None:
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._beat = 0.0

    def keep(self, connection: Connection) -> None:
        """Give a sign of life now and then, and take over from those who no longer do."""
        now = time.time()
        if abs(now - self._beat) < BEAT:
            return
        self._beat = now
        statement = insert(connection, workers).values(id=self.worker, beat=now)
        connection.execute(statement.on_conflict_do_update(index_elements=[workers.c.id], set_={"beat": now}))
        others = connection.execute(select(workers).where(workers.c.id != self.worker).order_by(workers.c.id)).all()
        bury(connection, [other.id for other in others if not lives(other.id, now - other.beat)])


def bury(connection: Connection, dead: list[str]) -> None:
    """Let what some workers had under way wait again, in whichever crawl."""
    if not dead:
        return
    # In the order in which a claim locks them: hosts, errands, queues.
    connection.execute(update(hosts).where(hosts.c.worker.in_(dead)).values(worker=None))
    back = (
        update(errands)
        .where(errands.c.worker.in_(dead))
        .values(state="waiting", worker=None)
        .returning(errands.c.crawl, errands.c.host, errands.c.budget, errands.c.tries)
    )
    rows = connection.execute(back).all()
    for (crawl, name), count in sorted(Counter((row.crawl, row.host) for row in rows).items()):
        queued(connection, crawl, name, count)
    for (crawl, name), count in sorted(Counter((row.crawl, row.budget) for row in rows if row.tries == 0).items()):
        of = (quotas.c.crawl == crawl, quotas.c.budget == name)
        connection.execute(update(quotas).where(*of).values(claimed=quotas.c.claimed - count))
    connection.execute(delete(workers).where(workers.c.id.in_(dead)))


def queued(connection: Connection, crawl: int, name: str, count: int) -> None:
    """Count errands that wait for a host: `count` more of them, or fewer where it is negative."""
    statement = insert(connection, queues).values(crawl=crawl, host=name, waiting=count, failed=0)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[queues.c.crawl, queues.c.host], set_={"waiting": queues.c.waiting + count}
        )
    )


def lives(worker: str, silent: float) -> bool:
    """Whether a worker may still be at work, that gave its last sign of life `silent` seconds ago."""
    machine, process, _ = worker.rsplit(":", 2)
    if machine != socket.gethostname() or os.name != "posix":
        return silent < SILENCE
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
