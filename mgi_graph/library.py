"""Reads the whole documents of a snapshot from its dumps: the ontology, the shapes, the named graphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from mgi_graph import turtle
from mgi_graph.description import Text
from mgi_graph.dumps import Dump
from mgi_graph.engine.result import Term
from mgi_graph.exports import Format, serialize_triples
from mgi_graph.metadata import GRAPH_FILES, graph_description
from mgi_graph.namespaces import OWL, RDF, SH, SHAPES
from mgi_graph.snapshot import GraphFacts, Snapshot
from mgi_graph.sources import parse_quads

ONTOLOGY_FILE = "ontology/mgi.ttl"
SHAPES_FILE = "shapes.ttl"
_KEPT = 4


@dataclass(frozen=True)
class Shape:
    """A shape as a reader needs it: the part of its IRI after "#", names and messages by language, what it looks at."""

    anchor: str
    kind: str
    names: tuple[Text, ...]
    messages: tuple[Text, ...]
    targets: tuple[str, ...]
    paths: tuple[str, ...]
    parts: tuple[str, ...]


class Library:
    """The documents of a snapshot.

    Args:
        snapshot: one that has dumps.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._dumps = {dump.name: dump for dump in snapshot.dumps}

    def find(self, name: str) -> Dump | None:
        """The dump of this name."""
        return self._dumps.get(name)

    def path(self, name: str) -> Path:
        """Where a dump lies."""
        return self.snapshot.dump_path(self._dumps[name])

    def triples(self, name: str) -> tuple[ox.Triple, ...]:
        """What a dump says."""
        return _read(self.path(name))

    @cached_property
    def ontology_versions(self) -> tuple[str, ...]:
        """The version IRIs of the ontology."""
        found = (triple for triple in self.triples(ONTOLOGY_FILE) if triple.predicate.value == OWL + "versionIRI")
        return tuple(triple.object.value for triple in found if isinstance(triple.object, ox.NamedNode))

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes, each whole one before its parts, in the order of their IRIs."""
        index: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.triples(SHAPES_FILE):
            if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.Triple):
                index[triple.subject.value][triple.predicate.value].append(triple.object)
        shapes = (_shape(iri, said) for iri, said in index.items() if iri.startswith(SHAPES))
        return tuple(sorted(shapes, key=lambda shape: (shape.anchor.casefold(), shape.anchor)))

    def graph(self, iri: str) -> GraphFacts | None:
        """What is known of a named graph."""
        return next((facts for facts in self.snapshot.graphs if facts.iri == iri), None)

    def graph_dump(self, facts: GraphFacts) -> str:
        """The dump that holds a named graph."""
        return facts.file or GRAPH_FILES[facts.iri]

    def graph_quads(self, facts: GraphFacts, address: str) -> list[ox.Quad]:
        """A named graph, with its description before it in the default graph."""
        graph = ox.NamedNode(facts.iri)
        about = graph_description(self.snapshot, facts, address)
        described = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in about]
        content = self.triples(self.graph_dump(facts))
        return [*described, *(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in content)]


def serialize(content: Sequence[ox.Quad] | Sequence[ox.Triple], form: Format) -> bytes:
    """Write triples or quads; of quads, in a format that knows no named graphs, the triples, each once.

    Raises:
        FormatError: as `exports.serialize_triples`.
    """
    assert isinstance(form.native, ox.RdfFormat)
    if form.native not in (ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS):
        content = list(dict.fromkeys(item.triple if isinstance(item, ox.Quad) else item for item in content))
        if form.native == ox.RdfFormat.RDF_XML:
            return serialize_triples(content, form)
    return turtle.serialize(content, form.native)


@lru_cache(_KEPT)
def _read(path: Path) -> tuple[ox.Triple, ...]:
    return tuple(dict.fromkeys(quad.triple for quad in parse_quads(path)))


def _shape(iri: str, said: Mapping[str, Sequence[Term]]) -> Shape:
    def local(name: str) -> tuple[str, ...]:
        return tuple(term.value for term in said.get(SH + name, ()) if isinstance(term, ox.NamedNode))

    def texts(name: str) -> tuple[Text, ...]:
        found = (term for term in said.get(SH + name, ()) if isinstance(term, ox.Literal))
        return tuple(Text(term.value, term.language or "") for term in found)

    kinds = (term.value.rpartition("#")[2] for term in said.get(RDF + "type", ()))
    targets = (local("targetClass"), local("targetSubjectsOf"), local("targetObjectsOf"), local("targetNode"))
    return Shape(
        anchor=iri.removeprefix(SHAPES),
        kind=next(kinds, ""),
        names=texts("name"),
        messages=texts("message"),
        targets=tuple(target for group in targets for target in group),
        paths=local("path"),
        parts=tuple(part.removeprefix(SHAPES) for part in local("property") if part.startswith(SHAPES)),
    )
