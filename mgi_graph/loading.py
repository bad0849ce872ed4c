"""Loads a snapshot into a store elsewhere, so that whoever asks it meanwhile is never told half of it as the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
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
_PART_BYTES = 2**18
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
    sizes = _sizes(snapshot)
    gone = sorted(set(holding.graphs_in(engine)) - sizes.keys())
    (_replace_at_one_stroke if store.update_url else _replace_one_by_one)(store, snapshot, gone, progress)
    progress("holding what the store says against what was sent")
    holding.check(engine, snapshot)
    del sizes[LOADED]
    return Loaded(snapshot.version, sizes, bool(store.update_url))


def write(snapshot: Snapshot, path: Path) -> int:
    """Write all that a store elsewhere is to hold as N-Quads, for its own bulk loader; gives the number of quads.

    Raises:
        OSError: the file cannot be written.
    """
    quads = (
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(iri))
        for iri in _sizes(snapshot)
        for triple in _triples(snapshot, iri)
    )
    with path.open("wb") as output:
        ox.serialize(quads, output, ox.RdfFormat.N_QUADS)
    return sum(_sizes(snapshot).values())


def _sizes(snapshot: Snapshot) -> dict[str, int]:
    """The triples of each graph, in the order of being put in place; last comes what says that all are there."""
    return {graph.iri: graph.triples for graph in snapshot.graphs} | {UNION: snapshot.triples, LOADED: 1}


def _triples(snapshot: Snapshot, iri: str) -> Iterator[ox.Triple]:
    if iri == LOADED:
        yield ox.Triple(ox.NamedNode(UNION), ox.NamedNode(OWL + "versionInfo"), ox.Literal(snapshot.version))
        return
    graph = ox.DefaultGraph() if iri == UNION else ox.NamedNode(iri)
    for quad in snapshot.open().quads_for_pattern(None, None, None, graph):
        yield quad.triple


def _replace_at_one_stroke(store: Store, snapshot: Snapshot, gone: Sequence[str], progress: Progress) -> None:
    """Write the graphs aside, then move all of them into place by one request."""
    sizes = _sizes(snapshot)
    aside = {iri: iri.replace(GRAPH, GRAPH + "staging/", 1) for iri in sizes}
    for iri, size in sizes.items():
        progress(f"sending <{iri}>, {size} triples")
        if store.graph_store_url:
            _put(store, aside[iri], _triples(snapshot, iri))
        else:
            _insert(store, aside[iri], _triples(snapshot, iri))
    progress("putting them in place")
    steps = [f"DROP SILENT GRAPH <{iri}>" for iri in (LOADED, *gone)]
    steps += [f"MOVE <{place}> TO <{iri}>" for iri, place in aside.items()]
    update(store, " ;\n".join(steps), _BOUNDS, again=False)


def _replace_one_by_one(store: Store, snapshot: Snapshot, gone: Sequence[str], progress: Progress) -> None:
    for iri in (LOADED, *gone):
        _delete(store, iri)
    for iri, size in _sizes(snapshot).items():
        progress(f"sending <{iri}>, {size} triples")
        _put(store, iri, _triples(snapshot, iri))


class _Parts:
    """A file as the body of a request: read in parts, and from its beginning again whenever it is sent again."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        return iter(partial(self._file.read, _PART_BYTES), b"")


def _put(store: Store, iri: str, triples: Iterable[ox.Triple]) -> None:
    """Replace a graph (Graph Store Protocol, section 5.3); twice does no harm. It is written to a file on its way."""
    with TemporaryFile() as file:
        ox.serialize(triples, file, ox.RdfFormat.N_TRIPLES)
        headers = {"Content-Type": _TURTLE, "Content-Length": str(file.tell()), "User-Agent": "mgi-graph"}
        request = Request(store.place(iri), _Parts(file), headers, method="PUT")
        send(store, request, _BOUNDS, again=True)


def _delete(store: Store, iri: str) -> None:
    request = Request(store.place(iri), headers={"User-Agent": "mgi-graph"}, method="DELETE")
    send(store, request, _BOUNDS, again=True, missing=True)


def _insert(store: Store, iri: str, triples: Iterable[ox.Triple]) -> None:
    """Write a graph anew by updates, in parts; triples that share blank nodes go together.

    Virtuoso takes no blank nodes in INSERT DATA; as the template of INSERT with one empty solution they mean the same.
    """
    update(store, f"DROP SILENT GRAPH <{iri}>", _BOUNDS, again=True)
    blank, part = list[ox.Triple](), list[ox.Triple]()

    def send_part() -> None:
        update(store, f"INSERT DATA {_written(iri, part)}", _BOUNDS, again=True)
        part.clear()

    for triple in triples:
        (blank if _is_blank(triple) else part).append(triple)
        if len(part) == _AT_ONCE:
            send_part()
    if part:
        send_part()
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
