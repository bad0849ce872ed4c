"""Reads SHACL shapes into a structure, and refuses by name what it does not know, so that nothing passes unchecked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from mgi_graph.errors import SourceError
from mgi_graph.namespaces import RDF, SH, shorten
from mgi_graph.sources import parse_quads

Node: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Facts: TypeAlias = dict[Node, dict[str, list[Node]]]

_SAID = {
    "path",
    "severity",
    "message",
    "name",
    "description",
    "order",
    "group",
    "declare",
    "prefixes",
    "flags",
    "deactivated",
}
_TARGETS = {"targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"}
_TERMS = {
    *("class", "datatype", "nodeKind", "minCount", "maxCount", "minInclusive", "maxInclusive", "minExclusive"),
    *("maxExclusive", "minLength", "maxLength", "pattern", "uniqueLang", "equals", "disjoint", "lessThan"),
    *("lessThanOrEquals", "hasValue", "qualifiedMinCount", "qualifiedMaxCount"),
}
_LISTS = {"in", "languageIn"}
_SHAPES = {"not", "node", "property", "qualifiedValueShape"}
_SHAPE_LISTS = {"and", "or"}
_ALONE = {"sparql", "uniqueLang"}
_KNOWN = _SAID | _TARGETS | _TERMS | _LISTS | _SHAPES | _SHAPE_LISTS | {"sparql"}

_MOST = 9
"""A count is checked by so many variables that must differ, so it stays small."""


@dataclass(frozen=True)
class PropertyPath:
    """A SHACL property path (SHACL, section 2.3.1).

    Attributes:
        sparql: the path in SPARQL, with whole IRIs.
        text: the same for people, with prefixes.
        first: IRIs of the predicates that are read at the node where it begins.
        later: IRIs of the predicates that are read at nodes further on.
        forward: whether it only goes from subject to object.
    """

    sparql: str
    text: str
    first: frozenset[str]
    later: frozenset[str]
    forward: bool


@dataclass(frozen=True)
class Select:
    """A SPARQL constraint (SHACL, section 5): its prologue, its variables, and what stands in its WHERE."""

    prologue: str
    variables: str
    pattern: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One constraint parameter of a shape, with its value: terms, shapes, or a query."""

    name: str
    terms: tuple[Node, ...] = ()
    shapes: tuple[Shape, ...] = ()
    select: Select | None = None
    flags: str = ""


@dataclass(frozen=True)
class Shape:
    """A shape: where it looks (`targets`: parameter and term), along which path, and what must hold there."""

    iri: str
    targets: tuple[tuple[str, Node], ...]
    path: PropertyPath | None
    parts: tuple[Part, ...]
    severity: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shapes:
    """All shapes of some files that have targets of their own; `count` is how many are named."""

    shapes: tuple[Shape, ...]
    count: int


def read_shapes(paths: Sequence[Path]) -> Shapes:
    """Read the shapes of Turtle files, taken as one graph.

    Raises:
        SourceError: a file is missing or not Turtle, or a shape uses what is not known here.
    """
    return _Reader(paths).read()


