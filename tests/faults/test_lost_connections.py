"""Connections are lost at random times, also at COMMIT: nothing is lost or done twice."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faults.late_commit import LateCommit
from faults.world import (
    check_proofs,
    customers,
    drafts,
    invoices,
    opened,
    reversals,
    scalar,
    tenant,
    voiding,
)
from polaris.core import commands
from polaris.core.fold import Outcome, Request
from polaris.engine import Engine, request
from polaris.store.server.database import Database

TERMINATIONS = 300


@pytest.fixture
def database(own_database_url: str) -> Iterator[Database]:
    with opened(own_database_url) as database:
        yield database


def test_hundreds_of_backends_terminated(database: Database) -> None:
    """Three writers finalize and void in sets while their backends are killed; all is done once."""
    engine = Engine(database, connections=4)
    tenant_id = tenant(database)
    ids = drafts(engine, tenant_id, customers(engine, tenant_id, 30), 1200)
    asked = [request(commands.FinalizeInvoice(invoice_id=x)) for x in ids]
    asked += [voiding(x) for x in ids[:600]]
    outcomes: dict[str, Outcome] = {}
    over = threading.Event()
    shooter = threading.Thread(target=shoot, args=(database, over))
    shooter.start()
    try:
        rounds(engine, tenant_id, asked, outcomes, over)
    finally:
        over.set()
        shooter.join()

    assert all(outcome.done for outcome in outcomes.values())
    assert len(outcomes) == len(asked)
    recorded = "select count(*) from command where tenant_id = %(t)s and refusals is null"
    named = f"{recorded} and id = any(%(ids)s)"
    assert scalar(database, named, t=tenant_id, ids=list(outcomes)) == len(asked)
    assert reversals(database, tenant_id) == 600
    numbered = "select count(distinct number) from invoice where tenant_id = %(t)s"
    assert scalar(database, numbered, t=tenant_id) == 1200
    check_proofs(database, tenant_id)


def rounds(
    engine: Engine,
    tenant_id: str,
    asked: list[Request],
    outcomes: dict[str, Outcome],
    over: threading.Event,
) -> None:
    """Perform all requests in small sets, again and again, until enough backends were killed.

    A repeated request id changes nothing, so the requests can be repeated without end.
    """
    while not over.is_set() or len(outcomes) < len(asked):
        for start in range(0, len(asked), 30):
            for outcome in engine.perform(tenant_id, asked[start : start + 30]):
                outcomes[outcome.request_id] = outcome


def shoot(database: Database, over: threading.Event) -> None:
    """Terminate `TERMINATIONS` of the engine's backends at random times."""
    shot = 0
    dice = random.Random(7)
    with psycopg.connect(database.url, autocommit=True, application_name="shooter") as connection:
        while shot < TERMINATIONS and not over.is_set():
            time.sleep(dice.random() * 0.02)
            cursor = connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and application_name = 'polaris'"
                " and state <> 'idle'"
            )
            shot += len(cursor.fetchall())
    over.set()


def test_commit_that_arrives_late(database: Database, session_dir: Path) -> None:
    """The reply is lost while the COMMIT is running: the repeated set waits, then is answered."""
    with opened(database.url) as straight:
        tenant_id = tenant(straight)
        engine = Engine(straight)
        ids = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 10)
    server = conninfo_to_dict(database.url)
    folder = session_dir / "late"
    folder.mkdir(mode=0o700)
    real = Path(str(server["host"])) / f".s.PGSQL.{server.get('port', 5432)}"
    with LateCommit(folder, real) as network:
        server |= {"host": str(folder)}
        # The peer is the network, not the server's user.
        url = make_conninfo("", **{k: str(v) for k, v in server.items() if k != "requirepeer"})
        with opened(url) as behind:
            engine = Engine(behind)
            for invoice_id in ids:
                network.armed.set()
                [outcome] = engine.perform(tenant_id, [voiding(invoice_id)])
                assert outcome.done
                assert outcome.replayed
        assert network.cut >= len(ids)
    assert reversals(database, tenant_id) == len(ids)
    check_proofs(database, tenant_id)
