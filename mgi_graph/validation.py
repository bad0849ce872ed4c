"""Holds the graph against the shapes, and says of each violation what is wrong, where, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from mgi_graph.constraints import Constraint, constraints_of
from mgi_graph.namespaces import shorten
from mgi_graph.places import ANY_BLANK, Places
from mgi_graph.shapes import read_shapes
from mgi_graph.sources import parse_quads


@dataclass(frozen=True)
class Violation:
    """One breach of a shape.

    Attributes:
        severity: "Violation", "Warning" or "Info".
        focus: the thing that is wrong, as a short name; "[]" where it has no IRI.
        path: the property or property path concerned, with short names; empty where the thing as a whole is.
        value: the value concerned, in Turtle; empty where a value is missing.
        shape: the shape that was broken, as a short name.
        messages: how to mend it: language ("en", "fr") and text.
        places: each file and line (from 1) where the thing or the statement stands.
        terms: the statement to look for in the files, as N-Triples: focus, path and value; empty what is not known.
    """

    severity: str
    focus: str
    path: str
    value: str
    shape: str
    messages: tuple[tuple[str, str], ...]
    places: tuple[tuple[Path, int], ...] = ()
    terms: tuple[str, str, str] = ("", "", "")

    def message(self, language: str) -> str:
        """How to mend it, in a language if it is said in that, else in another."""
        texts = dict(self.messages)
        return texts.get(language) or next(iter(texts.values()), "")


@dataclass(frozen=True)
class Report:
    """What a validation found: how much was read, and the violations (none: the graph conforms)."""

    files: int
    triples: int
    shapes: int
    violations: tuple[Violation, ...]

    @property
    def conforms(self) -> bool:
        """True where no result of severity Violation was found."""
        return not any(found.severity == "Violation" for found in self.violations)


@dataclass(frozen=True)
class Rules:
    """The constraints of some shapes, and how many shapes they come from."""

    constraints: tuple[Constraint, ...]
    shapes: int


def read_rules(shapes: Sequence[Path]) -> Rules:
    """Read SHACL shapes from Turtle files.

    Raises:
        SourceError: a file is missing or not Turtle, or a shape uses what is not known here.
    """
    read = read_shapes(shapes)
    return Rules(constraints_of(read), read.count)


def validate(paths: Sequence[Path], rules: Rules) -> Report:
    """Validate RDF files, taken as one graph.

    Raises:
        SourceError: a file is missing or malformed.
    """
    store = load(paths)
    found = set(violations(store, rules.constraints))
    return report(paths, len(store), rules, found)


def load(paths: Iterable[Path]) -> ox.Store:
    """Read files into the default graph of a store in memory.

    Raises:
        SourceError: a file is missing or malformed.
    """
    store = ox.Store()
    for path in paths:
        quads = parse_quads(path, rename_blank_nodes=True)
        store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return store


def violations(
    store: ox.Store, constraints: Iterable[Constraint], keep: Callable[[object], bool] = lambda _: True
) -> Iterator[Violation]:
    """What breaks constraints in the default graph of a store, without the places.

    Args:
        store: the graph.
        constraints: what must hold.
        keep: whether what is wrong with a thing is of interest.
    """
    for constraint in constraints:
        solutions = store.query(constraint.query)
        assert isinstance(solutions, ox.QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            row = dict(zip(names, solution, strict=True))
            if keep(row["this"]):
                yield _violation(store, constraint, row)


def report(paths: Sequence[Path], triples: int, rules: Rules, found: Iterable[Violation]) -> Report:
    """Put violations in order, each with its places in the files."""
    places = Places(paths)
    placed = (replace(violation, places=places.of(*violation.terms)) for violation in found)
    return Report(len(paths), triples, rules.shapes, tuple(sorted(placed, key=_order)))


def _violation(store: ox.Store, constraint: Constraint, row: Mapping[str, object]) -> Violation:
    focus, path, value = row["this"], row.get("path"), row.get("value")
    if value is None and constraint.of_node and constraint.is_query:
        value = focus
    names = {"this": _short(focus), "path": _short(path) or constraint.path, "value": _short(value)}
    along = str(path or constraint.property or "")
    terms = (str(focus), along, "" if constraint.path and not along else str(value or ""))
    return Violation(
        severity=constraint.severity,
        focus=names["this"],
        path=names["path"],
        value=names["value"],
        shape=shorten(constraint.shape),
        messages=tuple((language, _fill(text, names)) for language, text in constraint.messages),
        terms=_witness(store, focus) if isinstance(focus, ox.BlankNode) else terms,
    )


def _witness(store: ox.Store, node: ox.BlankNode) -> tuple[str, str, str]:
    """The statement on a blank node that is made on the fewest others."""

    def shared(quad: ox.Quad) -> int:
        return sum(1 for _ in store.quads_for_pattern(None, quad.predicate, quad.object))

    said = (quad for quad in store.quads_for_pattern(node, None, None) if not isinstance(quad.object, ox.BlankNode))
    rarest = min(said, key=shared, default=None)
    return (ANY_BLANK, str(rarest.predicate), str(rarest.object)) if rarest else ("", "", "")


def _fill(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{[?$](\w+)\}", lambda match: values.get(match[1], match[0]), template)


def _short(term: object) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.BlankNode):
        return "[]"
    return shorten(term.value) if isinstance(term, ox.NamedNode) else str(term)


def _order(found: Violation) -> tuple[str, int, str, str, str]:
    path, line = found.places[0] if found.places else (Path(), 0)
    return (str(path), line, found.focus, found.shape, found.value)
