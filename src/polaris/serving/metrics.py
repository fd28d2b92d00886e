"""Prometheus metrics of the engine's work. Each server process counts its own."""

import time
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from polaris.core.fold import Outcome, Request
from polaris.serving.write_batches import Performs

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REQUESTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Measured:
    """An engine that counts its sets and measures their time."""

    def __init__(self, engine: Performs, registry: CollectorRegistry) -> None:
        self._engine = engine
        self._commands = Counter(
            "polaris_commands",
            "Commands by name and by outcome: done, refused, replayed, broken.",
            ("command", "outcome"),
            registry=registry,
        )
        self._sets = Histogram(
            "polaris_set_requests",
            "Number of requests in each set of commands that was performed.",
            registry=registry,
            buckets=REQUESTS,
        )
        self._failed = Counter(
            "polaris_sets_failed",
            "Sets that failed as a whole: the database was unavailable, or the tenant is unknown.",
            registry=registry,
        )
        self._seconds = Histogram(
            "polaris_set_seconds",
            "Seconds from the lock of a set to its commit.",
            registry=registry,
            buckets=SECONDS,
        )

    def perform(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Perform the requests with the engine, and record the metrics."""
        begun = time.perf_counter()
        try:
            outcomes = self._engine.perform(tenant_id, requests)
        except Exception:  # any exception is counted and raised again
            self._failed.inc()
            raise
        self._seconds.observe(time.perf_counter() - begun)
        self._sets.observe(len(requests))
        for request, outcome in zip(requests, outcomes, strict=True):
            self._commands.labels(type(request.command).__name__, outcome_label(outcome)).inc()
        return outcomes


def outcome_label(outcome: Outcome) -> str:
    """Return the label of an outcome: broken, replayed, refused or done."""
    if outcome.fault:
        return "broken"
    if outcome.replayed:
        return "replayed"
    return "refused" if outcome.refusals else "done"
