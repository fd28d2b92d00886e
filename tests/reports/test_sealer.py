"""Each tenant has one chain, even with several sealers and lines that are committed late."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from polaris.audit.sealer import BATCH, Sealer, seal_all, seal_pending
from polaris.audit.verify import verify
from polaris.engine import Engine, now
from polaris.store.lookback import Look
from polaris.store.server.database import Database, EngineConnection, connect
from reports.history import Books, found_tenant
from reports.lines import chain_length, write_lines

RECKONED = """
select count(*) filter (where hash = sha256(coalesce(previous, '') || convert_to(line, 'UTF8'))),
       count(*)
  from (select s.hash, lag(s.hash) over (order by s.position) as previous,
               jsonb_build_array(a.tenant_id, a.id, a.command_id, a.at at time zone 'UTC', a.actor,
                 a.command, a.subject_id, a.outcome, a.refusals::text,
                 a.request::text)::text as line
          from seal s join audit a on a.tenant_id = s.tenant_id and a.id = s.audit_id
         where s.tenant_id = %s) x
"""

PATIENCE_SECONDS = 30


def eventually(happens: Callable[[], bool]) -> bool:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


def test_every_line_is_sealed_once(
    engine: Engine, connection: EngineConnection, empty_tenant_id: str
) -> None:
    Books(engine, empty_tenant_id).invoice(1000, paid_minor=500)
    assert seal_pending(connection, empty_tenant_id) == 4
    assert chain_length(connection, empty_tenant_id) == 4
    assert seal_pending(connection, empty_tenant_id) == 0
    assert verify(connection, empty_tenant_id).ok


def test_the_chain_can_be_reckoned_by_anybody(
    connection: EngineConnection, empty_tenant_id: str
) -> None:
    write_lines(connection, empty_tenant_id, 3)
    connection.commit()
    seal_pending(connection, empty_tenant_id)
    assert connection.execute(RECKONED, [empty_tenant_id]).fetchone() == (3, 3)


def test_sealing_goes_on_where_it_was_left(
    connection: EngineConnection, empty_tenant_id: str
) -> None:
    for many in (1, BATCH + 1, 1):
        write_lines(connection, empty_tenant_id, many)
        connection.commit()
        assert seal_pending(connection, empty_tenant_id) == many
    assert chain_length(connection, empty_tenant_id) == BATCH + 3
    assert verify(connection, empty_tenant_id).ok


def test_tenants_have_chains_of_their_own(database_url: str, connection: EngineConnection) -> None:
    tenants = [found_tenant(database_url) for _ in range(3)]
    for many, tenant_id in enumerate(tenants, 1):
        write_lines(connection, tenant_id, many)
    connection.commit()
    seal_all(connection)
    assert [chain_length(connection, tenant_id) for tenant_id in tenants] == [1, 2, 3]
    assert all(verify(connection, tenant_id).ok for tenant_id in tenants)


def test_two_sealers_at_once_make_one_chain(
    database_url: str, connection: EngineConnection, empty_tenant_id: str
) -> None:
    many = 5 * BATCH
    write_lines(connection, empty_tenant_id, many)
    connection.commit()

    def seal(_: int) -> int:
        with connect(database_url) as own:
            return seal_pending(own, empty_tenant_id)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(seal, range(4))) == many
    assert chain_length(connection, empty_tenant_id) == many
    assert verify(connection, empty_tenant_id).ok


def test_a_late_committer_is_found(
    database_url: str, connection: EngineConnection, empty_tenant_id: str
) -> None:
    """A line asked for first and committed last comes later in the chain, but it comes."""
    with connect(database_url) as late:
        write_lines(late, empty_tenant_id, 1, now() - timedelta(seconds=5))
        write_lines(connection, empty_tenant_id, 2)
        connection.commit()
        assert seal_pending(connection, empty_tenant_id) == 2
        late.commit()
    assert seal_pending(connection, empty_tenant_id, now() - timedelta(seconds=20)) == 1
    assert verify(connection, empty_tenant_id).sealed == 3


def test_only_what_was_asked_for_since_is_looked_at(
    connection: EngineConnection, empty_tenant_id: str
) -> None:
    write_lines(connection, empty_tenant_id, 1, now() - timedelta(days=1))
    write_lines(connection, empty_tenant_id, 2)
    connection.commit()
    assert seal_pending(connection, empty_tenant_id, now() - timedelta(seconds=20)) == 2
    assert verify(connection, empty_tenant_id)[:2] == (2, 1)
    assert seal_pending(connection, empty_tenant_id) == 1


def test_the_thread_seals_what_is_committed(
    database: Database, connection: EngineConnection, empty_tenant_id: str
) -> None:
    """At first whatever there is, then by itself, and when it is poked, and when it ends."""
    write_lines(connection, empty_tenant_id, 2, now() - timedelta(days=1))
    connection.commit()
    with Sealer(database) as sealer:
        assert eventually(lambda: chain_length(connection, empty_tenant_id) == 2)
        write_lines(connection, empty_tenant_id, 1)
        connection.commit()
        assert eventually(lambda: chain_length(connection, empty_tenant_id) == 3)
        write_lines(connection, empty_tenant_id, 1)
        connection.commit()
        sealer.poke()
        assert eventually(lambda: chain_length(connection, empty_tenant_id) == 4)
        write_lines(connection, empty_tenant_id, 1)
        connection.commit()
    assert chain_length(connection, empty_tenant_id) == 5


def test_the_thread_looks_back_for_late_committers(
    database: Database, connection: EngineConnection, empty_tenant_id: str
) -> None:
    near = Look(timedelta(0), timedelta(seconds=1))
    far = Look(timedelta(seconds=1), timedelta(minutes=1))
    with Sealer(database, (near, far)):
        for length in (1, 2):
            write_lines(connection, empty_tenant_id, 1, now() - timedelta(seconds=30))
            connection.commit()
            assert eventually(lambda: verify(connection, empty_tenant_id).unsealed == 0)
            assert chain_length(connection, empty_tenant_id) == length


def test_the_thread_outlives_its_connection(
    database: Database, connection: EngineConnection, empty_tenant_id: str
) -> None:
    others = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with Sealer(database):
        for _ in range(2):
            write_lines(connection, empty_tenant_id, 1)
            connection.commit()
            assert eventually(lambda: verify(connection, empty_tenant_id).unsealed == 0)
            connection.execute(others)
            connection.commit()
    assert verify(connection, empty_tenant_id).ok
