"""Looks a graph over before it is published: consistency, what follows from it, and the shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from mgi_graph.checking import Progress, check, nearest
from mgi_graph.errors import near
from mgi_graph.places import ANY_BLANK, Places
from mgi_graph.reasoning.closure import infer_once
from mgi_graph.reasoning.rules import compile_rules
from mgi_graph.sources import Sources, parse_quads
from mgi_graph.validation import Report


@dataclass(frozen=True)
class Inspection:
    """What was found: the violations of shapes, and what follows from the consistent graph.

    Attributes:
        report: of the shapes.
        inferred: the triples that follow, each once in no fixed order, to be gone through once.
    """

    report: Report
    inferred: Iterator[ox.Triple]


def inspect(sources: Sources, progress: Progress = lambda _: None) -> Inspection:
    """Validate and close the graph of the sources; both are tried, whatever the other finds.

    Raises:
        SourceError: a file is missing or not Turtle, or a shape uses what is not known.
        InconsistencyError: the graph contradicts the ontology; the message says what clashes, with file and line.
        UncoveredAxiomError: the ontology has an axiom that no rule covers.
    """
    return _inspect(sources, sources.data, progress)


def inspect_files(sources: Sources, files: Sequence[Path], progress: Progress = lambda _: None) -> Inspection:
    """The same for some files and those of the sources that describe what they name, not for the whole graph.

    Raises:
        SourceError, InconsistencyError, UncoveredAxiomError: as `inspect`.
    """
    chosen = [path.resolve() for path in files]
    others = [path for path in sources.data if path.resolve() not in chosen]
    return _inspect(sources, (*nearest(files, others), *files), progress)


def _inspect(sources: Sources, data: Sequence[Path], progress: Progress) -> Inspection:
    report = check(sources.ontology, data, sources.shapes, progress)
    progress("drawing the inferences")
    rules = compile_rules(asserted_triples([sources.ontology]))
    paths = [sources.ontology, *data]
    places = Places(paths)

    def where(triple: ox.Triple) -> str:
        subject = ANY_BLANK if isinstance(triple.subject, ox.BlankNode) else str(triple.subject)
        obj = ANY_BLANK if isinstance(triple.object, ox.BlankNode) else str(triple.object)
        found = places.of(subject, str(triple.predicate), obj)
        return ", ".join(f"{near(path)}:{line}" for path, line in found)

    return Inspection(report, infer_once(asserted_triples(paths), rules, where))


def asserted_triples(paths: Sequence[Path]) -> Iterator[ox.Triple]:
    """All triples of some files, as they are read; the blank nodes of each stay its own.

    Raises:
        SourceError: a file is missing or malformed.
    """
    return (quad.triple for path in paths for quad in parse_quads(path, rename_blank_nodes=True))
