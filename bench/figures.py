"""The measured figures, as tables and as JSON. Compare only figures of the same round."""

import json
import os
import platform
import resource
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Ratio(NamedTuple):
    """A figure divided by another figure of the same round, and its target."""

    title: str
    over: str
    under: str
    target: str = ""


WAYS = {
    "sql_1": "SQL, 1 connection",
    "sql_2": "SQL, 2 connections",
    "engine_1": "engine, 1 thread",
    "engine_2": "engine, 2 threads",
    "engine_2_small": "same, small database",
}
"""The ways in which sets are finalized and voided."""

IN_SETS = {f"{verb}_{way}": f"{verb}: {WAYS[way]}" for verb in ("finalize", "void") for way in WAYS}

HTTP = {
    "void_1": "HTTP void, 1 connection",
    "void_16": "HTTP void, 16 connections",
    "void_64": "HTTP void, 64 connections",
    "void_64_workers_2": "HTTP void, 64 connections, two workers",
    "show_64": "HTTP show, 64 connections",
    "empty_64": "HTTP, a route that does nothing, 64 connections",
}
UNITS = {"": "", "_p50_ms": ": 50th percentile", "_p99_ms": ": 99th percentile"}

SINGLE = {
    "void_pgbench_16": "void: prepared statement, 16 clients (pgbench)",
    "void_shared": "void: engine, 64 callers who share sets",
    "void_pgbench_1": "void: prepared statement, 1 client (pgbench)",
    "void_pgbench_1_ms": "void: the same, median of one",
    "void_lone_ms": "void: engine, 1 caller, median of one",
    "webhooks_1": "webhooks to one endpoint",
    "webhooks_1_memory_mib": "webhooks to one endpoint: memory of the worker",
    "webhooks_50": "webhooks to fifty endpoints",
    "webhooks_50_memory_mib": "webhooks to fifty endpoints: memory of the worker",
    "webhooks_bare": "webhooks: the same client without a database",
    "webhooks_lag_p99_ms": "webhooks: lag at twenty events a second, 99th percentile",
    **{
        f"http_{name}{unit}": f"{title}{suffix}"
        for name, title in HTTP.items()
        for unit, suffix in UNITS.items()
    },
}

RATIOS = (
    Ratio("bulk void, two in flight, to SQL", "void_engine_2", "void_sql_1", "≥ 0.8"),
    Ratio("… to SQL on two connections", "void_engine_2", "void_sql_2", "≥ 0.6"),
    Ratio("… one thread, to SQL", "void_engine_1", "void_sql_1"),
    Ratio("… small database to large", "void_engine_2_small", "void_engine_2", "≤ 1.3"),
    Ratio("bulk finalize, two in flight, to SQL", "finalize_engine_2", "finalize_sql_1", "≥ 0.8"),
    Ratio("… to SQL on two connections", "finalize_engine_2", "finalize_sql_2"),
    Ratio("… one thread, to SQL", "finalize_engine_1", "finalize_sql_1"),
    Ratio("… small database to large", "finalize_engine_2_small", "finalize_engine_2", "≤ 1.3"),
    Ratio("voids of 64 callers to pgbench", "void_shared", "void_pgbench_16"),
    Ratio("a lone void to its statement", "void_lone_ms", "void_pgbench_1_ms", "≤ 4"),
    Ratio("HTTP void, 64 connections, to pgbench", "http_void_64", "void_pgbench_16", "≥ 0.3"),
    Ratio("… to a route that does nothing", "http_void_64", "http_empty_64", "≥ 0.15"),
    Ratio("… two workers to one", "http_void_64_workers_2", "http_void_64"),
    Ratio("webhooks to one endpoint, to the bare client", "webhooks_1", "webhooks_bare"),
    Ratio("… to fifty endpoints", "webhooks_50", "webhooks_bare"),
)


class Figures:
    """All figures by round. The unit is per second, or the unit at the end of the name."""

    def __init__(self) -> None:
        self._rounds: dict[str, list[float]] = defaultdict(list)
        self._facts: dict[str, object] = {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        }

    def add(self, name: str, figure: float) -> None:
        """Add a figure of this round."""
        self._rounds[name].append(figure)

    def tell(self, **facts: object) -> None:
        """Add facts about the run."""
        self._facts |= facts

    def ratio(self, ratio: Ratio) -> list[float]:
        """Return the ratio in each round."""
        pairs = zip(self._rounds[ratio.over], self._rounds[ratio.under], strict=True)
        return [over / under for over, under in pairs]

    def write(self, path: Path) -> None:
        """Write all figures and ratios as one JSON document."""
        figures = {name: _summed(rounds) for name, rounds in sorted(self._rounds.items())}
        ratios = [ratio._asdict() | _summed(self.ratio(ratio)) for ratio in RATIOS]
        document = {"run": self._facts, "figures": figures, "ratios": ratios}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def show(self, console: Console) -> None:
        """Print the figures and their ratios."""
        console.print(self._in_sets(), self._single(), self._ratios())
        for name, fact in self._facts.items():
            console.print(f"{name.replace('_', ' ')}: {fact}")

    def _in_sets(self) -> Table:
        table = _table(
            "In sets of 1,000", "Min /s", "Median /s", "Max /s", "Engine µs", "Server µs"
        )
        for name, title in IN_SETS.items():
            spent = [median(self._rounds[f"{name}_{whose}_us"]) for whose in ("own", "server")]
            table.add_row(title, *_row((*_spread(self._rounds[name]), *spent), ",.0f"))
        return table

    def _single(self) -> Table:
        table = _table("One by one", "Min", "Median", "Max", "")
        for name, title in SINGLE.items():
            spread = _spread(self._rounds[name])
            if name.endswith("_ms"):
                table.add_row(title, *_row(spread, ".2f"), "ms")
            elif name.endswith("_mib"):
                table.add_row(title, *_row(spread, ",.0f"), "MiB")
            else:
                table.add_row(title, *_row(spread, ",.0f"), "/s")
        return table

    def _ratios(self) -> Table:
        table = _table("Ratio in one round", "Min", "Median", "Max", "Target")
        for ratio in RATIOS:
            table.add_row(ratio.title, *_row(_spread(self.ratio(ratio)), ".2f"), ratio.target)
        return table


def _summed(rounds: list[float]) -> dict[str, object]:
    return {"median": median(rounds), "rounds": rounds}


def _spread(rounds: list[float]) -> tuple[float, float, float]:
    return min(rounds), median(rounds), max(rounds)


def _row(numbers: Iterable[float], form: str) -> list[str]:
    return [format(number, form) for number in numbers]


def _table(title: str, *headings: str) -> Table:
    table = Table(title)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def memory_mib() -> int:
    """Return the peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
