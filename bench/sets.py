"""Sets of invoices, and how fast several lanes get through them."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter, process_time

SIZE = 1_000

Sets = list[list[str]]
"""Ids of invoices, by set."""

Perform = Callable[[list[str]], None]
"""Does one set."""

Record = Callable[[str, float], None]
"""Takes the name of a figure, and the figure."""


def perform_all(sets: Sets, lanes: list[Perform]) -> None:
    """Let these lanes take turns at the sets, each in a thread of its own."""
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
    """Record a rate, and the time that our program and the server spent on a core, for each
    invoice: unlike the rate it says little about who else was on the machine."""
    server, own, began = server_seconds(), process_time(), perf_counter()
    yield
    took, own, server = perf_counter() - began, process_time() - own, server_seconds() - server
    record(name, invoices / took)
    record(f"{name}_own_us", own / invoices * 1e6)
    record(f"{name}_server_us", server / invoices * 1e6)
