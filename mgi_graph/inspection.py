"""Looks a graph over before it is published: consistency, what follows from it, and the shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from mgi_graph import validation
from mgi_graph.reasoning.closure import infer
from mgi_graph.sources import Sources, parse_quads, read_graph, read_source


@dataclass(frozen=True)
class Inspection:
    """What was found: the violations of shapes, and the inferred triples of the consistent graph, in a fixed order."""

    report: validation.Report
    inferred: tuple[ox.Triple, ...]


def inspect(sources: Sources, extra: Sequence[Path] = ()) -> Inspection:
    """Close and validate the graph of the sources, with further Turtle files added to it.

    Raises:
        SourceError: a file is missing or not Turtle.
        InconsistencyError: the graph contradicts the ontology.
        UncoveredAxiomError: the ontology has an axiom that no rule covers.
    """
    paths = (*sources.asserted, *extra)
    files = [read_source(path) for path in paths]
    inferred = infer(asserted_triples(paths))
    return Inspection(validation.validate(files, read_graph(*sources.shapes)), tuple(inferred))


def asserted_triples(paths: Sequence[Path]) -> list[ox.Triple]:
    """All triples of some files; the blank nodes of each stay its own.

    Raises:
        SourceError: a file is missing or malformed.
    """
    return [quad.triple for path in paths for quad in parse_quads(path, rename_blank_nodes=True)]
