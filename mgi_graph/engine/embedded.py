"""Answers queries from a snapshot, on disk or in memory, through pyoxigraph."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pyoxigraph as ox

from mgi_graph.engine import standard
from mgi_graph.engine.reading import dataset_of, parse, refusal, refuse
from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset, Outline, outline
from mgi_graph.errors import QueryError
from mgi_graph.namespaces import BASE
from mgi_graph.snapshot import Snapshot

_MERGED_KEPT = 4

Native = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class EmbeddedEngine:
    """A snapshot that answers. Its default graph is what the snapshot says; each triple counts once, also under FROM.

    Relative IRIs of a query are resolved against the base of the graph's IRIs, whatever address it was asked at.

    Args:
        snapshot: an open snapshot.
        allowed_services: the endpoints that SERVICE may call, by absolute IRI. A query names them in angle brackets.
        in_memory: the store of the snapshot where that was read into memory; else the one on disk answers.
    """

    def __init__(
        self, snapshot: Snapshot, allowed_services: frozenset[str] = frozenset(), in_memory: ox.Store | None = None
    ) -> None:
        self.snapshot = snapshot
        self._store = snapshot.open() if in_memory is None else in_memory
        self._services = frozenset(f"<{iri}>" for iri in allowed_services)
        self._merged = lru_cache(maxsize=_MERGED_KEPT)(self._merge)

    def describe(self) -> Mapping[str, str]:
        """Version and size of the snapshot."""
        return {"store": "embedded", "version": self.snapshot.version, "triples": str(self.snapshot.triples)}

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`."""
        text = standard.unescaped(text)
        seen = outline(text)
        refuse(seen, self._services)
        try:
            return Answer(self._ask(seen, dataset))
        except SyntaxError as error:
            raise refusal(seen, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"The query cannot be answered: {error}") from None

    def _ask(self, seen: Outline, dataset: Dataset | None) -> Native:
        text = standard.plain_concatenations(seen.text)
        if text != seen.text:
            parse(seen)  # a mistake is to be found where the author made it
        if dataset:
            return self._ask_dataset(text, dataset, True)
        return (
            self._ask_dataset(text, dataset_of(seen), False) if seen.clauses else self._store.query(text, base_iri=BASE)
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
