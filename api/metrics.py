"""What operations may watch: requests by route and status, connections in use, the log's position, the views' lag."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import cast

import psycopg
from flask import current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from projections.doctor.health import Facts, Figures, Health
from projections.runtime import Runtime
from projections.work.effects import counts

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Watched(Collector):
    """What health looks at, as figures at the moment of asking: they are there whatever hangs, as far as it answers."""

    def __init__(self, runtime: Runtime, health: Health) -> None:
        self._runtime = runtime
        self._health = health

    def collect(self) -> Iterator[Metric]:
        figures = self._health.figures()
        yield _labelled(
            "carnet_ready", "1 where a thing needed to serve is well.", "check",
            {check.name: float(check.is_well) for check in self._health.judged(figures) if check.needed},
        )  # fmt: skip
        facts = figures.facts
        yield GaugeMetricFamily("carnet_database_up", "1 when the database answers.", float(facts is not None))
        yield _labelled("carnet_disk_free_bytes", "Free bytes of the disk of a folder.", "folder", figures.disks)
        yield GaugeMetricFamily(
            "carnet_connections_waiting", "Requests that wait while every connection is in use.", figures.pool_waiting
        )
        if facts is not None:
            yield from _of_database(figures, facts)
            yield from self._effects()

    def _effects(self) -> Iterator[Metric]:
        """Through the pool: it answers, as the database does, or the figures are left out."""
        with suppress(psycopg.Error), self._runtime.pool.connection(timeout=0.2) as connection:
            found = counts(connection)
            yield _labelled("carnet_effects", "Effects that are not done, by state.", "state", found)


def _of_database(figures: Figures, facts: Facts) -> Iterator[Metric]:
    head = facts.head
    yield GaugeMetricFamily("carnet_database_read_only", "1 when it takes no writes.", float(facts.read_only))
    yield GaugeMetricFamily("carnet_log_position", "Position of the last event in the log.", head)
    refused = "Things found wrong that keep the log from being sealed."
    yield GaugeMetricFamily("carnet_sealing_faults", refused, len(facts.sealing))
    yield _labelled(
        "carnet_projection_lag_events", "Events a view has not shown yet; below 0: it is ahead of the log.",
        "projection", {name: head - position for name, position in facts.views.items()},
    )  # fmt: skip
    yield _labelled(
        "carnet_projection_stalled_seconds", "Seconds a view has stood still behind the log.", "projection",
        figures.views_still,
    )  # fmt: skip
    yield _labelled(
        "carnet_projection_unled_seconds", "Seconds for which nobody has kept a view.", "projection",
        figures.views_unled,
    )  # fmt: skip
    yield _labelled(
        "carnet_outside_halted", "1 for a view from outside that was halted, or a file that gives none.", "projection",
        {name: float(text != "ok") for name, text in facts.outside.items()},
    )  # fmt: skip
    yield _labelled(
        "carnet_process_lag_events", "Events a process has not seen yet; below 0: it is ahead of the log.",
        "process", {name: head - position for name, position in facts.processes.items()},
    )  # fmt: skip
    yield _labelled(
        "carnet_process_stalled_seconds", "Seconds a process has stood still behind the log.", "process",
        figures.processes_still,
    )  # fmt: skip
    yield GaugeMetricFamily(
        "carnet_relay_stalled_seconds", "Seconds for which an effect that is due was not handed out.",
        figures.relay_still,
    )  # fmt: skip
    replica = figures.replica
    lag = head - replica.position if replica else 0
    yield GaugeMetricFamily("carnet_replica_lag_events", "Events the replica's views do not show yet.", lag)
    yield GaugeMetricFamily(
        "carnet_replica_up", "1 when the replica follows.", float(bool(replica and replica.follows))
    )


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class Metrics:
    """The counters of one application; in several server processes their sum, through PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self, runtime: Runtime, health: Health) -> None:
        self._runtime = runtime
        self._health = health
        self._own = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("carnet_requests", "Requests answered.", labels, registry=self._own)
        self._seconds = Histogram(
            "carnet_request_seconds", "Time to answer.", ("method", "route"), buckets=SECONDS, registry=self._own
        )
        # What is counted of one route, looked up once: routes are few, and so is what they answer.
        self._answered = cache(lambda method, route, status: self._requests.labels(method, route, str(status)))
        self._took = cache(self._seconds.labels)
        self._connections = Gauge(
            "carnet_connections_in_use", "Database connections lent out after the last request of each process.",
            multiprocess_mode="livesum", registry=self._own,
        )  # fmt: skip

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request that was answered."""
        self._answered(method, route, status).inc()
        self._took(method, route).observe(seconds)
        stats = self._runtime.pool.get_stats()
        self._connections.set(stats.get("pool_size", 0) - stats.get("pool_available", 0))

    def text(self) -> bytes:
        """Everything in Prometheus's text form."""
        registry = self._own
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        watched = CollectorRegistry(auto_describe=False)
        watched.register(Watched(self._runtime, self._health))
        return generate_latest(registry) + generate_latest(watched)


def metrics() -> Metrics:
    """The counters of this application."""
    return cast("Metrics", current_app.extensions["carnet.metrics"])
