"""What the server counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from mgi_graph.engine.workers import WorkerPool

__all__ = ["CONTENT_TYPE", "Metrics"]
_METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Metrics:
    """Counters of one server, in a registry of their own.

    Args:
        version: of the snapshot that is served.
        pool: whose work is shown.
    """

    def __init__(self, version: str, pool: WorkerPool) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("mgi_graph_requests", "Requests.", ["route", "method", "status"], registry=registry)
        self._request: dict[tuple[str, str, int], Counter] = {}
        self.evaluation = Histogram(
            "mgi_graph_query_seconds", "Time that queries took, waiting included.", buckets=_BUCKETS, registry=registry
        )
        cache = Counter("mgi_graph_cache", "Queries by what the cache held.", ["outcome"], registry=registry)
        self.hits, self.misses = cache.labels("hit"), cache.labels("miss")
        self.failures = Counter("mgi_graph_query_failures", "Queries that failed.", ["error"], registry=registry)
        busy = Gauge("mgi_graph_evaluators_busy", "Queries that are evaluated now.", registry=registry)
        busy.set_function(lambda: pool.busy)
        waiting = Gauge("mgi_graph_queries_waiting", "Queries that wait for an evaluator.", registry=registry)
        waiting.set_function(lambda: pool.queued)
        info = Gauge("mgi_graph_snapshot_info", "The snapshot that is served.", ["version"], registry=registry)
        info.labels(version).set(1)

    def count(self, route: str, method: str, status: int) -> None:
        """Count a request."""
        key = (route, method if method in _METHODS else "other", status)
        counter = self._request.get(key)
        if counter is None:
            counter = self._request[key] = self._requests.labels(*map(str, key))
        counter.inc()

    def render(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
