"""Answers queries from a snapshot on disk through pyoxigraph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import pyoxigraph as ox

from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset, outline
from mgi_graph.errors import QueryError, QuerySyntaxError, UpdateRefusedError
from mgi_graph.snapshot import Snapshot

_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_MERGED_KEPT = 4


class EmbeddedEngine:
    """A snapshot that answers. Its default graph is what the snapshot says; each triple counts once, also under FROM.

    Args:
        snapshot: an open snapshot.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._store = snapshot.open()
        self._merged = lru_cache(maxsize=_MERGED_KEPT)(self._merge)

    def describe(self) -> Mapping[str, str]:
        """Version and size of the snapshot."""
        return {"store": "embedded", "version": self.snapshot.version, "triples": str(self.snapshot.triples)}

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`."""
        seen = outline(text)
        if seen.form == "UPDATE":
            raise UpdateRefusedError("Updates are refused: the graph can only be asked.", "Send a SPARQL 1.1 query.")
        if seen.calls_service:
            raise QueryError("SERVICE is refused: this endpoint calls no other.", "Ask the other endpoint yourself.")
        try:
            return Answer(self._ask(text, dataset or seen.dataset, bool(dataset)))
        except SyntaxError as error:
            raise _syntax_error(text, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"The query cannot be answered: {error}") from None

    def _ask(
        self, text: str, dataset: Dataset, override: bool
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in dataset.named]
        if len(set(dataset.default)) > 1:
            store = self._merged(frozenset(dataset.default), frozenset(dataset.named))
            return store.query(text, default_graph=ox.DefaultGraph(), named_graphs=named)
        if override:
            default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [
                ox.NamedNode(iri) for iri in dataset.default
            ]
            return self._store.query(text, default_graph=default, named_graphs=named)
        return self._store.query(text)

    def _merge(self, default: frozenset[str], named: frozenset[str]) -> ox.Store:
        merged = ox.Store()
        for iri in default:
            found = self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
            merged.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in found)
        for iri in named:
            merged.bulk_extend(self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
        return merged


def _syntax_error(text: str, message: str) -> QuerySyntaxError:
    match = _POSITION.match(message)
    if not match:
        return QuerySyntaxError(message)
    line, column, problem = int(match[1]), int(match[2]), " ".join(match[3].split())
    lines = text.splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1]
    return QuerySyntaxError(f"{problem}\n  {shown}\n  {' ' * (column - 1)}^", line, column)
