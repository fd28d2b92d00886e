"""Migrate a database to the schema of this version, with one transaction per revision."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

FOLDER = Path(__file__).parents[1] / "migrations"

# A migrator holds this lock until its revision is committed. The limit on other locks is set after
# this one is taken, because a second migrator may have to wait for a long time.
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('polaris.migrate', 0))")
LOCK_TIMEOUT = text("set local lock_timeout = '5s'")


def migrate(url: str) -> list[str]:
    """Apply the pending revisions. Return their names, oldest first.

    It is safe to run this several times, also concurrently. `url` is a conninfo or a URL of libpq.
    A migration that is killed leaves no changes.
    Raises `psycopg.Error` and `sqlalchemy.exc.SQLAlchemyError`.
    """
    applied: list[str] = []
    with _connected(url) as connection:
        while revision := _migrate_once(connection):
            applied.append(revision)
    return applied


def pending(url: str) -> list[str]:
    """Return the names of the revisions that `migrate` would apply, oldest first."""
    with _connected(url) as connection:
        return _pending(connection)


def _migrate_once(connection: Connection) -> str | None:
    with connection.begin():
        connection.execute(ONE_AT_A_TIME)
        # Read under the lock, because another migrator may just have applied them.
        if not (ahead := _pending(connection)):
            return None
        connection.execute(LOCK_TIMEOUT)
        command.upgrade(_config(connection), ahead[0])
        return ahead[0]


def _pending(connection: Connection) -> list[str]:
    at = MigrationContext.configure(connection).get_current_revision()
    revisions = ScriptDirectory.from_config(_config(connection)).iterate_revisions("head", at)
    return [revision.revision for revision in revisions][::-1]


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
    )
    with engine.connect() as connection:
        yield connection
