"""Keeps ready, for each version of the data, what is made from the whole network."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock, RLock
from typing import Any, TypeVar

from cachetools import Cache, LRUCache, TTLCache

from mgi_graph.centrality import Centrality, measure
from mgi_graph.engine.result import Engine
from mgi_graph.namespaces import MGI
from mgi_graph.network import Network, read_network
from mgi_graph.search import Named, things
from mgi_graph.selection import Selection, View, select
from mgi_graph.surveys import MandateMap, Surveys, map_mandates, read_surveys

_KEPT = 128
_SECONDS_WITHOUT_A_VERSION = 600

Made = TypeVar("Made")


@dataclass(frozen=True)
class Measured:
    """What is shown of a network, and how its things stand in it, by IRI."""

    view: View
    measures: dict[str, Centrality]


class Explorer:
    """The network of a store, its surveys and its views, each made once.

    What is kept belongs to the version that the store tells of; of a store that tells none it is made anew every ten
    minutes. Not more than a bounded number of views is kept.

    Args:
        engine: the store.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        tells = "version" in engine.describe()
        self._kept: Cache[Hashable, Any] = LRUCache(_KEPT) if tells else TTLCache(_KEPT, _SECONDS_WITHOUT_A_VERSION)
        self._lock, self._reading = Lock(), RLock()

    @property
    def version(self) -> str:
        """The version of the data; empty where the store tells none."""
        return self.engine.describe().get("version", "")

    @property
    def network(self) -> Network:
        """All things and links."""
        with self._reading:
            return self.keep("network", lambda: read_network(self.engine))

    @property
    def surveys(self) -> Surveys:
        """Tasks, acts, moments, coverage."""
        with self._reading:
            return self.keep("surveys", lambda: read_surveys(self.engine, self.network))

    @property
    def things(self) -> list[Named]:
        """The things of the network with all their names."""

        def make() -> list[Named]:
            return [thing for thing in things(self.engine, MGI + "Entity") if thing.iri in self.network.nodes]

        with self._reading:
            return self.keep("things", make)

    @property
    def mandates(self) -> MandateMap:
        """Bodies against instruments."""
        return self.keep("mandates", lambda: map_mandates(self.network))

    def measured(self, selection: Selection) -> Measured:
        """What a selection shows, with its measures."""

        def make() -> Measured:
            view = select(self.network, selection)
            return Measured(view, measure(view))

        return self.keep(selection, make)

    def keep(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What has this name in the version that the store has now; made if it is not there yet."""
        key = (self.version, name)
        with self._lock:
            if key in self._kept:
                kept: Made = self._kept[key]
                return kept
        made = make()
        with self._lock:
            self._kept[key] = made
        return made
