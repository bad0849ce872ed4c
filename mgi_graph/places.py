"""Finds the line of a file on which a thing or a statement stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF, BNode
from rdflib.term import Node
from rdflib.util import from_n3

from mgi_graph.sources import SourceFile, parse_quads, read_bytes, read_source

ANY_BLANK = "_:"
"""Stands for a blank node, which has another name in each reading of a file."""

_Triple = tuple[Node, Node, Node]
_MOST = 10
_KEPT = 20


class Places:
    """Looks things up in files; a file is only read with its lines where it holds what is sought."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._read = lru_cache(_KEPT)(read_source)

    def of(self, focus: str, path: str, value: str) -> tuple[tuple[Path, int], ...]:
        """Where to mend: the line of the statement itself, else the first on the thing, else the first that names it.

        Without a property, a value with an IRI is the thing to mend; what nothing describes is sought as a property or
        class, where it is used.

        Args:
            focus: the thing that is wrong, as N-Triples, or empty; `ANY_BLANK` for a blank node.
            path: the property, likewise.
            value: the value, likewise.

        Returns:
            File and line (from 1), not more than 10.
        """
        holders = [file for file in self._paths if file.suffix == ".ttl" and _names(file, focus, value)]
        for test in _tests(focus, path, value):
            found = _limited((file, line) for file in holders if (line := _first_line(self._read(file), test)))
            if found:
                return found
        return ()


def _limited(found: Iterator[tuple[Path, int]]) -> tuple[tuple[Path, int], ...]:
    return tuple(place for place, _ in zip(found, range(_MOST), strict=False))


def _names(file: Path, focus: str, value: str) -> bool:
    """Whether a file names a thing; the last part of its IRI, which is there however it is written, is sought first."""
    iris = [term[1:-1] for term in (focus, value) if term.startswith("<")]
    content = read_bytes(file)
    if not iris:
        return True
    if not any(iri.replace("#", "/").rpartition("/")[2].encode() in content for iri in iris):
        return False
    nodes = {ox.NamedNode(iri) for iri in iris}
    return any(not nodes.isdisjoint((quad.subject, quad.predicate, quad.object)) for quad in parse_quads(file))


def _tests(focus: str, path: str, value: str) -> Iterator[Callable[[_Triple], bool]]:
    thing, predicate, obj = (from_n3(term) if term and term != ANY_BLANK else None for term in (focus, path, value))
    if focus == ANY_BLANK:
        yield lambda triple: isinstance(triple[0], BNode) and triple[1:] == (predicate, obj)
        return
    wrong = obj if not path and value.startswith("<") else thing
    yield lambda triple: triple == (thing, predicate, obj)
    yield lambda triple: triple[0] == wrong
    if wrong != thing:
        yield lambda triple: triple[1] == wrong or triple[1:] == (RDF.type, wrong)
    yield lambda triple: triple[0] == thing
    yield lambda triple: triple[2] == thing


def _first_line(file: SourceFile, test: Callable[[_Triple], bool]) -> int:
    return min((line for triple, line in file.lines.items() if test(triple)), default=0)
