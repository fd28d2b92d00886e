"""The embedded PostgreSQL: our own launcher for the binaries that a package carries.

A data directory holds one server, shared by every program that opens it:

    starting      locked by whoever is starting or stopping the server
    in-use        share-locked by each program that has it open; the last to leave stops it
    running       locked by the server and all its children: free means that none of them lives
    socket        where the server listens: a directory, or a link when its path is too long
    postgres      the cluster; `postgres.new` until initdb has finished
    postgres.log  what the server said since it was last started

The kernel drops a lock when its holder dies, however it dies. So no pid that somebody wrote down
is ever believed, and no crash leaves anything behind that the next start has to understand.
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

ROUNDS = 6  # two make a start, a launch and an answer; the others are for when it is killed
DEAF_SECONDS = 30  # how long programs of the server may live while nothing answers
STOP_SECONDS = 60  # how long a stop may take before it becomes a kill, which loses no commit

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    # An import fills empty tables: statistics have to follow within seconds.
    "autovacuum_naptime": "5s",
    "autovacuum_analyze_threshold": "200",
    "autovacuum_analyze_scale_factor": "0.05",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements carry names and amounts, which have no place in a log.
    "log_min_error_statement": "panic",
}

INITDB = ("-U", "postgres", "-E", "UTF8", "--no-locale", "--auth=peer", "--no-instructions")


def open_server(data_dir: Path, *, fsync: bool = True) -> "Embedded":
    """The server of a data directory, running when this returns; close it to leave.

    Makes the directory, the cluster and the database `polaris` when they are not there. `fsync`
    off, which counts when this call starts the server, is for tests: a power cut then loses all.
    Raises `EmbeddedError`.
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
    """One program's share in the server of a data directory."""

    def __init__(self, data_directory: DataDirectory, *, fsync: bool) -> None:
        self._premises, self._fsync = data_directory, fsync
        self._lease: int | None = file_locks.open_file(data_directory.home / "in-use")
        file_locks.share(self._lease)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, database: str = "polaris", *, user: str = "polaris") -> str:
        """The conninfo of a database. `polaris` owns its own; `postgres` may do everything."""
        return make_conninfo(
            # May be a link to a shorter path, in a folder that is not ours alone: what listens
            # there has to be our server's user.
            host=os.path.realpath(self._premises.home / "socket"),
            requirepeer=self._premises.user.pw_name,
            port=5432,
            dbname=database,
            user=user,
            connect_timeout=10,
        )

    def ensure(self) -> None:
        """Return once the server answers, started if need be: for after a lost connection.

        Waits as long as a server recovers from a crash. Raises `EmbeddedError`.
        """
        try:
            with file_locks.locked(self._premises.home / "starting"):
                self._bring_up()
        except (OSError, psycopg.Error) as error:
            raise CouldNotStart(str(error)) from error

    def close(self) -> None:
        """Leave; the last one out stops the server. Raises `CouldNotStop`."""
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
        said = ""
        for to_come in reversed(range(ROUNDS)):
            with file_locks.opened(self._premises.home / "running") as running:
                if self._answers(running):
                    try:
                        return self._furnish()
                    except psycopg.OperationalError as error:
                        said = str(error)
                elif to_come:  # a launch is worth nothing when no round is left to see it
                    self._launch(running)
        raise CouldNotStart(f"{said}\n{self._premises.last_words()}")

    def _answers(self, running: int) -> bool:
        """Wait until the server answers (true), or we hold `running` and none of it lives."""
        deaf_at = time.monotonic() + DEAF_SECONDS
        while (answer := PGconn.ping(self.url("postgres").encode())) != Ping.OK:
            if file_locks.take(running):
                return False
            if answer == Ping.REJECT:  # it is recovering, or on its way down
                deaf_at = time.monotonic() + DEAF_SECONDS
            elif time.monotonic() > deaf_at:
                self._end(running)
            time.sleep(file_locks.POLL_SECONDS)
        return True

    def _launch(self, running: int) -> None:
        """Start the server. It inherits `running`, and so locks it for as long as any of it lives.

        Until then the lock is ours: nothing lives of an earlier server, whose traces may go.
        """
        with self._premises.new_log() as log:
            if not self._premises.cluster.exists():
                self._create(log.fileno(), running)
            self._clear()
            self._admit()
            server = [str(binary("postgres")), "-D", str(self._premises.cluster), *self._options()]
            # A shell that leaves at once stands between: a dead server shall not be our zombie.
            start = ["/bin/sh", "-c", '"$@" &', "sh", *server]
            self._premises.run(start, log=log.fileno(), inherited=(running,))

    def _create(self, log: int, running: int) -> None:
        """Make the cluster under another name: what has its own name is whole."""
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
        """Let in, by the kernel's word, the server's user and root; nobody else, no password."""
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
        """Make the role and the database, where no start has come so far yet."""
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
        """Return once nothing of the server lives: it is asked first, then killed."""
        asked = self._premises.postmasters()
        _send(signal.SIGINT, asked)
        if file_locks.take_within(running, STOP_SECONDS if asked else 0):
            return
        _send(signal.SIGKILL, self._premises.programs())
        if not file_locks.take_within(running, STOP_SECONDS):
            raise CouldNotStop(self._premises.last_words())


def _send(sign: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
