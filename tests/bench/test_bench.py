"""The benchmark runs, and its ceilings write the same rows as the engine."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from rich.console import Console
from rich.progress import Progress

from bench import ceilings, ours
from bench.figures import IN_SETS, RATIOS, SINGLE
from bench.rounds import Bench, Sizes
from bench.world import FINALIZE, ID, VOID, World
from polaris.core.commands import FinalizeInvoice, VoidInvoice
from polaris.store.server.embedded import Embedded

TINY = Sizes(invoices=20, small=10, rounds=1, bulk=20, single=64, lone=2, web=64, webhooks=50)

TABLES = (
    "invoice line tax series customer entry posting settlement payment credit_note "
    "command event audit account document_number"
).split()

IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(\+00:00|Z)")
NUMBERS = re.compile(r"INV-\d+")


@pytest.fixture(scope="module")
def world(server: Embedded) -> Iterator[World]:
    """Yield an empty database of the benchmark."""
    with ExitStack() as opened:
        yield World(server, "bench_rows", opened)
    drop(server, "bench_rows")


def drop(server: Embedded, name: str) -> None:
    # By the administrator: a vacuum that the server began by itself may be connected too.
    with psycopg.connect(server.url("postgres", user="postgres"), autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)".encode())


def rows(world: World) -> dict[str, list[str]]:
    """Return every row as text, without ids, times, numbers and versions."""
    with psycopg.connect(world.url) as open_:
        return {table: sorted(map(blanked, all_of(open_, table))) for table in TABLES}


def all_of(connection: psycopg.Connection[tuple[object, ...]], table: str) -> list[str]:
    query = sql.SQL("select to_jsonb(x)::text from {} x").format(sql.Identifier(table))
    return [str(row) for (row,) in connection.execute(query).fetchall()]


def blanked(row: str) -> str:
    for pattern, blank in ((IDS, "ID"), (TIMES, "TIME"), (NUMBERS, "NUMBER")):
        row = pattern.sub(blank, row)
    kept = json.loads(row)
    buyer = (kept.get("parties") or {}).get("buyer")
    for image in (kept, kept.get("before"), kept.get("after"), buyer):
        for counted in ("version", "next", "sequence", "name", "external_id"):
            (image or {}).pop(counted, None)
    return json.dumps(kept, sort_keys=True)


def written(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the new and the changed rows, by table."""
    counted = {table: Counter(now) - Counter(before[table]) for table, now in after.items()}
    return {table: sorted(rows.elements()) for table, rows in counted.items()}


def test_the_ceilings_write_what_the_engine_writes(world: World) -> None:
    """A ceiling that writes less than the engine would be too high."""
    engine = [ours.in_sets(world, command) for command in (FinalizeInvoice, VoidInvoice)]
    database = [ceilings.in_sets(world, statement) for statement in (FINALIZE, VOID)]
    tried = []
    for steps in (engine, database):
        (ids,) = world.drafts(10)
        stages = [rows(world)]
        for step in steps:
            step(ids)
            stages.append(rows(world))
        tried.append([written(one, next_) for one, next_ in pairwise(stages)])
    assert tried[0] == tried[1]
    finalized, voided = tried[0]
    assert len(finalized["posting"]) == len(voided["posting"]) == 20
    assert [len(voided[table]) for table in ("invoice", "entry", "event", "audit", "command")] == (
        [10] * 5
    )


def test_pgbench_writes_what_the_sets_write(world: World, tmp_path: Path) -> None:
    """pgbench runs the same statement, but with one invoice at a time."""
    (ids,) = world.invoices(4)
    start = rows(world)
    ceilings.in_sets(world, VOID)(ids)
    in_a_set = written(start, rows(world))
    first = int(world.invoices(4)[0][0].removeprefix(ID), 16)
    start = rows(world)
    ceilings.pgbench(world.url, first, clients=2, each=2, folder=tmp_path)
    assert written(start, rows(world)) == in_a_set


def test_every_figure_is_measured_and_kept(server: Embedded, tmp_path: Path) -> None:
    """Every figure that is printed or compared must be measured."""
    path = tmp_path / "results" / "figures.json"
    with ExitStack() as opened, Progress(disable=True) as progress:
        found = Bench(server, tmp_path, TINY, progress, opened).run()
        found.write(path)
    drop(server, "large")
    drop(server, "small")
    drop(server, "served")
    kept = json.loads(path.read_text())
    assert all(min(kept["figures"][name]["rounds"]) > 0 for name in (*IN_SETS, *SINGLE))
    assert [ratio["title"] for ratio in kept["ratios"]] == [ratio.title for ratio in RATIOS]
    assert kept["run"]["large_at_the_end"] >= 20 + 4 * 20 + 64 + 64 + 2 + 2
    assert kept["run"]["served_at_the_end"] >= 10 + 2 + 4 * 64
    found.show(Console(file=(shown := StringIO()), width=120))
    assert "a lone void to its statement" in shown.getvalue()