class _Reader:
    """Walks the graph of the shapes."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._facts: Facts = defaultdict(lambda: defaultdict(list))
        for number, path in enumerate(paths):
            for quad in parse_quads(path, rename_blank_nodes=True):
                assert isinstance(quad.subject, ox.NamedNode | ox.BlankNode), number
                assert isinstance(quad.object, Node)
                values = self._facts[quad.subject][quad.predicate.value]
                if quad.object not in values:
                    values.append(quad.object)

    def read(self) -> Shapes:
        aimed = [node for node, said in self._facts.items() if any(SH + target in said for target in _TARGETS)]
        kinds = {ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape")}
        named = [node for node, said in self._facts.items() if kinds & set(said.get(RDF + "type", ()))]
        return Shapes(tuple(self._shape(node) for node in aimed if not self._is_off(node)), len(named))

    def _is_off(self, node: Node) -> bool:
        return any(value.value == "true" for value in self._objects(node, "deactivated"))

    def _shape(self, node: Node) -> Shape:
        self._refuse_unknown(node)
        paths = self._objects(node, "path")
        severity = next((value.value for value in self._objects(node, "severity")), SH + "Violation")
        return Shape(
            iri=node.value if isinstance(node, ox.NamedNode) else "",
            targets=tuple((name, value) for name in sorted(_TARGETS) for value in self._objects(node, name)),
            path=self._path(paths[0]) if paths else None,
            parts=tuple(self._parts(node)),
            severity=severity.rpartition("#")[2],
            messages=self._messages(node),
        )

    def _refuse_unknown(self, node: Node) -> None:
        used = {predicate.removeprefix(SH) for predicate in self._facts[node] if predicate.startswith(SH)}
        if unknown := sorted(used - _KNOWN):
            raise self._refusal(node, f"sh:{unknown[0]} is not known here")

    def _refusal(self, node: Node, problem: str) -> SourceError:
        name = f"the shape {shorten(node.value)}" if isinstance(node, ox.NamedNode) else "a shape without an IRI"
        return SourceError(
            self._paths[0].parent, f"{name} cannot be used: {problem}", "Say it with what the other shapes use."
        )

    def _parts(self, node: Node) -> Iterator[Part]:
        for predicate, values in self._facts[node].items():
            name = predicate.removeprefix(SH)  # a foreign predicate keeps its namespace, and is no constraint
            if name in _TERMS | _LISTS:
                yield from (self._plain(node, name, value) for value in values)
            elif name in _SHAPES | _SHAPE_LISTS:
                yield from (self._nested(name, value) for value in values if not self._is_off(value))
            elif name == "sparql":
                yield from (Part(name, select=self._select(node, value)) for value in values)

    def _plain(self, node: Node, name: str, value: Node) -> Part:
        if name in _LISTS:
            return Part(name, terms=tuple(self._list(value)))
        if name.endswith("Count") and int(value.value) > _MOST:
            raise self._refusal(node, f"sh:{name} above {_MOST} is not known here")
        return Part(name, terms=(value,), flags="".join(flags.value for flags in self._objects(node, "flags")))

    def _nested(self, name: str, value: Node) -> Part:
        if name == "property":
            return Part(name, shapes=(self._shape(value),))
        values = self._list(value) if name in _SHAPE_LISTS else (value,)
        return Part(name, shapes=tuple(self._inner(inner) for inner in values))

    def _inner(self, node: Node) -> Shape:
        """A shape that is asked whether a node conforms, and reports nothing."""
        shape = self._shape(node)
        if hard := sorted({part.name for part in shape.parts} & _ALONE):
            raise self._refusal(node, f"sh:{hard[0]} within sh:not, sh:and, sh:or and the like is not known here")
        return shape

    def _path(self, node: Node) -> PropertyPath:
        if isinstance(node, ox.NamedNode):
            return PropertyPath(str(node), shorten(node.value), frozenset({node.value}), frozenset(), True)
        said = self._facts[node]
        if RDF + "first" in said:
            return _joined("/", [self._path(step) for step in self._list(node)])
        if alternatives := said.get(SH + "alternativePath"):
            return _joined("|", [self._path(step) for step in self._list(alternatives[0])])
        if inverse := said.get(SH + "inversePath"):
            step = self._path(inverse[0])
            return PropertyPath(f"^{step.sparql}", f"^{step.text}", step.first, step.later, False)
        raise self._refusal(node, "its sh:path is not known here")

    def _select(self, shape: Node, node: Node) -> Select:
        text = self._objects(node, "select")
        body = text[0].value.strip() if text else ""
        head, _, rest = body.partition("WHERE")
        variables = head.removeprefix("SELECT").replace("DISTINCT", "").split()
        pattern = rest.strip()
        if not (body.startswith("SELECT") and pattern.startswith("{") and pattern.endswith("}")):
            raise self._refusal(shape, "its query is not of the form SELECT … WHERE { … }")
        if unknown := set(variables) - {"$this", "?this", "?value", "?path"}:
            raise self._refusal(shape, f"its query selects {', '.join(sorted(unknown))}")
        kept = " ".join(name for name in variables if name in ("?value", "?path"))
        return Select(self._prologue(node), kept, pattern[1:-1], self._messages(node))

    def _prologue(self, node: Node) -> str:
        lines = [
            f"PREFIX {self._objects(declared, 'prefix')[0].value}: <{self._objects(declared, 'namespace')[0].value}>"
            for owner in self._objects(node, "prefixes")
            for declared in self._objects(owner, "declare")
        ]
        return "".join(f"{line}\n" for line in sorted(lines))

    def _messages(self, node: Node) -> tuple[tuple[str, str], ...]:
        texts = [text for text in self._objects(node, "message") if isinstance(text, ox.Literal)]
        return tuple((text.language or "en", text.value) for text in texts)

    def _objects(self, node: Node, name: str) -> list[Node]:
        return self._facts[node].get(SH + name, []) if node in self._facts else []

    def _list(self, head: Node) -> Iterator[Node]:
        while head != ox.NamedNode(RDF + "nil"):
            yield self._facts[head][RDF + "first"][0]
            head = self._facts[head][RDF + "rest"][0]


def _joined(sign: str, steps: Sequence[PropertyPath]) -> PropertyPath:
    ahead = steps[:1] if sign == "/" else steps
    first = frozenset(iri for step in ahead for iri in step.first)
    later = frozenset(iri for step in steps for iri in (step.later if step in ahead else step.first | step.later))
    sparql, text = (sign.join(words) for words in zip(*((step.sparql, step.text) for step in steps), strict=True))
    return PropertyPath(f"({sparql})", f"({text})", first, later, all(step.forward for step in steps))
