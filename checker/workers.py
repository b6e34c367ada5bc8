"""Worker processes with a deadline: work that may hang, crash or eat memory costs only its own item.

Pages are hostile: a small one can keep an HTML parser busy for minutes, and no thread or signal stops it there. So
the work runs in spawned processes, one item in flight each. A process that is past the deadline is killed, one that
dies is replaced, and the rest goes on; an item whose worker died is given one more chance, since the killer may have
been somebody else (an operator, the kernel short of memory).
"""

import pickle
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from checker.cores import all_cores
from checker.errors import WorkersError

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 32
"""Items taken from the source per worker before the first of them is answered: bounds memory, keeps order cheap."""

TRIES = 2
"""Workers that may die while they are at an item before it is given up."""

HANDED = 6
"""Workers it may be handed to at the most: some may be dead by then without having begun, and it is not to blame."""

START = 60.0
"""Seconds a worker may take to build its work function."""

STARTS = 3
"""Workers that may die one after another before their work function was built."""

SPAWN = get_context("spawn")


@dataclass(frozen=True)
class Lost:
    """What is left of an item whose work was not finished: `parse_timeout` or `crashed`, and what was seen."""

    reason: str
    detail: str = ""


class Workers(Generic[T, R]):
    """`count` processes that answer items within `deadline` seconds each.

    `start` is called once in each process and returns the work function there, so it must be importable (a function
    of a module, or a partial of one). `memory` bounds what the work may take beyond what `start` left in use, in
    bytes; work that needs more is lost, not the machine. `known` answers an item that needs no worker, else None.
    """

    def __init__(
        self,
        start: Callable[[], Callable[[T], R]],
        count: int,
        deadline: float,
        memory: int | None = None,
        *,
        known: Callable[[T], R | None] = lambda _: None,
    ) -> None:
        self.start, self.count, self.deadline, self.memory, self.known = start, count, deadline, memory, known

    def map(self, items: Iterable[T]) -> Iterator[tuple[T, R | Lost]]:
        """Yield each item with its answer, in the order of the items, which are taken as needed.

        Whatever `start` raises is raised here; an exception of the work function itself loses its item. The
        processes end with the iterator: at its end, on an exception, on Ctrl-C.
        """
        run = _Run(self, iter(items))
        try:
            yield from run.answers()
        finally:
            for seat in run.seats:
                seat.end()


