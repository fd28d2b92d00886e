"""The embedded PostgreSQL: our own launcher for the binaries of a Python package.

A data directory holds one server, which is shared by all programs that open it:

    starting      locked by the program that is starting or stopping the server
    in-use        share-locked by each program that uses the server; the last one stops it
    running       locked by the server and its child processes; unlocked when none of them lives
    socket        where the server listens: a directory, or a link if its path is too long
    postgres      the cluster; `postgres.new` until initdb has finished
    postgres.log  the server's log since its last start

The kernel releases a lock when its holder dies, for whatever reason. So no pid file is ever
trusted, and a crash leaves nothing that the next start has to interpret.
"""

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from polaris.store.server import file_locks
from polaris.store.server.data_directory import (
    CouldNotStart,
    CouldNotStop,
    DataDirectory,
    EmbeddedError,
    NoDataDirectory,
    binary,
    sync,
)

__all__ = ["Embedded", "EmbeddedError", "open_server"]

ROUNDS = 6  # a start takes two, a launch and an answer; the others are for when it is killed
DEAF_SECONDS = 30  # how long processes of the server may live without an answer from it
STOP_SECONDS = 60  # how long a stop may take before the server is killed; no commit is lost

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # a server process holds about ten
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    # An import fills empty tables, so their statistics must be updated within seconds.
    "autovacuum_naptime": "5s",
    "autovacuum_analyze_threshold": "200",
    "autovacuum_analyze_scale_factor": "0.05",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements contain names and amounts, which must not be logged.
    "log_min_error_statement": "panic",
}

INITDB = ("-U", "postgres", "-E", "UTF8", "--no-locale", "--auth=peer", "--no-instructions")


def open_server(data_dir: Path, *, fsync: bool = True) -> "Embedded":
    """Start the server of a data directory unless it runs. The caller closes the result.

    Creates the directory, the cluster and the database `polaris` if they are missing. `fsync=False`
    is for tests, because a power cut then destroys the database. It has an effect only if this call
    starts the server. Raises `EmbeddedError`.
    """
    try:
        server = Embedded(DataDirectory.at(data_dir), fsync=fsync)
    except OSError as error:
        raise NoDataDirectory(f"{error.filename}: {error.strerror}.") from error
    try:
        server.ensure()
    except BaseException:
        server.close()
        raise
    return server


