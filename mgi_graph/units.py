"""Splits the graph into parts whose shapes can be checked each on its own, with the same result as on the whole."""

# A local constraint (see `constraints`) reads all that is said of the thing it looks at, and some predicates of the
# things that this leads to. A thing that one file alone describes can so be checked in that file, with the surroundings
# of what the file names. Things that several files describe, such as treaties, are checked together, with all that is
# said of them.

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from mgi_graph.constraints import Constraint
from mgi_graph.sources import parse_quads


@dataclass(frozen=True)
class FileFacts:
    """IRIs of the things that a file describes, and of the others that it names."""

    described: frozenset[str]
    named: frozenset[str]


def read_facts(path: Path) -> FileFacts:
    """What the partition needs to know of a file.

    Raises:
        SourceError: it is missing or malformed.
    """
    subjects, objects = set(), set()
    for quad in parse_quads(path):
        if isinstance(quad.subject, ox.NamedNode):
            subjects.add(quad.subject.value)
        if isinstance(quad.object, ox.NamedNode):
            objects.add(quad.object.value)
    return FileFacts(frozenset(subjects), frozenset(objects - subjects))


def shared_things(facts: Mapping[Path, FileFacts]) -> frozenset[str]:
    """IRIs of the things that more than one file describes."""
    counted = Counter(iri for found in facts.values() for iri in found.described)
    return frozenset(iri for iri, number in counted.items() if number > 1)


def followed(constraints: Iterable[Constraint]) -> frozenset[str]:
    """IRIs of the predicates that local constraints read beyond the thing they look at."""
    return frozenset(iri for constraint in constraints if constraint.local for iri in constraint.follows)


def surroundings(store: ox.Store, things: Iterable[str], predicates: frozenset[str]) -> Iterator[ox.Quad]:
    """What the default graph of a store says of things by some predicates, of what these lead to by them, and so on."""
    nodes = [ox.NamedNode(predicate) for predicate in sorted(predicates)]
    seen: set[ox.NamedNode | ox.BlankNode] = set()
    ahead: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in things]
    while ahead:
        thing = ahead.pop()
        if thing not in seen:
            seen.add(thing)
            for predicate in nodes:
                for quad in store.quads_for_pattern(thing, predicate, None, ox.DefaultGraph()):
                    yield quad
                    if isinstance(quad.object, ox.NamedNode | ox.BlankNode):
                        ahead.append(quad.object)


def commons(store: ox.Store, things: Iterable[str], predicates: frozenset[str]) -> Iterator[ox.Quad]:
    """All that the default graph of a store says of things, with the surroundings of what it leads to."""
    led_to = set()
    for iri in things:
        for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph()):
            yield quad
            if isinstance(quad.object, ox.NamedNode):
                led_to.add(quad.object.value)
    yield from surroundings(store, sorted(led_to), predicates)
