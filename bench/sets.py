"""Sets of invoices, and the time that one or more threads need for them."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter, process_time

SIZE = 1_000

Sets = list[list[str]]
"""Ids of invoices, by set."""

Perform = Callable[[list[str]], None]
"""Performs one set."""

Record = Callable[[str, float], None]
"""Stores a figure under a name."""


def perform_all(sets: Sets, lanes: list[Perform]) -> None:
    """Perform all sets, with one thread for each lane."""
    waiting = deque(sets)

    def work(perform: Perform) -> None:
        while waiting:
            perform(waiting.popleft())

    with ThreadPoolExecutor(len(lanes)) as threads:
        list(threads.map(work, lanes))


@contextmanager
def measured(
    record: Record, name: str, invoices: int, server_seconds: Callable[[], float]
) -> Iterator[None]:
    """Record the invoices per second, and the CPU time per invoice of this process and of the
    server. Other programs on the machine affect the CPU time less than the rate."""
    server, own, began = server_seconds(), process_time(), perf_counter()
    yield
    took, own, server = perf_counter() - began, process_time() - own, server_seconds() - server
    record(name, invoices / took)
    record(f"{name}_own_us", own / invoices * 1e6)
    record(f"{name}_server_us", server / invoices * 1e6)
