"""Answers queries from a snapshot on disk through pyoxigraph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import pyoxigraph as ox

from mgi_graph.engine import standard
from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset, Outline, outline, place
from mgi_graph.errors import QueryError, QuerySyntaxError, ServiceRefusedError, UpdateRefusedError
from mgi_graph.namespaces import BASE
from mgi_graph.snapshot import Snapshot

_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_MERGED_KEPT = 4
_NOTHING = ox.Store()

Native = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class EmbeddedEngine:
    """A snapshot that answers. Its default graph is what the snapshot says; each triple counts once, also under FROM.

    Relative IRIs of a query are resolved against the base of the graph's IRIs, whatever address it was asked at.

    Args:
        snapshot: an open snapshot.
        allowed_services: the endpoints that SERVICE may call, by absolute IRI. A query names them in angle brackets.
    """

    def __init__(self, snapshot: Snapshot, allowed_services: frozenset[str] = frozenset()) -> None:
        self.snapshot = snapshot
        self._store = snapshot.open()
        self._services = frozenset(f"<{iri}>" for iri in allowed_services)
        self._merged = lru_cache(maxsize=_MERGED_KEPT)(self._merge)

    def describe(self) -> Mapping[str, str]:
        """Version and size of the snapshot."""
        return {"store": "embedded", "version": self.snapshot.version, "triples": str(self.snapshot.triples)}

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`."""
        text = standard.unescaped(text)
        seen = outline(text)
        self._refuse(seen)
        try:
            return Answer(self._ask(seen, dataset))
        except SyntaxError as error:
            raise _refusal(seen, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"The query cannot be answered: {error}") from None

    def _refuse(self, seen: Outline) -> None:
        called = [endpoint for endpoint in seen.services if endpoint not in self._services]
        if called:
            raise ServiceRefusedError(
                "SERVICE is refused: this endpoint does not call others.",
                f"Ask {called[0] or 'the other endpoint'} yourself, and put what it says into VALUES.",
            )
        if seen.extension:
            line, column = place(seen.text, seen.extension.start)
            shown = f"{seen.extension.text} is of an extension\n{_pointer(seen.text, line, column)}"
            raise QuerySyntaxError(shown, line, column)

    def _ask(self, seen: Outline, dataset: Dataset | None) -> Native:
        text = standard.plain_concatenations(seen.text)
        if text != seen.text:
            _NOTHING.query(seen.text, base_iri=BASE)  # a mistake is to be found where the author made it
        if dataset:
            return self._ask_dataset(text, dataset, True)
        return (
            self._ask_dataset(text, _dataset(seen), False) if seen.clauses else self._store.query(text, base_iri=BASE)
        )

    def _ask_dataset(self, text: str, dataset: Dataset, override: bool) -> Native:
        named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in dataset.named]
        distinct = dict.fromkeys(dataset.default)
        if len(distinct) > 1:
            store = self._merged(frozenset(dataset.default), frozenset(dataset.named))
            return store.query(text, base_iri=BASE, default_graph=ox.DefaultGraph(), named_graphs=named)
        if override or len(distinct) < len(dataset.default):
            default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in distinct]
            return self._store.query(text, base_iri=BASE, default_graph=default, named_graphs=named)
        return self._store.query(text, base_iri=BASE)

    def _merge(self, default: frozenset[str], named: frozenset[str]) -> ox.Store:
        merged = ox.Store()
        for iri in default:
            found = self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
            merged.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in found)
        for iri in named:
            merged.bulk_extend(self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
        return merged


def _dataset(seen: Outline) -> Dataset:
    """The dataset of the FROM clauses, their IRIs resolved by the parser itself; empty where one cannot be."""
    graphs = " ".join(graph for _, graph in seen.clauses)
    try:
        rows = _NOTHING.query(f"{seen.prologue} SELECT ?graph {{ VALUES ?graph {{ {graphs} }} }}", base_iri=BASE)
    except SyntaxError:
        return Dataset()  # the whole query will not do either
    assert isinstance(rows, ox.QuerySolutions)
    iris = [str(row["graph"].value) for row in rows]
    kinds = [kind for kind, _ in seen.clauses]
    found = {name: tuple(iri for iri, kind in zip(iris, kinds, strict=True) if kind == name) for name in set(kinds)}
    return Dataset(**found)


def _refusal(seen: Outline, message: str) -> QueryError:
    if seen.form == "UPDATE":
        return UpdateRefusedError("Updates are refused: the graph can only be asked.", "Send a SPARQL 1.1 query.")
    match = _POSITION.match(message)
    if not match:
        return QuerySyntaxError(message)
    line, column, problem = int(match[1]), int(match[2]), " ".join(match[3].split())
    return QuerySyntaxError(f"{problem}\n{_pointer(seen.text, line, column)}", line, column)


def _pointer(text: str, line: int, column: int) -> str:
    lines = text.splitlines() or [""]
    return f"  {lines[min(line, len(lines)) - 1]}\n  {' ' * (column - 1)}^"
