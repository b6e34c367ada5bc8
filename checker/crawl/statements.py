"""What the shared frontier says to the database for every page, built once: building costs more than running.

Parameters: `run` (the crawl), `of` (a host, or a budget), `one` (an errand's key), `me` (a worker), `now` (seconds
since 1970).
"""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from checker.crawl.tables import errands, hosts, queues, quotas

WAITING, LEASED, FETCHED, DONE = "waiting", "leased", "fetched", "done"
DROPPED, TAKEN, RESTING = "dropped", "taken", "resting"
MOVED = "moved"
"""The outcome of an errand that another one ends."""

_run: BindParameter[int] = bindparam("run")
_of: BindParameter[str] = bindparam("of")
_one: BindParameter[int] = bindparam("one")
_me: BindParameter[str] = bindparam("me")
_now: BindParameter[float] = bindparam("now")

_left: ColumnElement[float] = hosts.c.due - _now
_waits = case((_left > hosts.c.wait, hosts.c.wait), else_=_left)
"""The seconds until a host is due; never more than was set, also where the clock was put back."""

_waiting = errands.c.state == literal_column("'waiting'")
"""With a parameter SQLite would not use the indexes of what waits."""

_errand = and_(errands.c.crawl == _run, errands.c.key == _one)
_queue = and_(queues.c.crawl == _run, queues.c.host == _of)
_there = queues.join(hosts, hosts.c.host == queues.c.host)
_other = hosts.alias("other")
_alone = ~exists().where(
    _other.c.address == hosts.c.address, _other.c.worker.is_not(None), _other.c.host != hosts.c.host
)
"""Nobody has a request under way at the host's address, by another name of it; an unknown address is nobody's."""

CLAIMABLE = (
    select(hosts.c.host, hosts.c.address, hosts.c.delay, hosts.c.refused, queues.c.failed, _waits.label("waits"))
    .select_from(_there)
    .where(
        queues.c.crawl == _run,
        queues.c.waiting > 0,
        hosts.c.worker.is_(None),
        _alone,
        or_(_waits <= 0, _waits > bindparam("patience"), queues.c.failed >= bindparam("dead")),
    )
    .order_by(hosts.c.due, hosts.c.host)
    .limit(1)
    .with_for_update(of=hosts, skip_locked=True)
)
"""A free host with waiting errands that is due, or that is given up."""

FIRST = (
    select(errands.c.key, errands.c.priority, errands.c.errand)
    .where(errands.c.crawl == _run, errands.c.host == _of, _waiting)
    .order_by(errands.c.priority, errands.c.pushed, errands.c.key)
    .limit(bindparam("most"))
)
LEASE = update(errands).where(_errand).values(state=LEASED, worker=_me)
BACK = update(errands).where(_errand, errands.c.state == LEASED).values(state=WAITING, worker=None)
"""What was leased ahead and is not going to be fetched now."""

HOLD = update(hosts).where(hosts.c.host == _of).values(worker=_me)
MET = update(hosts).where(hosts.c.host == _of, hosts.c.worker == _me).values(address=bindparam("there"))
VISITED = (
    update(hosts).where(hosts.c.host == _of, hosts.c.worker.is_(None)).values(worker=_me, address=bindparam("there"))
)
"""A host that is met without having been claimed: a redirect of its robots.txt, a piece of another host's page."""

MINE = select(func.pg_try_advisory_xact_lock(func.hashtext(bindparam("there"))))
"""Whether no other transaction is about to take an address, in PostgreSQL; SQLite has one writer at a time anyway."""

QUEUED = update(queues).where(_queue).values(waiting=queues.c.waiting + bindparam("count"))
EMPTY = update(queues).where(_queue).values(waiting=0)
CLAIMED = (
    update(quotas)
    .where(quotas.c.crawl == _run, quotas.c.budget == _of)
    .values(claimed=quotas.c.claimed + bindparam("count"))
    .returning(quotas.c.claimed, quotas.c.bytes, quotas.c.seconds)
)
UNCLAIMED = (
    update(quotas)
    .where(quotas.c.crawl == _run, quotas.c.budget == _of)
    .values(claimed=quotas.c.claimed - bindparam("count"))
)
SPENT = (
    update(quotas)
    .where(quotas.c.crawl == _run, quotas.c.budget.in_([_of, bindparam("lists")]))
    .values(bytes=quotas.c.bytes + bindparam("received"), seconds=quotas.c.seconds + bindparam("took"))
)
"""A visit's traffic and time are those of its site, which has two budgets."""

FOUND_MORE = (
    update(quotas)
    .where(quotas.c.crawl == _run, quotas.c.budget == _of)
    .values(found=quotas.c.found + bindparam("count"))
)
DROP = (
    update(errands)
    .where(
        errands.c.crawl == _run,
        errands.c.budget == _of,
        _waiting,
        errands.c.depth > 0,
        errands.c.tries == 0,
    )
    .values(state=DROPPED)
    .returning(errands.c.host)
)
"""What was found for a budget and never asked for; what was asked for by name stays."""

FREE = update(hosts).where(hosts.c.host == _of, hosts.c.worker == _me).values(worker=None)
PACED = FREE.values(
    due=bindparam("until"), wait=bindparam("seconds"), delay=bindparam("pace"), refused=bindparam("refusals")
)
FAILED = update(queues).where(_queue).values(failed=bindparam("failures"))
FINISH = (
    update(errands).where(_errand).values(state=bindparam("then"), outcome=bindparam("result"), worker=bindparam("by"))
)
RETRIED = ("priority", "pushed", "tries", "errand")
"""What another try changes of an errand."""

AGAIN = (
    update(errands)
    .where(_errand)
    .values({"state": WAITING, "worker": None, **{name: bindparam(f"new_{name}") for name in RETRIED}})
)
KEPT = (
    update(errands)
    .where(errands.c.crawl == _run, errands.c.asked == _one, errands.c.state == FETCHED)
    .values(state=DONE, worker=None)
)

WAITS = (
    select(
        func.count().label("waiting"), func.min(case((and_(hosts.c.worker.is_(None), _alone), _waits))).label("soonest")
    )
    .select_from(_there)
    .where(queues.c.crawl == _run, queues.c.waiting > 0)
)
UNDER_WAY = select(func.count()).where(
    errands.c.crawl == _run, errands.c.state == LEASED, errands.c.worker.is_not(None)
)
OUTSTANDING = select(
    select(func.coalesce(func.sum(queues.c.waiting), 0)).where(queues.c.crawl == _run).scalar_subquery()
    + select(func.count())
    .where(errands.c.crawl == _run, errands.c.worker.is_not(None))
    .select_from(errands)
    .scalar_subquery()
)
PLANNED = (
    select(errands.c.host, errands.c.state, func.count())
    .where(
        errands.c.crawl == _run,
        errands.c.budget.not_like("% lists"),
        errands.c.state != TAKEN,
        errands.c.outcome.is_distinct_from(MOVED),
    )
    .group_by(errands.c.host, errands.c.state)
)
"""Pages by host and state, but for those that another errand ends."""

STATES = select(errands.c.state, func.count()).where(errands.c.crawl == _run).group_by(errands.c.state)
QUOTAS = select(quotas).where(quotas.c.crawl == _run, quotas.c.budget.in_(bindparam("budgets", expanding=True)))
TAKER = select(errands.c.state, errands.c.asked).where(_errand)
