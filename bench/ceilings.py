"""The ceilings: the same writes as the engine's, done by the database alone."""

import re
import subprocess
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.sets import Perform
from bench.world import CEILINGS, ID, TENANT, World, array
from polaris.store.server.data_directory import binary
from polaris.store.sql import Statement

GENERIC = "-c plan_cache_mode=force_generic_plan"
RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
FAILED = re.compile(r"^number of failed transactions: [1-9]", re.MULTILINE)


class Alone(NamedTuple):
    """The speed of voids that are sent one by one."""

    rate: float  # per second
    median_ms: float  # of one void


def in_sets(world: World, statement: Statement) -> Perform:
    """Return a function that runs a statement for a set, on its own connection."""
    connection = world.connection()

    def perform(ids: list[str]) -> None:
        row = statement.run(connection, {"t": TENANT, "ids": array(ids)}).fetchone()
        if row != (len(ids),):
            raise AssertionError(f"{row} of {len(ids)} were written")

    return perform


def one_by_one(world: World, clients: int, each: int, folder: Path) -> Alone:
    """Measure voids by `pgbench`: each is one prepared statement and a commit.

    `folder` is for pgbench's files.
    """
    first = int(world.invoices(clients * each)[0][0].removeprefix(ID), 16)
    with world.voiding(clients * each):
        return pgbench(world.url, first, clients, each, folder)


def pgbench(url: str, first: int, clients: int, each: int, folder: Path) -> Alone:
    """Void `each` invoices per client, beginning with the invoice number `first`."""
    script, log = folder / "void.sql", folder / "void"
    script.write_text(script_of(first, each))
    output = _run(
        *(binary("pgbench"), "--no-vacuum", "--protocol", "prepared", "--define", "i=0"),
        *("--client", clients, "--jobs", min(clients, 2), "--transactions", each),
        *("--file", script, "--log", "--log-prefix", log, url),
    )
    if (found := RATE.search(output)) is None or FAILED.search(output):
        raise AssertionError(output)
    return Alone(float(found[1]), _median_ms(folder))


def script_of(first: int, each: int) -> str:
    """Return a pgbench script for one void. Each client has its own `each` invoices."""
    one = f"array[('{ID}' || lpad(to_hex(:n::bigint), 12, '0'))::uuid]"
    void = CEILINGS["void"].replace("%(t)s", f"'{TENANT}'").replace("%(ids)s::uuid[]", one)
    number = f"\\set n {first} + :client_id * {each} + :i"
    return f"{number}\n\\set i :i + 1\n{void};\n"


def _run(*words: object) -> str:
    ran = subprocess.run(
        [str(word) for word in words],
        env={"PGOPTIONS": GENERIC},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise AssertionError(ran.stderr)
    return ran.stdout


def _median_ms(folder: Path) -> float:
    """Return the median of the logged latencies in milliseconds, and delete the logs."""
    took = []
    for log in folder.glob("void.*[0-9]"):
        took += [int(line.split()[2]) / 1000 for line in log.read_text().splitlines()]
        log.unlink()
    return median(took)
