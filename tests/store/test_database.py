"""The engine's connections, and how a failed connection is treated."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from faults.programs import kill, postmasters
from polaris.settings import Settings
from polaris.store.server.database import Database, EnginePool, ServerTooOld, connect, open_database
from polaris.store.server.embedded import Embedded


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with open_database(Settings(database_url=database_url)) as database:
        yield database


@pytest.fixture
def pool(database: Database) -> EnginePool:
    return database.pool(1)


def pid_of_next(pool: EnginePool) -> int:
    with pool.connection() as connection:
        return connection.info.backend_pid


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("plan_cache_mode", "force_generic_plan"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("timezone", "UTC"),
        ("application_name", "polaris"),
        ("transaction_isolation", "read committed"),
    ],
)
def test_a_connection_is_set_up_for_the_engine(
    database: Database, pool: EnginePool, setting: str, value: str
) -> None:
    with database.connect() as own, pool.connection() as pooled:
        for connection in (own, pooled):
            connection.rollback()
            assert connection.execute(f"show {setting}".encode()).fetchone() == (value,)
            assert not connection.autocommit
            assert connection.prepare_threshold == 0


def test_citus_makes_its_own_plans(server: Embedded, own_database_url: str) -> None:
    """A generic plan cannot be distributed: on Citus every prepared statement would fail."""
    name = own_database_url.split("dbname=")[1].split()[0]
    with psycopg.connect(server.url(name, user="postgres")) as admin:
        admin.execute(
            "insert into pg_extension values (99999, 'citus', 10, 2200, false, '12.1', null, null)"
        )
    with connect(own_database_url) as connection:
        assert connection.execute("show plan_cache_mode").fetchone() == ("auto",)


# ------------------------------------------------------------------------------------ the pool


def test_a_good_connection_is_used_again(pool: EnginePool) -> None:
    assert pid_of_next(pool) == pid_of_next(pool)
    assert pool.max_lifetime == 600


def test_a_connection_that_failed_is_never_used_again(pool: EnginePool) -> None:
    failed = pid_of_next(pool)
    with pytest.raises(psycopg.errors.DivisionByZero), pool.connection() as connection:
        connection.execute("select 1 / 0")
    assert pid_of_next(pool) != failed


def test_a_forgiven_failure_counts_too(pool: EnginePool) -> None:
    with pool.connection() as connection:
        failed = connection.info.backend_pid
        with suppress(psycopg.errors.DivisionByZero), connection.transaction():
            connection.execute("select 1 / 0")
        assert connection.execute("select 'as good as new'").fetchone()
    assert pid_of_next(pool) != failed


def test_failed_pipelines_poison_nothing(pool: EnginePool) -> None:
    """Two pipelines that failed made every later one look for a statement that was gone."""

    def sets(divisor: int) -> object:
        with pool.connection() as connection, connection.pipeline():
            one = connection.execute("select 1 + %s", [divisor])
            other = connection.execute("select 6 / %s", [divisor])
            return one.fetchone(), other.fetchone()

    for _ in range(3):
        assert sets(2) == ((3,), (3,))
        for _ in range(2):
            with pytest.raises(psycopg.errors.DivisionByZero):
                sets(0)


# ---------------------------------------------------------------------------------- the server


def test_a_lost_server_comes_back(data_dir: Path) -> None:
    with open_database(Settings(data_dir=data_dir)) as database:
        pool = database.pool(2)
        pool.wait()
        kill(postmasters(data_dir))
        with pytest.raises(psycopg.OperationalError):
            database.connect()
        database.ensure()
        pool.check()
        with database.connect() as own, pool.connection() as pooled:
            assert own.execute("select 1").fetchone() == pooled.execute("select 1").fetchone()
    assert not postmasters(data_dir)


def test_a_failed_opening_leaves_no_server(data_dir: Path) -> None:
    with open_database(Settings(data_dir=data_dir)) as database, database.connect() as connection:
        connection.execute("update alembic_version set version_num = 'from the future'")
    with pytest.raises(Exception, match="from the future"):
        open_database(Settings(data_dir=data_dir))
    assert not postmasters(data_dir)


@contextmanager
def server_of_version(version: str) -> Iterator[str]:
    """A server that reports a version of PostgreSQL and does nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        welcome = b"R\0\0\0\x08\0\0\0\0"
        told = b"server_version\0" + version.encode() + b"\0"
        welcome += b"S" + (len(told) + 4).to_bytes(4, "big") + told + b"Z\0\0\0\x05I"

        def greet() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(1024)
                client.sendall(welcome)
                client.recv(1024)

        threading.Thread(target=greet).start()
        port = listening.getsockname()[1]
        yield f"host=127.0.0.1 port={port} user=u dbname=d sslmode=disable gssencmode=disable"


def test_an_old_server_is_refused_in_words() -> None:
    with (
        server_of_version("14.12") as url,
        pytest.raises(ServerTooOld, match=r"15 or later.*version 14"),
    ):
        open_database(Settings(database_url=url))


@pytest.mark.parametrize("prepare", [True, False])
def test_statements_are_prepared_unless_the_setting_forbids_it(
    database_url: str, prepare: bool
) -> None:
    """Behind a pooler in transaction mode, the next transaction uses another server connection."""
    settings = Settings(database_url=database_url, prepare_statements=prepare)
    with open_database(settings) as database, database.connect() as connection:
        connection.execute("select 1")
        found = connection.execute("select count(*) from pg_prepared_statements", prepare=False)
        assert found.fetchone() == (int(prepare),)
