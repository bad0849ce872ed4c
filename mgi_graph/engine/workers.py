"""Evaluates queries in processes of their own, each within limits that are enforced by ending the process."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from cachetools import LRUCache

from mgi_graph.engine.evaluator import LENGTHS, read_header
from mgi_graph.engine.forkserver import ForkServer
from mgi_graph.engine.result import Answer, Kind, read_answer
from mgi_graph.engine.syntax import Dataset
from mgi_graph.engine.wire import Store
from mgi_graph.errors import (
    AbandonedError,
    BusyError,
    MGIGraphError,
    QueryTimeoutError,
    QueryTooCostlyError,
    SnapshotError,
    revive,
)
from mgi_graph.snapshot import hold

_LOG = logging.getLogger(__name__)
_START_SECONDS = 60
_IDLE_SECONDS = 30
_RETRY_SECONDS = 2
_TICK_SECONDS = 0.02
_SLOW_SECONDS = 0.1
_KEPT = 3
_REMEMBERED = 64
_BYTES_OF_A_CHARACTER = 4
_OVERHEAD_BYTES = 500

Formats = Mapping[Kind, str | None]
"""For each kind of result the short name of a format, or None where none suits."""

_PLAIN: Formats = {"solutions": "json", "boolean": "json", "triples": "ntriples"}

OnSlow = Callable[[Callable[[], None]], None]
"""Told that a query takes a while, with a function that abandons it."""

OnStart = Callable[[], None]
"""Told that a query is no longer waiting."""


@dataclass(frozen=True)
class Limits:
    """What one query, and all together, may use.

    Attributes:
        seconds: wall-clock time of one query, waiting not counted.
        memory: address space of an evaluating process, in bytes.
        rows: rows (or triples) of a result.
        bytes: bytes of a result.
        evaluators: queries that are evaluated at the same time.
        waiting: queries that wait for an evaluator; more are refused.
        wait_seconds: how long one waits before it is refused.
        services: IRIs of the endpoints that SERVICE may call; with none a process that evaluates can open no socket.
        in_memory: a snapshot of no more statements (`Snapshot.statements`) is held in memory, which evaluates two or
            three times as fast, where it takes no more than half of `memory` (less 512 MiB for the stack); a larger
            one is read from disk.
    """

    seconds: float = 30.0
    memory: int = 3 * 2**30
    rows: int = 1_000_000
    bytes: int = 64 * 2**20
    evaluators: int = 4
    waiting: int = 128
    wait_seconds: float = 10.0
    services: tuple[str, ...] = ()
    in_memory: int = 150_000


@dataclass(frozen=True)
class Reply:
    """A result as it goes out: its kind, the short name of its format, its bytes."""

    kind: Kind
    format: str
    body: bytes


class WorkerPool:
    """Processes over one snapshot; one more than is at work stands ready.

    One query more than there are cores is evaluated at once; one that has taken a moment does not count among them, up
    to the limit: a slow query holds up nobody. All methods are for the event loop that `start` was called in, unless
    they say otherwise.

    Args:
        folder: the snapshot's folder.
        limits: what queries may use.
        store: a store elsewhere that holds the snapshot and answers in its place.
    """

    def __init__(self, folder: Path, limits: Limits, store: Store | None = None) -> None:
        self.limits = limits
        self._folder, self._store = folder, store
        self._brisk = min(limits.evaluators, (os.cpu_count() or 1) + 1)  # one more, while another hands over its result
        self._slow = 0
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._forking: ForkServer | None = None
        self._waiting: deque[_Waiter] = deque()
        self._watching: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._start_again = 0.0
        self._held: IO[bytes] | None = None
        self._closed = False

    @property
    def _at_once(self) -> int:
        """How many queries may be evaluated now."""
        return min(self.limits.evaluators, self._brisk + self._slow)

    @property
    def busy(self) -> int:
        """How many processes evaluate at this moment."""
        return len(self._all) - len(self._idle)

    @property
    def queued(self) -> int:
        """How many queries wait for a process."""
        return len(self._waiting)

    @property
    def is_elsewhere(self) -> bool:
        """Whether a store elsewhere answers."""
        return self._store is not None

    def prepare(self) -> None:
        """Begin to load the snapshot, which `start` does else. May be called before there is an event loop."""
        self._forking = ForkServer(self._folder, asdict(self.limits), self._store)

    async def start(self) -> None:
        """Start the first processes.

        Raises:
            SnapshotError: the snapshot cannot be opened.
        """
        self._loop = asyncio.get_running_loop()
        self._held = hold(self._folder)
        self._ensure_spare()
        await asyncio.gather(*self._starting, return_exceptions=True)
        if self._failure:
            await self.stop()
            raise self._failure

    async def stop(self) -> None:
        """End all processes."""
        self._closed = True
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for worker in tuple(self._all):
            worker.kill()
        while self._waiting:
            self._refuse(self._waiting.popleft(), BusyError(_RETRY_SECONDS))
        self._end_fork_server()
        if self._watching:
            self._watching.cancel()
        if self._held:
            self._held.close()

    async def evaluate(
        self,
        text: str,
        dataset: Dataset | None,
        formats: Formats,
        on_slow: OnSlow | None = None,
        on_start: OnStart | None = None,
    ) -> Reply:
        """Evaluate a query and write its result.

        Args:
            text: a SPARQL 1.1 query.
            dataset: the graphs to ask, in place of what the query itself says.
            formats: for each kind of result the short name of a format, or None where none suits.
            on_slow: called once the query has taken a moment, with a function that abandons it.
            on_start: called before a process takes the query up; where it raises an error of ours, none does.

        Raises:
            QueryError: it is malformed, refused, too slow, too costly, or its result too large.
            FormatError: the result can't be had in the format.
            BusyError: no process came free in time.
            AbandonedError: it was abandoned.
        """
        header, query = _request_header(dataset, formats), text.encode("utf-8", "surrogatepass")
        worker = self._idle.pop() if self._idle and self.busy < self._at_once else await self._wait()
        if not self._idle:
            self._ensure_spare()
        self._keep_watching()
        try:
            if on_start:
                on_start()
            facts, body = await worker.ask(header, query, on_slow)
        finally:
            self._give_back(worker)
        if "fault" in facts:
            _LOG.error("a query met a fault: %s\n%s", text, facts["fault"])
        if "error" in facts:
            raise revive(facts["error"])
        if facts["worn"] and worker in self._idle:
            worker.kill()
        return Reply(facts["kind"], facts["format"], body)

    def evaluate_from_thread(self, text: str, dataset: Dataset | None, formats: Formats) -> Reply:
        """Do what `evaluate` does, for a thread other than that of the event loop."""
        return asyncio.run_coroutine_threadsafe(self.evaluate(text, dataset, formats), self._running_loop).result()

    @property
    def _running_loop(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "the pool was not started"
        return self._loop

    async def _wait(self) -> _Worker:
        if self._closed:
            raise BusyError(_RETRY_SECONDS)
        if len(self._waiting) >= self.limits.waiting:
            raise BusyError(_RETRY_SECONDS, self.busy, self.queued)
        waiter = _Waiter(self._running_loop.create_future(), time.monotonic())
        self._waiting.append(waiter)
        self._keep_watching()
        try:
            return await waiter.worker
        except asyncio.CancelledError:
            if waiter.worker.done() and not waiter.worker.cancelled():
                self._give_back(waiter.worker.result())
            raise

    def _watch(self) -> None:
        """Stop what has taken too long, help those who have waited a while; as long as there is work."""
        self._watching = None
        now = time.monotonic()
        working = self._all - set(self._idle)
        for worker in working:
            worker.look(now, self.limits.seconds)
        self._slow = sum(worker.spent(now) > _TICK_SECONDS for worker in working)
        while self._waiting and now - self._waiting[0].since > self.limits.wait_seconds:
            waiter = self._waiting.popleft()
            self._refuse(waiter, BusyError(_RETRY_SECONDS, self.busy, self.queued, now - waiter.since))
        self._ensure_spare()
        self._hand_out()
        self._let_go(now)
        if self.busy or self._waiting or len(self._all) > _KEPT:
            self._keep_watching()

    def _keep_watching(self) -> None:
        if self._watching is None:
            self._watching = self._running_loop.call_later(_TICK_SECONDS, self._watch)

    def _hand_out(self) -> None:
        """Give idle processes to those who wait longest, as long as not too many are at work."""
        while self._waiting and self._idle and self.busy < self._at_once:
            waiter = self._waiting.popleft()
            if not waiter.worker.done():
                waiter.worker.set_result(self._idle.pop())

    def _give_back(self, worker: _Worker) -> None:
        """Hand a process to whoever waits longest; one that has ended is replaced."""
        if worker in self._all:
            worker.idle_since = time.monotonic()
            self._idle.append(worker)
        self._hand_out()
        if not self._idle:
            self._ensure_spare()

    def _refuse(self, waiter: _Waiter, reason: BusyError) -> None:
        if not waiter.worker.done():
            waiter.worker.set_exception(reason)

    def _ensure_spare(self) -> None:
        """Start processes until one stands ready beside those at work, also where those are as many as may be."""
        wanted = min(self.busy, self.limits.evaluators) + 1
        held_back = self._closed or time.monotonic() < self._start_again
        while len(self._all) + len(self._starting) < wanted and not held_back:
            task = self._running_loop.create_task(self._start_one())
            self._starting.add(task)
            task.add_done_callback(self._started)

    async def _start_one(self) -> None:
        worker = await _Worker.start(self._fork_server(), self._ended)
        self._all.add(worker)
        self._give_back(worker)

    def _fork_server(self) -> ForkServer:
        if not self._forking:
            self.prepare()
        assert self._forking
        self._running_loop.add_reader(self._forking.fileno(), self._fork_server_ended)  # no more than once (asyncio)
        return self._forking

    def _end_fork_server(self) -> None:
        if self._forking:
            self._running_loop.remove_reader(self._forking.fileno())
            self._forking.close()
            self._forking = None

    def _fork_server_ended(self) -> None:
        """Without the process that they were forked from nobody could end those that evaluate; they end, too."""
        _LOG.error("the process that those that evaluate are forked from has ended")
        self._end_fork_server()
        for worker in tuple(self._all):
            worker.kill(BusyError(_RETRY_SECONDS))

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        self._failure = None if task.cancelled() else task.exception()
        if self._failure:
            _LOG.error("%s", self._failure)
            self._start_again = time.monotonic() + _RETRY_SECONDS

    def _ended(self, worker: _Worker) -> None:
        self._all.discard(worker)
        self._keep_watching()
        if worker in self._idle:
            self._idle.remove(worker)
            self._ensure_spare()

    def _let_go(self, now: float) -> None:
        """End processes that nobody has needed for a while."""
        for worker in [worker for worker in self._idle if now - worker.idle_since > _IDLE_SECONDS]:
            if len(self._all) > max(_KEPT, self.busy + 1):
                worker.kill()


@dataclass(frozen=True)
class _Waiter:
    """A query that waits: for what, and since when."""

    worker: asyncio.Future[_Worker]
    since: float


@dataclass(eq=False)
class _Worker(asyncio.Protocol):
    """One process: its number where it was forked from, and the socket to it; it answers one query at a time."""

    forks: ForkServer
    number: int
    ended: Callable[[_Worker], None]
    idle_since: float = 0.0
    _received: bytearray = field(default_factory=bytearray)
    _reply: asyncio.Future[tuple[Mapping[str, Any], bytes]] | None = None
    _asked: float = 0.0
    _on_slow: OnSlow | None = None
    _reason: MGIGraphError | None = None
    _transport: asyncio.Transport | None = None

    @classmethod
    async def start(cls, forks: ForkServer, ended: Callable[[_Worker], None]) -> _Worker:
        """Start a process and wait until it has opened the snapshot.

        Raises:
            SnapshotError: it cannot.
        """
        unopened = SnapshotError(
            f"No process can open the snapshot {forks.folder}.", "Delete that folder; it is built anew."
        )
        try:
            number, ours = forks.fork()
        except OSError:
            raise unopened from None
        loop = asyncio.get_running_loop()
        worker = cls(forks, number, ended)
        worker._reply = loop.create_future()  # what is sent may come before the next line has ended
        await loop.create_unix_connection(lambda: worker, sock=ours)
        try:
            header, _ = await asyncio.wait_for(worker._reply, _START_SECONDS)
        except MGIGraphError:
            header = {}
        except TimeoutError:
            header = {}
            forks.kill()
        except asyncio.CancelledError:
            worker.kill()
            raise
        if not header.get("ready"):
            worker.kill()
            raise unopened
        return worker

    async def ask(self, header: bytes, query: bytes, on_slow: OnSlow | None) -> tuple[Mapping[str, Any], bytes]:
        """Send a query; gives header and body of the answer. Whoever stops waiting ends the process."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._asked, self._on_slow = time.monotonic(), on_slow
        self._transport.write(b"".join((LENGTHS.pack(len(header), len(query)), header, query)))
        try:
            return await self._reply
        except asyncio.CancelledError:
            self.kill()
            raise
        finally:
            self._reply = self._on_slow = None

    def spent(self, now: float) -> float:
        """The seconds that its query has taken so far."""
        return now - self._asked if self._reply else 0.0

    def look(self, now: float, seconds: float) -> None:
        """End a query that has taken too long; tell who asked that it takes a while."""
        spent = self.spent(now)
        if spent > seconds:
            self.kill(QueryTimeoutError(seconds))
        elif self._on_slow and spent > _SLOW_SECONDS:
            tell, self._on_slow = self._on_slow, None
            tell(partial(self.kill, AbandonedError("The query was abandoned.")))

    def kill(self, reason: MGIGraphError | None = None) -> None:
        """End the process, whatever it does; `reason` is what the query in it fails with."""
        self._reason = reason
        if self._transport:
            self._transport.abort()
        self._lost()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport (asyncio)."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect a frame; a whole one is the answer (asyncio)."""
        self._received += data
        if len(self._received) < LENGTHS.size:
            return
        head, body = LENGTHS.unpack_from(self._received)
        end = LENGTHS.size + head + body
        if len(self._received) < end or self._reply is None or self._reply.done():
            return
        header = bytes(self._received[LENGTHS.size : end - body])
        content = bytes(memoryview(self._received)[end - body : end])
        self._received.clear()
        self._reply.set_result((read_header(header), content))

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended (asyncio)."""
        self._lost()

    def _lost(self) -> None:
        self.forks.end(self.number)
        self.ended(self)
        if self._reply and not self._reply.done():
            self._reply.set_exception(self._reason or QueryTooCostlyError("memory or stack"))


def _request_header(dataset: Dataset | None, formats: Formats) -> bytes:
    return _write_header(dataset, formats) if dataset else _plain_header(tuple(formats.items()))


@lru_cache(_REMEMBERED)
def _plain_header(formats: tuple[tuple[Kind, str | None], ...]) -> bytes:
    return _write_header(Dataset(), dict(formats))


def _write_header(dataset: Dataset, formats: Formats) -> bytes:
    return json.dumps({**asdict(dataset), "formats": dict(formats)}).encode()


class PooledEngine:
    """The pool as an `Engine` for code in other threads, such as the pages.

    It keeps results and gives them again for the same query, since a version of the data never changes; so it is for
    queries without chance or time in them. Where the facts tell no version, nothing is kept.

    Args:
        pool: a pool that is started before the first query.
        facts: what `describe` says.
        kept_bytes: how many bytes of queries and results are kept.
    """

    def __init__(self, pool: WorkerPool, facts: Mapping[str, str], kept_bytes: int = 0) -> None:
        self._pool, self._facts = pool, facts
        size = kept_bytes if facts.get("version") else 0
        self._kept: LRUCache[tuple[str, Dataset | None], tuple[Reply, int]] = LRUCache(size, lambda kept: kept[1])
        self._lock = Lock()

    def describe(self) -> Mapping[str, str]:
        """Version and size of the snapshot."""
        return self._facts

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`."""
        with self._lock:
            kept = self._kept.get((text, dataset))
        reply = kept[0] if kept else self._ask(text, dataset)
        return read_answer(reply.body, reply.kind)

    def _ask(self, text: str, dataset: Dataset | None) -> Reply:
        reply = self._pool.evaluate_from_thread(text, dataset, _PLAIN)
        size = len(text) * _BYTES_OF_A_CHARACTER + len(reply.body) + _OVERHEAD_BYTES
        if size <= self._kept.maxsize:
            with self._lock:
                self._kept[text, dataset] = (reply, size)
        return reply
