"""Compares our closure with those of owlrl and reasonable, on the same triples in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from benchmarks.graphs import SEED
from benchmarks.synthetic import ROOT, write_profiles
from mgi_graph.inspection import asserted_triples
from mgi_graph.reasoning.closure import infer
from mgi_graph.reasoning.oracle import infer_with_owlrl
from mgi_graph.reasoning.statements import says_something
from mgi_graph.sources import find_sources

Reasoner = Callable[[Sequence[ox.Triple]], set[ox.Triple]]
"""From asserted triples to the inferred ones that say something."""


@dataclass(frozen=True)
class Given:
    """A graph to close: its title, and its asserted triples."""

    title: str
    triples: Sequence[ox.Triple]


@dataclass(frozen=True)
class Run:
    """What one reasoner did with one graph.

    Attributes:
        reasoner: its name.
        seconds: the least that it took in any round.
        inferred: how many triples that say something it found.
        missing, surplus: how many it lacks, and has too many, compared with owlrl.
    """

    reasoner: str
    seconds: float
    inferred: int
    missing: int
    surplus: int


def niger() -> Given:
    """The graph of the project, as asserted."""
    return Given("Niger 2021, with ontology and cross-check", list(asserted_triples(find_sources(ROOT).asserted)))


def synthetic(folder: Path, profiles: int) -> Given:
    """The ontology with generated profiles."""
    paths = write_profiles(folder / "reasoning", profiles, SEED)
    title = f"synthetic: {profiles} generated profiles (seed {SEED}) and the ontology"
    return Given(title, list(dict.fromkeys(asserted_triples([ROOT / "ontology" / "mgi.ttl", *paths]))))


def measure(triples: Sequence[ox.Triple], rounds: int) -> list[Run]:
    """Close a graph with each reasoner: ours and reasonable (if it is installed) `rounds` times, owlrl once.

    A time is from triples in memory to the set of inferred triples in memory, with what the reasoner needs for that:
    loading its store, making its rules, reading its result.
    """
    truth, slow = _timed(lambda given: set(infer_with_owlrl(given)), triples, 1)
    runs = [Run("owlrl", slow, len(truth), 0, 0)]
    for name, reasoner in _REASONERS.items():
        found, seconds = _timed(reasoner, triples, rounds)
        runs.append(Run(name, seconds, len(found), len(truth - found), len(found - truth)))
    return runs


def report(measured: Sequence[tuple[Given, Sequence[Run]]]) -> str:
    """The figures as Markdown: a table for each graph, times as multiples of ours."""
    lines = []
    for given, runs in measured:
        ours = next(run.seconds for run in runs if run.reasoner == "ours")
        lines += [f"\n{given.title[:1].upper()}{given.title[1:]}; {len(given.triples):,} triples:\n"]
        lines += [
            "| Reasoner | Seconds | Times ours | Inferred | Missing | Surplus |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {run.reasoner} | {run.seconds:.2f} | {run.seconds / ours:.1f} | {run.inferred:,} | {run.missing:,} "
            f"| {run.surplus:,} |"
            for run in runs
        ]
    return "\n".join(lines).lstrip() + "\n"


def _timed(reasoner: Reasoner, triples: Sequence[ox.Triple], rounds: int) -> tuple[set[ox.Triple], float]:
    best, found = float("inf"), set[ox.Triple]()
    for _ in range(rounds):
        started = time.perf_counter()
        found = reasoner(triples)
        best = min(best, time.perf_counter() - started)
    return found, best


def _with_reasonable(triples: Sequence[ox.Triple]) -> set[ox.Triple]:
    from reasonable import PyReasoner

    with TemporaryDirectory() as folder:
        file = Path(folder) / "given.ttl"
        ox.serialize(triples, file, format=ox.RdfFormat.TURTLE)
        reasoner = PyReasoner()
        reasoner.load_file(str(file))
        lines = (" ".join(term.n3() for term in triple) + " .\n" for triple in reasoner.reason())
        closed = {quad.triple for quad in ox.parse("".join(lines), format=ox.RdfFormat.N_TRIPLES, lenient=True)}
    return {triple for triple in closed - set(triples) if says_something(triple)}


_REASONERS: dict[str, Reasoner] = {"ours": lambda given: set(infer(given))}
if find_spec("reasonable"):
    _REASONERS["reasonable"] = _with_reasonable
