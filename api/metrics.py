"""What operations may watch: requests by route and status, connections in use, the log's position, the views' lag."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import cast

from flask import current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from projections.runtime import Runtime
from projections.work.effects import counts

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Positions(Collector):
    """Where the log and its views are at the moment of asking."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        head = self._runtime.log.head()
        yield GaugeMetricFamily("carnet_log_position", "Position of the last event in the log.", head)
        lag = GaugeMetricFamily(
            "carnet_projection_lag_events", "Events a view has not shown yet.", labels=["projection"]
        )
        for state in self._runtime.views.status(head):
            lag.add_metric([state.projection], state.behind)
        yield lag
        work = GaugeMetricFamily("carnet_effects", "Effects that are not done, by state.", labels=["state"])
        with self._runtime.reading() as connection:
            for name, count in counts(connection).items():
                work.add_metric([name], count)
        yield work


class Metrics:
    """The counters of one application; in several server processes their sum, through PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._own = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("carnet_requests", "Requests answered.", labels, registry=self._own)
        self._seconds = Histogram(
            "carnet_request_seconds", "Time to answer.", ("method", "route"), buckets=SECONDS, registry=self._own
        )
        self._connections = Gauge(
            "carnet_connections_in_use", "Database connections lent out after the last request of each process.",
            multiprocess_mode="livesum", registry=self._own,
        )  # fmt: skip

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
        stats = self._runtime.pool.get_stats()
        self._connections.set(stats.get("pool_size", 0) - stats.get("pool_available", 0))

    def text(self) -> bytes:
        """Everything in Prometheus's text form."""
        registry = self._own
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        positions = CollectorRegistry()
        positions.register(Positions(self._runtime))
        return generate_latest(registry) + generate_latest(positions)


def metrics() -> Metrics:
    """The counters of this application."""
    return cast(Metrics, current_app.extensions["carnet.metrics"])
