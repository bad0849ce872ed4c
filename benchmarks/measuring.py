"""Measures the engines on one graph: starts and memory one by one, then speed, taking turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count, product
from math import inf
from pathlib import Path
from statistics import median

from benchmarks.agreement import check
from benchmarks.graphs import Graph
from benchmarks.load import Load, Run, Stream, fire, write_requests
from benchmarks.questions import SIZE, Question, questions_for
from benchmarks.servers import (
    OURS,
    Engine,
    Server,
    our_engine,
    oxigraph_engine,
    rdflib_engine,
    running,
    settle,
    watched,
)

_STARTS = 5
_KILLS = 9
_LIMIT_SECONDS = 1.0
_ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_WARM_UP_SECONDS = 1
_SLOW_SECONDS = 0.2
"""What takes longer for an answer has no warm-up: answering alike, before, was enough."""
_MOST_SECONDS = 45
_ANSWERS = 3
"""So many answers a connection a run should at least give time for."""
_APART = 10_000_000
"""The numbers of the requests of two runs lie further apart than a run has requests."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How to measure: numbers of connections, rounds, seconds a run, and a folder to work in."""

    connections: tuple[int, ...]
    rounds: int
    seconds: float
    folder: Path


@dataclass(frozen=True)
class Cell:
    """What is measured of each engine: a question (by its name), a number of connections, a stream of requests."""

    question: str
    connections: int
    stream: Stream


@dataclass
class Results:
    """What was measured on one graph.

    Attributes:
        graph: on which.
        questions: what was asked.
        rows: of each question (by name) the rows of all its answers.
        ready: seconds from the start of our server to its first answer, its snapshot being there; one a start.
        replaced: seconds from the moment at which our server's limit ends a query, with the process that evaluates
            it, to the answer to the next, which is sent once the first is told so; one a query.
        memory: of each engine (by name) the peak under load, in bytes.
        runs: of each cell and engine (by name) the runs, one a round.
    """

    graph: Graph
    questions: tuple[Question, ...]
    rows: dict[str, int] = field(default_factory=dict)
    ready: list[float] = field(default_factory=list)
    replaced: list[float] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)
    runs: dict[Cell, dict[str, list[Run]]] = field(default_factory=dict)

    def rate(self, cell: Cell, engine: str) -> float:
        """Answers a second, the median of the rounds."""
        return median(run.rate for run in self.runs[cell][engine])

    def ratio(self, cell: Cell, other: str) -> float:
        """How many times as many answers as another engine ours gives: the median of the rounds' ratios."""
        pairs = zip(self.runs[cell][OURS], self.runs[cell][other], strict=True)
        return median(_ratio(ours.rate, theirs.rate) for ours, theirs in pairs)

    @property
    def failed(self) -> int:
        """Requests that failed, of all engines."""
        return sum(run.failed for engines in self.runs.values() for runs in engines.values() for run in runs)


