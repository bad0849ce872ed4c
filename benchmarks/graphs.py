"""Prepares the graphs that are measured: each as one N-Triples file that holds just what the default graph holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from benchmarks.synthetic import ROOT, write_profiles

PROFILES = 9
SEED = 1
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class Graph:
    """A graph to measure on.

    Attributes:
        name: short, such as "niger".
        title: for readers.
        file: its triples, for the other engines.
        triples: how many.
        arguments: what `mgi-graph serve` needs to serve it.
    """

    name: str
    title: str
    file: Path
    triples: int
    arguments: tuple[str, ...] = ()


def niger_graph(folder: Path) -> Graph:
    """The graph of the project with its inferences, as the endpoint's default graph has it; builds the snapshot."""
    command = [sys.executable, "-m", "mgi_graph", "query", "-", "--format", "ntriples"]
    done = subprocess.run(command, input=_EVERYTHING.encode(), stdout=subprocess.PIPE, cwd=ROOT, check=True)
    file = folder / "niger.nt"
    file.write_bytes(done.stdout)
    return Graph("niger", "Niger 2021, with ontology, cross-check and inferences", file, done.stdout.count(b"\n"))


def synthetic_graph(folder: Path) -> Graph:
    """About 100,000 triples: the ontology and synthetic profiles."""
    profiles = write_profiles(folder / "synthetic", PROFILES, SEED)
    file = folder / "synthetic.nt"
    triples = _union([ROOT / "ontology" / "mgi.ttl", *profiles])
    ox.serialize(triples, file, format=ox.RdfFormat.N_TRIPLES)
    title = f"synthetic: {PROFILES} generated profiles (seed {SEED}) and the ontology"
    return Graph("synthetic", title, file, len(triples), ("--data", str(file)))


def _union(files: Iterable[Path]) -> list[ox.Triple]:
    quads = (quad for file in files for quad in ox.parse(path=file, rename_blank_nodes=True))
    return list(dict.fromkeys(quad.triple for quad in quads))
