"""The processes that evaluate: real ones, over the real snapshot."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import pyoxigraph as ox
import pytest
import uvloop
from conftest import children, finish

from mgi_graph.engine.forkserver import ForkServer
from mgi_graph.engine.result import Kind
from mgi_graph.engine.workers import Limits, PooledEngine, Reply, WorkerPool
from mgi_graph.errors import (
    AbandonedError,
    BusyError,
    FormatError,
    MGIGraphError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooCostlyError,
    ResultTooLargeError,
    SnapshotError,
)
from mgi_graph.snapshot import Snapshot, of_files

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORMATS: dict[Kind, str | None] = {"solutions": "json", "boolean": "json", "triples": "ntriples"}
Use = Callable[[WorkerPool], Awaitable[None]]


def ask(pool: WorkerPool, query: str, **formats: str | None) -> Awaitable[Reply]:
    return pool.evaluate(query, None, FORMATS | formats)  # type: ignore[arg-type]


def with_pool(snapshot: Snapshot | Path, limits: Limits, use: Use) -> None:
    finish(started(WorkerPool(snapshot if isinstance(snapshot, Path) else snapshot.path, limits), use))


async def started(pool: WorkerPool, use: Use) -> None:
    await pool.start()
    try:
        await use(pool)
    finally:
        await pool.stop()


def test_result_comes_complete_in_its_format(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        assert await ask(pool, "ASK {}") == Reply("boolean", "json", b'{"head":{},"boolean":true}')
        assert (await ask(pool, "SELECT (1 AS ?x) {}", solutions="csv")).body == b"x\r\n1\r\n"
        with pytest.raises(FormatError):
            await ask(pool, "ASK {}", boolean=None)
        with pytest.raises(QuerySyntaxError, match="line 1, column 7"):
            await ask(pool, "SELECT")

    with_pool(built, Limits(), use)


@pytest.mark.parametrize(
    ("facts", "kept_bytes", "kept"),
    [
        ({"version": "1"}, 100_000, True),
        ({"version": "1"}, 0, False),
        ({"version": "1"}, 300, False),
        ({}, 9**9, False),
    ],
)
def test_results_of_a_version_are_kept_within_bounds(
    built: Snapshot, facts: dict[str, str], kept_bytes: int, kept: bool
) -> None:
    """A query whose result is never the same twice tells whether it was evaluated again."""

    def drawn(engine: PooledEngine, size: int = 1) -> str:
        (row,) = engine.query(f"SELECT (STRUUID() AS ?drawn) WHERE {{}} # {'x' * size}").table().rows
        assert row[0]
        return row[0].value

    async def use(pool: WorkerPool) -> None:
        engine = PooledEngine(pool, facts, kept_bytes)
        first = await asyncio.to_thread(drawn, engine)
        assert (await asyncio.to_thread(drawn, engine) == first) is kept
        for size in range(20_000, 20_010):  # more than there is room for
            await asyncio.to_thread(drawn, engine, size)
        assert await asyncio.to_thread(drawn, engine) != first

    with_pool(built, Limits(), use)


def test_slow_query_is_stopped_and_the_next_answers_at_once(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        started = time.monotonic()
        with pytest.raises(QueryTimeoutError, match=r"0\.5 seconds"):
            await ask(pool, ENDLESS)
        assert time.monotonic() - started < 5
        assert (await ask(pool, "ASK {}")).kind == "boolean"

    with_pool(built, Limits(seconds=0.5), use)


def test_slow_queries_hold_up_nobody(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        slow = [asyncio.ensure_future(ask(pool, ENDLESS)) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert (await asyncio.wait_for(asyncio.ensure_future(ask(pool, "ASK {}")), 9)).kind == "boolean"
        assert {type(error) for error in await asyncio.gather(*slow, return_exceptions=True)} == {QueryTimeoutError}

    with_pool(built, Limits(seconds=10, evaluators=4), use)


def test_full_house_is_told(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        slow = [asyncio.ensure_future(ask(pool, ENDLESS)) for _ in range(2)]
        await asyncio.sleep(0.1)
        assert pool.queued == 1
        with pytest.raises(BusyError, match=r"\(queries evaluated: 1, waiting: 1\): no more may wait"):
            await ask(pool, "ASK {}")
        outcomes = await asyncio.gather(*slow, return_exceptions=True)
        assert {type(error) for error in outcomes} == {QueryTimeoutError, BusyError}
        assert "(queries evaluated: 1, waiting: 0): yours has waited 1 s, as long as one may." in "".join(
            map(str, outcomes)
        )

    with_pool(built, Limits(seconds=3, evaluators=1, waiting=1, wait_seconds=0.8), use)


@pytest.mark.parametrize(
    ("query", "limits", "error"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", Limits(bytes=10_000), ResultTooLargeError),
        ("SELECT * { ?a ?b ?c }", Limits(rows=10), ResultTooLargeError),
        ("CONSTRUCT { ?a ?b ?c } { ?a ?b ?c }", Limits(rows=10), ResultTooLargeError),
        (
            "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a",
            Limits(memory=1100 * 2**20, seconds=60),
            QueryTooCostlyError,
        ),
    ],
)
def test_what_is_too_large_is_withheld_and_said(
    built: Snapshot, query: str, limits: Limits, error: type[MGIGraphError]
) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(error):
            await ask(pool, query)
        assert (await ask(pool, "ASK {}")).kind == "boolean"

    with_pool(built, limits, use)


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_are_counted_exactly_in_every_format(built: Snapshot, form: str) -> None:
    tricky = 'SELECT * { VALUES ?x { "},{" "<result>" "a\\nb\\nc" "plain" } }'

    async def use(pool: WorkerPool) -> None:
        assert (await ask(pool, tricky, solutions=form)).format == form
        with pytest.raises(ResultTooLargeError, match="4 rows"):
            await ask(pool, tricky.replace('"plain"', '"plain" "one more"'), solutions=form)

    with_pool(built, Limits(rows=4), use)


def test_abandoned_query_frees_its_process(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(AbandonedError):
            await pool.evaluate(ENDLESS, None, FORMATS, on_slow=lambda abandon: abandon())
        assert pool.busy == 0

    with_pool(built, Limits(), use)


def test_cancelled_query_frees_its_process(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        task = asyncio.ensure_future(ask(pool, ENDLESS))
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert pool.busy == 0
        assert (await ask(pool, "ASK {}")).kind == "boolean"

    with_pool(built, Limits(), use)


def test_process_that_is_killed_from_outside_is_replaced(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        task = asyncio.ensure_future(ask(pool, ENDLESS))
        await asyncio.sleep(0.2)
        for pid in evaluating():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(QueryTooCostlyError):
            await task
        await asyncio.sleep(1)
        assert (await ask(pool, "ASK {}")).kind == "boolean"

    with_pool(built, Limits(), use)


def test_without_the_process_to_fork_from_all_are_replaced(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        await ask(pool, "ASK {}")
        task = asyncio.ensure_future(ask(pool, ENDLESS))
        await asyncio.sleep(0.2)
        before = evaluating()
        (root,) = forked_from()
        os.kill(root, signal.SIGKILL)
        with pytest.raises(BusyError):
            await task
        assert (await ask(pool, "ASK {}")).kind == "boolean"
        assert evaluating()
        assert not {*before} & {*evaluating()}
        assert not any(map(alive, before))

    with_pool(built, Limits(), use)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_ready_may_be_said_before_the_loop_turns(
    built: Snapshot, monkeypatch: pytest.MonkeyPatch, run: Callable[..., None]
) -> None:
    fork = ForkServer.fork

    def slow(server: ForkServer) -> tuple[int, socket.socket]:
        forked = fork(server)
        time.sleep(0.3)
        return forked

    async def use(pool: WorkerPool) -> None:
        asking = asyncio.ensure_future(ask(pool, ENDLESS))  # keeps the first process, so that another is wanted
        assert (await asyncio.wait_for(asyncio.ensure_future(ask(pool, "ASK {}")), 20)).kind == "boolean"
        asking.cancel()

    monkeypatch.setattr(ForkServer, "fork", slow)
    finish(started(WorkerPool(built.path, Limits()), use), run)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_sent_to_all_processes_of_a_service_ends_no_query(built: Snapshot, sent: signal.Signals) -> None:
    async def use(pool: WorkerPool) -> None:
        slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?c ?d ?e . ?e ?f ?g }"
        asking = asyncio.ensure_future(ask(pool, slow))
        await asyncio.sleep(0.1)
        for pid in forked_from() + evaluating():
            os.kill(pid, sent)
        assert (await asking).kind == "solutions"

    with_pool(built, Limits(seconds=60), use)


@pytest.mark.parametrize("milliseconds", [50, 100, 150, 200, 250, 300])
def test_killed_at_any_moment_of_its_start_it_leaves_no_process(built: Snapshot, milliseconds: int) -> None:
    server = ForkServer(built.path, asdict(Limits()), None)
    _, ours = server.fork()
    while not (found := forked_from()):  # it has a command line a moment later
        pass
    (group,) = found
    time.sleep(milliseconds / 1000)
    os.kill(group, signal.SIGKILL)
    with ours:
        server.close()
    deadline = time.monotonic() + 20
    while (left := members(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def test_one_that_is_stopped_is_ended_all_the_same(built: Snapshot) -> None:
    found: list[int] = []

    async def use(pool: WorkerPool) -> None:
        await ask(pool, "ASK {}")
        found.extend(forked_from() + evaluating())
        os.kill(found[0], signal.SIGSTOP)

    with_pool(built, Limits(), use)
    deadline = time.monotonic() + 20
    while any(map(alive, found)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, found))


@pytest.mark.parametrize("text", ["", "<urn:s> <urn:p> <urn:o> ."])
def test_nothing_more_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MGI_GRAPH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "small.ttl").write_text(text, "utf-8")
    found = of_files([tmp_path / "small.ttl"])

    async def use(pool: WorkerPool) -> None:
        (pid, *_) = evaluating()
        most = re.search(r"Max open files +(\d+)", Path(f"/proc/{pid}/limits").read_text())
        assert most
        assert len(opened(pid)) == int(most[1])
        assert (await ask(pool, "ASK {}")).body == b'{"head":{},"boolean":true}'

    with_pool(found, Limits(), use)


@pytest.mark.parametrize("in_memory", [0, 10**6])
def test_the_graph_answers_alike_from_memory_and_from_disk(built: Snapshot, in_memory: int) -> None:
    async def use(pool: WorkerPool) -> None:
        counted = "SELECT (COUNT(*) AS ?n) { %s }"
        for pattern, number in [("?s ?p ?o", built.triples)] + [
            (f"GRAPH <{graph.iri}> {{ ?s ?p ?o }}", graph.triples) for graph in built.graphs
        ]:
            assert (await ask(pool, counted % pattern, solutions="csv")).body.split() == [b"n", str(number).encode()]
        (pid, *_) = evaluating()
        assert (b"store" in b"".join(map(os.fsencode, opened(pid)))) is (in_memory == 0)

    with_pool(built, Limits(in_memory=in_memory), use)


def test_blank_nodes_have_one_label_in_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGI_GRAPH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "blank.ttl").write_text("[] <urn:p> [] , [] .", "utf-8")
    found = of_files([tmp_path / "blank.ttl"])
    query = "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?o"

    async def use(pool: WorkerPool) -> None:
        bodies.append((await ask(pool, query)).body)

    bodies: list[bytes] = []
    for in_memory in (0, 1000, 1000):
        with_pool(found, Limits(in_memory=in_memory), use)
    assert len(set(bodies)) == 1


def test_forked_processes_draw_each_its_own(built: Snapshot) -> None:
    async def use(pool: WorkerPool) -> None:
        slow = "SELECT (STRUUID() AS ?drawn) ?n { { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?c ?d ?e } } }"
        replies = await asyncio.gather(*(ask(pool, slow) for _ in range(4)))
        assert len(evaluating()) > 1
        assert len({reply.body for reply in replies}) == 4

    with_pool(built, Limits(seconds=60), use)


def test_store_of_many_files_answers(built: Snapshot, tmp_path: Path) -> None:
    shutil.copy(built.path / "manifest.json", tmp_path)
    store = ox.Store(str(tmp_path / "store"))
    for number in range(12):
        node = ox.NamedNode(f"urn:thing:{number}")
        store.bulk_extend([ox.Quad(node, node, ox.Literal(number), graph) for graph in (node, ox.DefaultGraph())])
    del store
    assert len(list(tmp_path.rglob("*.sst"))) > 100

    async def use(pool: WorkerPool) -> None:
        for pattern in ("GRAPH ?g { ?s ?p ?o }", "?s ?p 5", "?s <urn:thing:5> ?o", "<urn:thing:5> ?p ?o"):
            found = await ask(pool, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", solutions="csv")
            assert found.body == (b"n\r\n12\r\n" if "GRAPH" in pattern else b"n\r\n1\r\n")

    with_pool(tmp_path, Limits(seconds=20, in_memory=0), use)


def test_stopping_leaves_no_process(built: Snapshot) -> None:
    found: list[int] = []

    async def use(pool: WorkerPool) -> None:
        asking = asyncio.ensure_future(ask(pool, ENDLESS))
        await asyncio.sleep(0.2)
        found.extend(evaluating() + forked_from())
        assert len(found) > 2
        asking.cancel()

    with_pool(built, Limits(), use)
    assert not any(map(alive, found))


def test_missing_snapshot_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"The snapshot .* is damaged"):
        finish(WorkerPool(tmp_path / "nothing", Limits()).start())


@pytest.mark.parametrize("in_memory", [0, 10**6])
def test_damaged_snapshot_is_told(built: Snapshot, tmp_path: Path, in_memory: int) -> None:
    shutil.copy(built.path / "manifest.json", tmp_path)
    (tmp_path / "store").mkdir()
    with pytest.raises(SnapshotError, match=r"No process can open the snapshot .*\nDelete that folder"):
        finish(WorkerPool(tmp_path, Limits(in_memory=in_memory)).start())


def forked_from() -> list[int]:
    """The processes that those that evaluate are forked from."""
    return [pid for pid in children(os.getpid()) if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def evaluating() -> list[int]:
    """The processes that evaluate."""
    return [pid for root in forked_from() for pid in children(root)]


def opened(pid: int) -> list[str]:
    """What files a process has open."""
    return [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]


def members(group: int) -> list[int]:
    """The processes of a group that live."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and group_of(pid) == group and alive(pid)]


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