class Measurement:
    """Measures on one graph.

    Args:
        graph: on which.
        plan: how.
        progress: told what is done next.
    """

    def __init__(self, graph: Graph, plan: Plan, progress: Progress) -> None:
        self._graph, self._plan, self._progress = graph, plan, progress
        self._numbers = count(_APART, _APART)
        self._results = Results(graph, questions_for(graph.file))
        self._files = {
            question.name: write_requests(plan.folder / f"{graph.name}-{question.name}.txt", question.queries)
            for question in self._results.questions
        }

    def run(self) -> Results:
        """Do all of it.

        Raises:
            DisagreementError: the engines do not answer alike.
        """
        ours = our_engine(self._graph)
        peers = [oxigraph_engine(self._graph, self._plan.folder), rdflib_engine(self._graph)]
        self._measure_starts(ours)
        self._progress(f"{self._graph.name}: time-outs of {ours.name}")
        self._results.replaced += measure_replacements(self._graph)
        for engine in (ours, *peers):
            self._measure_memory(engine)
        with ExitStack() as stack:
            cached, uncached, *others = (
                stack.enter_context(running(engine))
                for engine in (ours, our_engine(self._graph, "--cache", "0"), *peers)
            )
            self._measure_speed({Stream.CHANGING: [uncached, *others], Stream.REPEATING: [cached, *others]})
        return self._results

    def _measure_starts(self, ours: Engine) -> None:
        self._progress(f"{self._graph.name}: starting {ours.name}")
        with running(ours):  # makes the snapshot, where there is none
            pass
        for _ in range(_STARTS):
            with running(ours) as server:
                self._results.ready.append(server.ready)

    def _measure_memory(self, engine: Engine) -> None:
        """Each engine alone: memory that two of them share would be counted by halves."""
        self._progress(f"{self._graph.name}: memory of {engine.name}")
        with running(engine) as server, watched(server) as samples:
            for stream, question in product(Stream, self._results.questions):
                load = self._load(Cell(question.name, max(self._plan.connections), stream))
                _fire(server, load, self._plan.seconds)
        self._results.memory[engine.name] = max(samples)

    def _measure_speed(self, servers: Mapping[Stream, Sequence[Server]]) -> None:
        everybody = list(dict.fromkeys(server for each in servers.values() for server in each))
        check(everybody, SIZE)
        for question in self._results.questions:
            self._progress(f"{self._graph.name}: comparing the answers to the {question.name}")
            self._results.rows[question.name], needed = check(everybody, question)
            for turn, (connections, stream) in product(
                range(self._plan.rounds), product(self._plan.connections, Stream)
            ):
                cell = Cell(question.name, connections, stream)
                self._progress(
                    f"{self._graph.name}: {question.name}, {connections} connections, {stream}, round {turn + 1}"
                )
                for server, load in self._turns(servers[stream], cell, turn):
                    run = self._run(server, load, needed[server])
                    self._results.runs.setdefault(cell, {}).setdefault(server.engine.name, []).append(run)

    def _turns(self, servers: Sequence[Server], cell: Cell, turn: int) -> Iterator[tuple[Server, Load]]:
        """All servers, another one first in each round, each with the same requests."""
        load = self._load(cell)
        first = turn % len(servers)
        return ((server, load) for server in (*servers[first:], *servers[:first]))

    def _load(self, cell: Cell) -> Load:
        return Load(self._files[cell.question], cell.stream, cell.connections, next(self._numbers))

    def _run(self, server: Server, load: Load, needed: float) -> Run:
        """Warm up, then measure; longer where an answer takes long. Afterwards the server is at rest."""
        if needed < _SLOW_SECONDS:
            _fire(server, replace(load, first=load.first + _APART // 2), _WARM_UP_SECONDS)
            settle(server)
        run = _fire(server, load, min(_MOST_SECONDS, max(self._plan.seconds, _ANSWERS * needed * load.connections)))
        settle(server)
        return run


def measure_replacements(graph: Graph, kills: int = _KILLS) -> list[float]:
    """What `Results.replaced` says, of a server with one evaluator."""
    found = []
    with running(our_engine(graph, "--evaluators", "1", "--timeout", f"{_LIMIT_SECONDS:g}")) as server:
        for number in range(kills):
            started = time.perf_counter()
            statuses = [server.ask(f"{query} # {number}")[0] for query in (_ENDLESS, "ASK { ?s ?p ?o }")]
            found.append(time.perf_counter() - started - _LIMIT_SECONDS)
            if statuses != [504, 200]:
                raise RuntimeError(f"A query without end and the one after it were answered with {statuses}.")
    return found


def _ratio(ours: float, theirs: float) -> float:
    return ours / theirs if theirs else inf if ours else 0.0


def _fire(server: Server, load: Load, seconds: float) -> Run:
    return fire(server.address, server.engine.path, load, seconds)
