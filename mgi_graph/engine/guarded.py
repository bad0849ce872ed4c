"""Asks a store elsewhere on behalf of strangers: only SPARQL 1.1, only the graphs and the version that are served."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

from mgi_graph.engine import standard
from mgi_graph.engine.holding import NOTHING, UNION, dataset, refuse_other_version, version_in
from mgi_graph.engine.reading import dataset_of, parse, refusal, refuse, without_dataset
from mgi_graph.engine.result import Answer, Engine
from mgi_graph.engine.syntax import Dataset, outline, tokens
from mgi_graph.errors import QueryError
from mgi_graph.namespaces import BASE

_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_CHECKED_SECONDS = 10.0


class GuardedEngine:
    """A store elsewhere as it may be shown to everybody.

    What the embedded store refuses is refused here, too, before the other store sees it: SERVICE, updates, functions
    that only some store has (to Virtuoso `bif:…`, to Jena `java:…` is code to run). A query reaches no other graphs
    than those of the version that is served.

    Args:
        engine: the store.
        version: what it must hold; looked after while it is asked.
        graphs: the named graphs of that version.
        services: the endpoints that SERVICE may call, by absolute IRI.
    """

    def __init__(
        self, engine: Engine, version: str, graphs: Iterable[str], services: frozenset[str] = frozenset()
    ) -> None:
        self._engine, self._version = engine, version
        self._ours = dataset(graphs)
        self._services = frozenset(f"<{iri}>" for iri in services)
        self._checked = float("-inf")

    def describe(self) -> Mapping[str, str]:
        """The version that the store holds; not where it is."""
        return {"store": "elsewhere", "version": self._version}

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`.

        Raises:
            StoreError: the store fails, or no longer holds the version that is served.
        """
        seen = outline(standard.unescaped(text))
        refuse(seen, self._services)
        try:
            parse(seen)
        except SyntaxError as error:
            raise refusal(seen, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"The query cannot be answered: {error}") from None
        self._look()
        asked = dataset or (dataset_of(seen) if seen.clauses else None)
        return self._engine.query(_absolute(without_dataset(seen)), self._within(asked))

    def _within(self, asked: Dataset | None) -> Dataset:
        """Of the graphs that a query names those that are served; one that holds nothing where none is left."""
        if asked is None:
            return self._ours
        known = {iri for iri in self._ours.named if iri != UNION}
        default, named = (tuple(iri for iri in iris if iri in known) for iris in (asked.default, asked.named))
        return Dataset(default or (NOTHING,), named or (NOTHING,))

    def _look(self) -> None:
        """Make sure, every few seconds, that the store still holds what is served."""
        if time.monotonic() - self._checked > _CHECKED_SECONDS:
            refuse_other_version(version_in(self._engine), self._version)
            self._checked = time.monotonic()


def _absolute(text: str) -> str:
    """The query with a base, where it has IRIs that need one."""
    relative = any(token.kind == "iri" and not _ABSOLUTE.match(token.text) for token in tokens(text))
    return f"BASE <{BASE}>\n{text}" if relative else text