class _Task(Generic[T, R]):
    """One item on its way, and its answer once there is one."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.handed = self.tries = 0
        self.answer: tuple[R | Lost, ...] = ()


class _Seat(Generic[T, R]):
    """One worker process, our end of its pipe, and the task it is at."""

    def __init__(self, workers: Workers[T, R]) -> None:
        self.deadline = workers.deadline
        self.ready = False
        self.task: _Task[T, R] | None = None
        self.due = time.monotonic() + START + workers.deadline
        self.pipe, other = SPAWN.Pipe()
        self.process: SpawnProcess = SPAWN.Process(
            target=_serve, args=(other, workers.start, workers.memory), daemon=True
        )
        self._launch()
        other.close()

    def _launch(self) -> None:
        """Start on any core, with Ctrl-C blocked; the child inherits both. The parent alone answers, and ends it."""
        resource_tracker.ensure_running()  # the first start would start it, which lets Ctrl-C through again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with all_cores():
                self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @property
    def free(self) -> bool:
        """Whether the worker waits for a task."""
        return self.ready and self.task is None

    def give(self, task: _Task[T, R]) -> None:
        """Hand a task over; OSError where the worker died while it waited."""
        self.task, self.due = task, time.monotonic() + self.deadline
        task.handed += 1
        self.pipe.send(task.item)

    def end(self) -> str:
        """Kill the process if it still lives, and say how it ended."""
        self.process.kill()
        self.process.join()
        code = self.process.exitcode or 0
        self.pipe.close()
        self.process.close()
        return f"worker died of signal {-code}" if code < 0 else f"worker ended with code {code}"


class _Run(Generic[T, R]):
    """One pass over the items: who sits where, and what is on its way.

    `ahead` holds all tasks taken and not yet yielded, in order; `queue` those of them that no worker has.
    """

    def __init__(self, workers: Workers[T, R], source: Iterator[T]) -> None:
        self.workers = workers
        self.source = source
        self.exhausted = False
        self.seats: list[_Seat[T, R]] = []
        self.ahead: deque[_Task[T, R]] = deque()
        self.queue: deque[_Task[T, R]] = deque()
        self.stillborn = 0

    def answers(self) -> Iterator[tuple[T, R | Lost]]:
        while True:
            self._hand_out()
            if not self.ahead:
                return
            self._listen()
            while self._answered():
                task = self.ahead.popleft()
                yield task.item, task.answer[0]

    def _hand_out(self) -> None:
        """Give every free worker a task, and hire where more tasks wait than workers are about to be free."""
        for seat in tuple(self.seats):
            if seat.free and (self.queue or self._pull()):
                try:
                    seat.give(self.queue.popleft())
                except OSError:
                    self._bury(seat)
        while len(self.seats) < self.workers.count:
            starting = sum(not seat.ready for seat in self.seats)
            if len(self.queue) <= starting and not self._pull():
                return
            self.seats.append(_Seat(self.workers))

    def _pull(self) -> bool:
        """Take items from the source up to one for a worker; stop where an answer can be yielded first."""
        while not self.exhausted and len(self.ahead) < AHEAD * self.workers.count and not self._answered():
            task = next((_Task[T, R](item) for item in self.source), None)
            if task is None:
                self.exhausted = True
                return False
            self.ahead.append(task)
            answer = self.workers.known(task.item)
            if answer is None:
                self.queue.append(task)
                return True
            task.answer = (answer,)
        return False

    def _answered(self) -> bool:
        """Whether the next item in order has its answer."""
        return bool(self.ahead and self.ahead[0].answer)

    def _listen(self) -> None:
        """Wait for the next answer, death or deadline, and deal with all that happened."""
        busy = {seat.pipe: seat for seat in self.seats if not seat.free}
        if not busy:
            return
        patience = 0.0 if self._answered() else max(0.0, min(seat.due for seat in busy.values()) - time.monotonic())
        for pipe in wait(list(busy), patience):
            seat = busy.pop(cast("Connection", pipe))
            try:
                self._hear(seat, *seat.pipe.recv())
            except (EOFError, OSError):
                self._bury(seat)
        for seat in busy.values():
            if seat.due <= time.monotonic():
                self._bury(seat, Lost("parse_timeout", f"no answer within {self.workers.deadline:g} s"))

    def _hear(self, seat: _Seat[T, R], word: str, value: Any) -> None:
        """Take what a worker says: `ready`, `begun`, `done` with a result, `lost` or `spent` with why, `failed`."""
        if word == "failed":
            raise value
        if word == "ready":
            seat.ready, self.stillborn = True, 0
        elif word == "begun" and seat.task is not None:
            seat.task.tries += 1
        elif seat.task is not None:
            seat.task.answer = (value if word == "done" else Lost("crashed", value),)
            seat.task = None
            if word == "spent":
                self._bury(seat)

    def _bury(self, seat: _Seat[T, R], lost: Lost | None = None) -> None:
        """Part with a dead or overdue worker; its task is lost, or tried once more."""
        self.seats.remove(seat)
        how, task = seat.end(), seat.task
        if task is None:
            self.stillborn += not seat.ready
            if self.stillborn >= STARTS:
                raise WorkersError(f"no worker can be started: {how}")
        elif lost or task.tries >= TRIES or task.handed >= HANDED:
            task.answer = (lost or Lost("crashed", how),)
        else:
            self.queue.appendleft(task)


def _serve(pipe: Connection, start: Callable[[], Callable[[T], R]], memory: int | None) -> None:
    """A worker's life: build the work function, then answer items until the pipe ends."""
    try:
        work = start()
        if memory is not None:
            _bound(memory)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        with suppress(OSError):
            pipe.send(("failed", _portable(error)))
        return
    with suppress(EOFError, OSError, MemoryError):  # the parent is gone, or the pipe is of no more use
        pipe.send(("ready", None))
        while True:
            item = pipe.recv()
            pipe.send(("begun", None))
            pipe.send_bytes(_answer(work, item))


def _answer(work: Callable[[T], R], item: T) -> bytes:
    """What the work function says about an item, or how it failed, ready for the pipe."""
    try:
        return pickle.dumps(("done", work(item)))
    except MemoryError:
        return pickle.dumps(("spent", "out of memory"))
    except Exception as error:  # noqa: BLE001 - one item's failure must not end the others' work
        return pickle.dumps(("lost", f"{type(error).__name__}: {error}"))


def _portable(error: Exception) -> Exception:
    """The error itself if it survives the pipe, else one that says the same."""
    try:
        return cast("Exception", pickle.loads(pickle.dumps(error)))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - errors may refuse pickling in any way
        return WorkersError(f"{type(error).__name__}: {error}")


def _bound(memory: int) -> None:
    """Let the address space grow by `memory` bytes from here on."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
