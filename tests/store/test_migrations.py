"""The migrations produce the schema, and a migration that is killed leaves no changes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from polaris import store
from polaris.store.server.migrate import FOLDER, migrate, pending

SCHEMA = Path(store.__file__).with_name("schema.sql")
CATALOG = Path(__file__).with_name("catalog.sql")

MIGRATOR = (
    "import sys; from polaris.store.server.migrate import migrate; print(*migrate(sys.argv[1]))"
)

# As Alembic makes it: there before the first revision, so that a test can lock it.
VERSION_TABLE = "create table alembic_version (version_num varchar(32) primary key)"


def catalog(url: str) -> set[str]:
    """Return a description of all objects in a database's schema."""
    with psycopg.connect(url) as connection:
        return {str(line) for (line,) in connection.execute(CATALOG.read_bytes())}


def revisions() -> list[str]:
    return sorted(path.stem for path in (FOLDER / "versions").glob("*.py"))


def test_the_migrations_add_up_to_the_schema(own_database_url: str, blank_url: str) -> None:
    """People read schema.sql, but databases are created by the migrations."""
    with psycopg.connect(blank_url) as connection:
        connection.execute(SCHEMA.read_bytes())
    written, migrated = catalog(blank_url), catalog(own_database_url)
    assert migrated == written


@pytest.mark.parametrize(
    "change",
    [
        "alter table seed add other int",
        "alter table seed alter amount_minor drop not null",
        "alter table seed alter amount_minor type int",
        "alter table seed alter amount_minor set default 1",
        "alter table seed add constraint positive check (amount_minor > 0)",
        "alter table seed set (fillfactor = 80)",
        "create unique index on seed (amount_minor)",
        "create view seen as select amount_minor from seed",
        "comment on column seed.amount_minor is 'in minor units'",
        "grant select on seed to public",
        "create function one() returns int language sql return 1",
        "create type status as enum ('draft')",
        "create schema other",
    ],
)
def test_the_comparison_sees_every_change(blank_url: str, change: str) -> None:
    with psycopg.connect(blank_url) as connection:
        connection.execute("create table seed (amount_minor bigint not null)")
    before = catalog(blank_url)
    with psycopg.connect(blank_url) as connection:
        connection.execute(change.encode())
    assert catalog(blank_url) != before


def test_every_revision_is_applied_once(blank_url: str) -> None:
    assert pending(blank_url) == revisions()
    assert migrate(blank_url) == revisions()
    assert migrate(blank_url) == []
    assert pending(blank_url) == []


def test_every_revision_has_its_sql_beside_it() -> None:
    assert revisions() == sorted(path.stem for path in (FOLDER / "versions").glob("*.sql"))


def test_what_was_there_is_carried_on(blank_url: str) -> None:
    """A tenant from before the migration can change, and its old movements have no details."""
    tenant, lot = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
    first = (FOLDER / "versions" / "0001_books.sql").read_bytes()
    with psycopg.connect(blank_url) as connection:
        connection.execute(first)
        connection.execute(VERSION_TABLE)
        connection.execute("insert into alembic_version values ('0001_books')")
        connection.execute(
            "insert into tenant values (%s, 'Old', 'EUR', 'UTC', '{}', now())", [tenant]
        )
        connection.execute("alter table movement drop constraint movement_tenant_id_lot_id_fkey")
        connection.execute(
            "insert into movement values (%s, %s, %s, %s, %s, 'granted', 5, null, now())",
            [tenant, lot, lot, lot, lot],
        )
    assert migrate(blank_url) == revisions()[1:]
    with psycopg.connect(blank_url) as connection:
        assert connection.execute("select name, version from tenant").fetchall() == [("Old", 1)]
        assert connection.execute("select details from movement").fetchall() == [({},)]


def test_documents_with_the_same_number_are_carried_on(blank_url: str) -> None:
    """The first one is registered; the others keep their number, too."""
    tenant = "01900000-0000-7000-8000-000000000001"
    with psycopg.connect(blank_url) as connection:
        connection.execute((FOLDER / "versions" / "0001_books.sql").read_bytes())
        connection.execute(VERSION_TABLE)
        connection.execute("insert into alembic_version values ('0001_books')")
        connection.execute(
            "insert into tenant values (%s, 'Old', 'EUR', 'UTC', '{}', now())", [tenant]
        )
        connection.execute(
            "insert into customer values (%s, %s, 1, 'ada', 'Ada', null, null, null, null, 1, '{}',"
            " now())",
            [tenant, tenant],
        )
        for series in (None, "invoice", "invoice/c1"):
            connection.execute(
                "insert into invoice (tenant_id, id, version, customer_id, kind, status, currency,"
                " number, series, revision, rounding, price_type, net_minor, tax_minor,"
                " total_minor, paid_minor, outstanding_minor, issue_date, payment_term_days,"
                " finalized_at, details, created_at) values (%s, gen_random_uuid(), 1,"
                " %s, 'one_off', 'finalized', 'EUR', 'INV-000001', %s, 1,"
                " 'per_line', 'exclusive', 0, 0, 0, 0, 0, now(), 0, now(), '{}', now())",
                [tenant, tenant, series],
            )
    migrate(blank_url)
    with psycopg.connect(blank_url) as connection:
        registered = connection.execute("select id, document from document_number").fetchall()
        assert registered == [("INV-000001", "invoice")]
        assert connection.execute("select count(*) from invoice").fetchone() == (3,)


# ---------------------------------------------------------------------------------- two, or none


def start_migrator(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATOR, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def held_before_its_end(url: str) -> Iterator[psycopg.Connection]:
    """Migrations of this database come as far as their last statement, until this block ends."""
    with psycopg.connect(url) as holding:
        holding.execute(VERSION_TABLE)
        holding.commit()
        holding.execute("lock table alembic_version in share mode")
        yield holding


def wait_for_waiting(holding: psycopg.Connection, migrators: int) -> None:
    waiting = "select count(*) from pg_locks where not granted"
    waiting += " and database = (select oid from pg_database where datname = current_database())"
    while holding.execute(waiting.encode()).fetchone() != (migrators,):
        pass


def test_a_migration_that_is_killed_was_never_there(blank_url: str, own_database_url: str) -> None:
    with held_before_its_end(blank_url) as holding:
        migrator = start_migrator(blank_url)
        wait_for_waiting(holding, 1)
        migrator.kill()
        migrator.communicate()
    assert migrate(blank_url) == revisions()
    assert catalog(blank_url) == catalog(own_database_url)


def test_two_migrators_take_turns(blank_url: str) -> None:
    with held_before_its_end(blank_url) as holding:
        migrators = [start_migrator(blank_url) for _ in range(2)]
        wait_for_waiting(holding, 2)
    told = [migrator.communicate() for migrator in migrators]
    applied = [revision for out, _ in told for revision in out.split()]
    assert sorted(applied) == revisions()
    assert [err for _, err in told] == ["", ""]
