"""The migrated database, on the embedded or an external server, and the engine's connections."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from polaris.settings import Settings
from polaris.store.server.embedded import Embedded, open_server

T = TypeVar("T")

OLDEST_VERSION = 15
LIFETIME_SECONDS = 600
WAIT_INTERVAL = 0.1

# The names of the revisions sort in their order.
REVISIONS = sorted(one.stem for one in Path(__file__).parents[1].glob("migrations/versions/*.py"))

CONNECTION: dict[str, Any] = {
    "application_name": "polaris",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}

PREPARED: dict[str, Any] = {
    # Otherwise a pipeline that failed twice would use prepared statements that no longer exist.
    "prepare_threshold": 0,
}
UNPREPARED: dict[str, Any] = {"prepare_threshold": None}
"""For a pooler in transaction mode, which gives each transaction another server connection."""

# Plans are made once, because planning a single void costs as much as executing it. Citus does not
# support this.
TUNE = """
select set_config('lock_timeout', '5s', false),
       set_config('idle_in_transaction_session_timeout', '10s', false),
       set_config('timezone', 'UTC', false),
       set_config('plan_cache_mode', case
         when exists (select from pg_extension where extname = 'citus') then 'auto'
         else 'force_generic_plan' end, false)
"""


class ServerTooOld(Exception):
    """Polaris needs PostgreSQL 15 or later."""


class DatabaseTooNew(Exception):
    """A later version of Polaris has migrated this database. Use that version, or a later one."""


class EngineConnection(psycopg.Connection[TupleRow]):
    """A connection that remembers whether an operation on it ever failed."""

    failed = False

    def wait(
        self, gen: PQGen[T], interval: float = WAIT_INTERVAL, timeout: float | None = None
    ) -> T:
        # Every exchange with the server passes here, even if the caller catches the exception.
        try:
            return super().wait(gen, interval, timeout)
        except BaseException:
            self.failed = True
            raise


class EnginePool(ConnectionPool[EngineConnection]):
    """A pool that closes every returned connection on which an operation failed."""

    def putconn(self, conn: EngineConnection) -> None:
        if conn.failed:
            conn.close()
        super().putconn(conn)


def connect(url: str, prepare: bool = True) -> EngineConnection:
    """Open a connection with the engine's settings. Raises `psycopg.OperationalError`."""
    connection = EngineConnection.connect(url, **CONNECTION, **how_prepared(prepare))
    try:
        _tune(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def how_prepared(prepare: bool) -> dict[str, Any]:
    """Return the connection parameters that make it prepare its statements, or not."""
    return PREPARED if prepare else UNPREPARED


def _tune(connection: EngineConnection) -> None:
    # Outside a transaction, because a rollback would also undo the settings.
    connection.autocommit = True
    connection.execute(TUNE, prepare=False)
    connection.autocommit = False


def open_database(settings: Settings) -> "Database":
    """Start and migrate the database of these settings, and return it. The caller closes it.

    Raises `EmbeddedError`, `ServerTooOld`, `DatabaseTooNew`, `psycopg.Error`.
    """
    with ExitStack() as opened:
        embedded: Embedded | None = None
        if not (url := settings.database_url):
            embedded = opened.enter_context(open_server(settings.data_dir))
            url = embedded.url()
        applied = _bring_up_to_date(url)
        return Database(url, embedded, opened.pop_all(), applied, settings.prepare_statements)


def _bring_up_to_date(url: str) -> list[str]:
    with psycopg.connect(url, connect_timeout=10) as connection:
        version = connection.info.server_version // 10_000
        if version < OLDEST_VERSION:
            raise ServerTooOld(f"{ServerTooOld.__doc__} This server is version {version}.")
        revision = _revision(connection)
    if revision == REVISIONS[-1]:
        return []
    if revision and revision not in REVISIONS:
        raise DatabaseTooNew(f"{DatabaseTooNew.__doc__} It is at revision {revision!r}.")
    # Imported only here, because loading Alembic takes longer than most commands take to run.
    from polaris.store.server.migrate import migrate

    return migrate(url)


def _revision(connection: psycopg.Connection[TupleRow]) -> str | None:
    """Return the revision of the database, or None if it is empty or has several revisions."""
    known = connection.execute("select to_regclass('alembic_version')").fetchone()
    if known == (None,):
        return None
    at = connection.execute("select version_num from alembic_version").fetchall()
    return str(at[0][0]) if len(at) == 1 else None


class Database:
    """A migrated database. It opens connections and pools."""

    def __init__(
        self,
        url: str,
        embedded: Embedded | None,
        opened: ExitStack,
        applied: list[str],
        prepare: bool = True,
    ) -> None:
        self.url = url
        self.applied = applied
        """The revisions that were applied when the database was opened."""
        self._embedded, self._opened, self._prepare = embedded, opened, prepare

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> EngineConnection:
        """Open a new connection. The caller closes it."""
        return connect(self.url, self._prepare)

    def pool(self, size: int) -> EnginePool:
        """Open a pool of `size` connections. It is closed with the database."""
        pool = EnginePool(
            self.url,
            connection_class=EngineConnection,
            kwargs={**CONNECTION, **how_prepared(self._prepare)},
            configure=_tune,
            min_size=size,
            max_lifetime=LIFETIME_SECONDS,
            open=True,
        )
        self._opened.callback(pool.close)
        return pool

    def ensure(self) -> None:
        """Make sure after a lost connection that the embedded server runs.

        Does nothing for an external server, which Polaris cannot start. Raises `EmbeddedError`.
        """
        if self._embedded:
            self._embedded.ensure()

    def close(self) -> None:
        """Close the pools, and release the embedded server."""
        self._opened.close()