class Embedded:
    """This program's use of the server of a data directory."""

    def __init__(self, data_directory: DataDirectory, *, fsync: bool) -> None:
        self._premises, self._fsync = data_directory, fsync
        self._lease: int | None = file_locks.open_file(data_directory.home / "in-use")
        file_locks.share(self._lease)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, database: str = "polaris", *, user: str = "polaris") -> str:
        """Return the conninfo of a database for the owner `polaris` or the superuser `postgres`."""
        return make_conninfo(
            # The socket may be in a folder that other users can write to, so require that the
            # process that listens there runs as our server's user.
            host=os.path.realpath(self._premises.home / "socket"),
            requirepeer=self._premises.user.pw_name,
            port=5432,
            dbname=database,
            user=user,
            connect_timeout=10,
        )

    def ensure(self) -> None:
        """Start the server if it does not run, and wait until it answers.

        To be called after a lost connection. Waits while the server recovers from a crash. Raises
        `EmbeddedError`.
        """
        try:
            with file_locks.locked(self._premises.home / "starting"):
                self._bring_up()
        except (OSError, psycopg.Error) as error:
            raise CouldNotStart(str(error)) from error

    def close(self) -> None:
        """Release this program's use of the server; the last user stops it.

        Raises `CouldNotStop`.
        """
        if self._lease is None:
            return
        lease, self._lease = self._lease, None
        try:
            with file_locks.locked(self._premises.home / "starting"):
                if file_locks.take(lease):
                    self._stop()
        finally:
            os.close(lease)

    def _bring_up(self) -> None:
        fault = ""
        for rounds_left in reversed(range(ROUNDS)):
            with file_locks.opened(self._premises.home / "running") as running:
                if self._answers(running):
                    try:
                        return self._furnish()
                    except psycopg.OperationalError as error:
                        fault = str(error)
                elif rounds_left:  # without a round left, nobody would see the server answer
                    self._launch(running)
        raise CouldNotStart(f"{fault}\n{self._premises.last_words()}")

    def _answers(self, running: int) -> bool:
        """Wait until the server answers. Return False if it is dead; then we hold `running`."""
        deaf_at = time.monotonic() + DEAF_SECONDS
        while (answer := PGconn.ping(self.url("postgres").encode())) != Ping.OK:
            if file_locks.take(running):
                return False
            if answer == Ping.REJECT:  # it is recovering or stopping
                deaf_at = time.monotonic() + DEAF_SECONDS
            elif time.monotonic() > deaf_at:
                self._end(running)
            time.sleep(file_locks.POLL_SECONDS)
        return True

    def _launch(self, running: int) -> None:
        """Start the server. It inherits the lock of `running` for as long as its processes live.

        We hold the lock now, so no process of an earlier server lives, and its files can go.
        """
        with self._premises.new_log() as log:
            if not self._premises.cluster.exists():
                self._create(log.fileno(), running)
            self._clear()
            self._admit()
            server = [str(binary("postgres")), "-D", str(self._premises.cluster), *self._options()]
            # Started through a shell that exits at once, so a dead server is not our zombie.
            start = ["/bin/sh", "-c", '"$@" &', "sh", *server]
            self._premises.run(start, log=log.fileno(), inherited=(running,))

    def _create(self, log: int, running: int) -> None:
        """Create the cluster under a temporary name, so that `postgres` is always complete."""
        fresh = self._premises.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._premises.private(fresh)
        initdb = [str(binary("initdb")), "-D", str(fresh), *INITDB]
        if self._premises.run(initdb, log=log, inherited=(running,)) != 0:
            raise CouldNotStart(self._premises.last_words())
        fresh.rename(self._premises.cluster)
        sync(self._premises.home)

    def _clear(self) -> None:
        folder = self._premises.socket_folder()
        for stale in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            for place in (self._premises.cluster, folder):
                (place / stale).unlink(missing_ok=True)

    def _admit(self) -> None:
        """Let only the server's user and root connect. The kernel identifies them (peer)."""
        users = dict.fromkeys((self._premises.user.pw_name, "root"))
        rows = [f'polaris "{user}" {role}' for user in users for role in ("polaris", "postgres")]
        (self._premises.cluster / "pg_ident.conf").write_text("\n".join([*rows, ""]))
        (self._premises.cluster / "pg_hba.conf").write_text("local all all peer map=polaris\n")

    def _options(self) -> list[str]:
        folder = str(self._premises.socket_folder()).replace('"', '""')
        settings = SETTINGS | {
            "fsync": "on" if self._fsync else "off",
            "unix_socket_directories": f'"{folder}"',
            "cluster_name": self._premises.tag,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _furnish(self) -> None:
        """Create the role and the database if they are missing."""
        role = "select from pg_roles where rolname = 'polaris'"
        database = "select from pg_database where datname = 'polaris'"
        with psycopg.connect(self.url("postgres", user="postgres"), autocommit=True) as admin:
            if admin.execute(role).rowcount == 0:
                admin.execute("create role polaris login createdb")
            if admin.execute(database).rowcount == 0:
                admin.execute("create database polaris owner polaris")

    def _stop(self) -> None:
        with file_locks.opened(self._premises.home / "running") as running:
            self._end(running)

    def _end(self, running: int) -> None:
        """Stop the server, or kill it after `STOP_SECONDS`. Wait until no process of it lives."""
        postmasters = self._premises.postmasters()
        _send(signal.SIGINT, postmasters)
        if file_locks.take_within(running, STOP_SECONDS if postmasters else 0):
            return
        _send(signal.SIGKILL, self._premises.programs())
        if not file_locks.take_within(running, STOP_SECONDS):
            raise CouldNotStop(self._premises.last_words())


def _send(sign: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
