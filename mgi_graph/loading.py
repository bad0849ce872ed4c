"""Loads a snapshot into a store elsewhere, so that whoever asks it meanwhile is never told half of it as the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request

import pyoxigraph as ox

from mgi_graph.engine import holding
from mgi_graph.engine.holding import LOADED, UNION
from mgi_graph.engine.remote import RemoteEngine, send, update
from mgi_graph.engine.result import as_sparql
from mgi_graph.engine.wire import Bounds, Store
from mgi_graph.errors import StoreError
from mgi_graph.namespaces import GRAPH, OWL
from mgi_graph.snapshot import Progress, Snapshot

_BOUNDS = Bounds(seconds=600)
_AT_ONCE = 500
_TURTLE = "text/turtle"


@dataclass(frozen=True)
class Loaded:
    """What a load did: the version, the triples of each graph, and whether one update put all of them in place."""

    version: str
    graphs: dict[str, int]
    by_one_update: bool


def load(snapshot: Snapshot, store: Store, progress: Progress = lambda _: None) -> Loaded:
    """Replace what a store holds of the graph.

    With an update service all graphs are first written beside those that are there, and then put in their place by one
    request, which most stores carry out at one stroke. By the Graph Store Protocol alone, one graph after another is
    replaced; meanwhile the store does not say that it holds the graph, so that servers on it answer with an error.

    Args:
        snapshot: what is loaded.
        store: with an `update_url`, a `graph_store_url`, or both.
        progress: told of each step.

    Raises:
        StoreError: the store cannot be written, or does not hold afterwards what was sent.
    """
    if not (store.update_url or store.graph_store_url):
        raise StoreError(
            "Nothing says how the store is written.", "Name its Graph Store Protocol or its SPARQL Update service."
        )
    engine = RemoteEngine(store, bounds=_BOUNDS)
    old = set(holding.graphs_in(engine))
    contents = {iri: list(_triples(snapshot, iri)) for iri in _graphs(snapshot)}
    gone = sorted(old - contents.keys())
    (_replace_at_one_stroke if store.update_url else _replace_one_by_one)(store, contents, gone, progress)
    progress("holding what the store says against what was sent")
    holding.check(engine, snapshot)
    sizes = {iri: len(triples) for iri, triples in contents.items() if iri != LOADED}
    return Loaded(snapshot.version, sizes, bool(store.update_url))


def write(snapshot: Snapshot, path: Path) -> int:
    """Write all that a store elsewhere is to hold as N-Quads, for its own bulk loader; gives the number of quads.

    Raises:
        OSError: the file cannot be written.
    """
    quads = (
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(iri))
        for iri in _graphs(snapshot)
        for triple in _triples(snapshot, iri)
    )
    with path.open("wb") as output:
        ox.serialize(quads, output, ox.RdfFormat.N_QUADS)
    return snapshot.triples + sum(graph.triples for graph in snapshot.graphs) + 1


def _graphs(snapshot: Snapshot) -> tuple[str, ...]:
    """The graphs in the order in which they are put in place; last comes what says that all are there."""
    return (*(graph.iri for graph in snapshot.graphs), UNION, LOADED)


def _triples(snapshot: Snapshot, iri: str) -> Iterator[ox.Triple]:
    if iri == LOADED:
        yield ox.Triple(ox.NamedNode(UNION), ox.NamedNode(OWL + "versionInfo"), ox.Literal(snapshot.version))
        return
    graph = ox.DefaultGraph() if iri == UNION else ox.NamedNode(iri)
    for quad in snapshot.open().quads_for_pattern(None, None, None, graph):
        yield quad.triple


def _replace_at_one_stroke(
    store: Store, contents: dict[str, list[ox.Triple]], gone: Sequence[str], progress: Progress
) -> None:
    """Write the graphs aside, then move all of them into place by one request."""
    aside = {iri: iri.replace(GRAPH, GRAPH + "staging/", 1) for iri in contents}
    for iri, triples in contents.items():
        progress(f"sending <{iri}>, {len(triples)} triples")
        if store.graph_store_url:
            _put(store, aside[iri], triples)
        else:
            _insert(store, aside[iri], triples)
    progress("putting them in place")
    steps = [f"DROP SILENT GRAPH <{iri}>" for iri in (LOADED, *gone)]
    steps += [f"MOVE <{place}> TO <{iri}>" for iri, place in aside.items()]
    update(store, " ;\n".join(steps), _BOUNDS, again=False)


def _replace_one_by_one(
    store: Store, contents: dict[str, list[ox.Triple]], gone: Sequence[str], progress: Progress
) -> None:
    for iri in (LOADED, *gone):
        _delete(store, iri)
    for iri, triples in contents.items():
        progress(f"sending <{iri}>, {len(triples)} triples")
        _put(store, iri, triples)


def _put(store: Store, iri: str, triples: Sequence[ox.Triple]) -> None:
    """Replace a graph (Graph Store Protocol, section 5.3); twice does no harm."""
    body = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    request = Request(store.place(iri), body, {"Content-Type": _TURTLE, "User-Agent": "mgi-graph"}, method="PUT")
    send(store, request, _BOUNDS, again=True)


def _delete(store: Store, iri: str) -> None:
    request = Request(store.place(iri), headers={"User-Agent": "mgi-graph"}, method="DELETE")
    send(store, request, _BOUNDS, again=True, missing=True)


def _insert(store: Store, iri: str, triples: Sequence[ox.Triple]) -> None:
    """Write a graph anew by updates, in parts; triples that share blank nodes go together.

    Virtuoso takes no blank nodes in INSERT DATA; as the template of INSERT with one empty solution they mean the same.
    """
    update(store, f"DROP SILENT GRAPH <{iri}>", _BOUNDS, again=True)
    named = [triple for triple in triples if not _is_blank(triple)]
    blank = [triple for triple in triples if _is_blank(triple)]
    for start in range(0, len(named), _AT_ONCE):
        update(store, f"INSERT DATA {_written(iri, named[start : start + _AT_ONCE])}", _BOUNDS, again=True)
    if blank:
        update(store, f"INSERT {_written(iri, blank)} WHERE {{}}", _BOUNDS, again=False)


def _written(iri: str, triples: Sequence[ox.Triple]) -> str:
    lines = "\n".join(_statement(triple) for triple in triples)
    return f"{{ GRAPH <{iri}> {{\n{lines}\n}} }}"


def _statement(triple: ox.Triple) -> str:
    assert not isinstance(triple.object, ox.Triple)
    return f"{triple.subject} {triple.predicate} {as_sparql(triple.object)} ."


def _is_blank(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)
