"""`kill -9` of the program or of PostgreSQL: each acknowledged change exists exactly once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.programs import postmasters
from faults.world import check_proofs, customers, drafts, scalar, tenant
from polaris.engine import Engine
from polaris.settings import Settings
from polaris.store.server.database import Database, open_database

VOIDER = Path(__file__).with_name("voider.py")
DRAFTS = 3000


def seeded(data_dir: Path) -> tuple[str, Path]:
    """Create a tenant with drafts in a new data directory. Return its id and the ids' file."""
    with open_database(Settings(data_dir=data_dir)) as database:
        engine = Engine(database)
        tenant_id = tenant(database)
        ids = drafts(engine, tenant_id, customers(engine, tenant_id, 20), DRAFTS)
    listed = data_dir / "drafts.txt"
    listed.write_text("\n".join(ids))
    return tenant_id, listed


@contextmanager
def voider(data_dir: Path, tenant_id: str, listed: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the program `voider.py` until the end of the block, then kill it."""
    with subprocess.Popen(
        [sys.executable, str(VOIDER), str(data_dir), tenant_id, str(listed)],
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def acknowledged(program: subprocess.Popen[str], at_least: int) -> list[str]:
    """Wait for the first `at_least` acknowledgements, and return them."""
    assert program.stdout
    return [program.stdout.readline().strip() for _ in range(at_least)]


def rest(program: subprocess.Popen[str]) -> list[str]:
    """Return the remaining acknowledgements."""
    assert program.stdout
    return [line.strip() for line in program.stdout]


def check_all_there(database: Database, tenant_id: str, requests: list[str]) -> None:
    """Check that each acknowledged request is recorded and complete, and no number is missing."""
    recorded = "select count(*) from command where tenant_id = %(t)s and id = any(%(ids)s)"
    assert scalar(database, recorded, t=tenant_id, ids=requests) == len(requests)
    half = (
        "select count(*) from invoice i where i.tenant_id = %(t)s and i.status = 'voided'"
        " and 1 <> (select count(*) from entry e where e.tenant_id = %(t)s"
        " and e.invoice_id = i.id and e.reverses is not null)"
    )
    assert scalar(database, half, t=tenant_id) == 0
    numbered = "select count(*) from invoice where tenant_id = %(t)s and number is not null"
    last = "select next - 1 from series where tenant_id = %(t)s and id = 'invoice'"
    assert scalar(database, numbered, t=tenant_id) == scalar(database, last, t=tenant_id)
    check_proofs(database, tenant_id)


def test_program_killed(data_dir: Path) -> None:
    """The program dies, and its server is stopped; the next program finds all changes."""
    tenant_id, listed = seeded(data_dir)
    with voider(data_dir, tenant_id, listed) as program:
        told = acknowledged(program, 150)
        program.kill()
        told += rest(program)

    with open_database(Settings(data_dir=data_dir)) as database:
        assert "end" not in told
        check_all_there(database, tenant_id, [one for one in told if len(one) == 36])


def test_postgresql_killed(data_dir: Path) -> None:
    """PostgreSQL is killed twice; the program starts it again and finishes its run."""
    tenant_id, listed = seeded(data_dir)
    with voider(data_dir, tenant_id, listed) as program:
        told = acknowledged(program, 150)
        shot = kill_postgresql(data_dir)
        told += acknowledged(program, 300)
        shot += kill_postgresql(data_dir)
        told += rest(program)

    assert shot >= 2
    assert told.pop() == "end"
    with open_database(Settings(data_dir=data_dir)) as database:
        assert len(told) == DRAFTS * 3 // 2
        check_all_there(database, tenant_id, told)


def test_program_and_postgresql_killed(data_dir: Path) -> None:
    """Everything dies at once, as when the machine loses power."""
    tenant_id, listed = seeded(data_dir)
    with voider(data_dir, tenant_id, listed) as program:
        told = acknowledged(program, 400)
        kill_postgresql(data_dir)
        program.kill()
        told += rest(program)

    acknowledged_ids = [one for one in told if len(one) == 36]  # the last line may be cut
    assert len(acknowledged_ids) >= 400
    with open_database(Settings(data_dir=data_dir)) as database:
        check_all_there(database, tenant_id, acknowledged_ids)


def kill_postgresql(data_dir: Path) -> int:
    """Kill the postmaster and all its children. Return how many postmasters there were."""
    found = postmasters(data_dir)
    for first in found:
        for one in (first, *first.children(recursive=True)):
            os.kill(one.pid, signal.SIGKILL)
    return len(found)
