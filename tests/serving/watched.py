"""An engine that records its sets, and that a test can stop before it performs a set."""

import threading
from collections import Counter
from collections.abc import Sequence

from polaris.core.fold import Outcome, Request
from polaris.engine import Engine
from polaris.store.server.database import Database


class Watched(Engine):
    """The real engine, with a gate in front: sets are counted, then wait until
    it is open; the tenants that are let through do not wait."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, connections=4)
        self.gate = threading.Event()
        self.gate.set()
        self.let_through: set[str] = set()
        self.sets: list[tuple[str, int]] = []
        self.asked: list[list[str]] = []
        self.most_under_way: Counter[str] = Counter()
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    def perform(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        with self._lock:
            self.sets.append((tenant_id, len(requests)))
            self.asked.append([request.id for request in requests])
            self._under_way[tenant_id] += 1
            self.most_under_way |= self._under_way
        if tenant_id not in self.let_through:
            self.gate.wait()
        try:
            return super().perform(tenant_id, requests)
        finally:
            with self._lock:
                self._under_way[tenant_id] -= 1

    def requests(self, tenant_id: str) -> int:
        """Return how many requests of a tenant were in its sets."""
        return sum(count for tenant, count in self.sets if tenant == tenant_id)
