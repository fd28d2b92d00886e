"""Seal the audit log: each committed line gets a hash of its text and of the previous hash.

Each tenant has its own chain.
"""

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple, Self

import msgspec
import psycopg
import structlog

from polaris.store.lookback import EARLIEST, LOOKS, Look, Lookback
from polaris.store.read import tenants
from polaris.store.server.data_directory import EmbeddedError
from polaris.store.server.database import Database, EngineConnection
from polaris.store.sql import blocks, statement

log = structlog.get_logger()

BLOCKS = blocks("proofs.sql")

BATCH = 1000
EVERY_SECONDS = 1.0
SHORTEST_SECONDS = 0.2
"""The sealer waits at least this long between two rounds, however often it is woken."""
NOBODY = "00000000-0000-0000-0000-000000000000"

_LOCK = statement(BLOCKS["lock_chain"])
_END = statement(BLOCKS["chain_end"])
_UNSEALED = statement(BLOCKS["unsealed"].replace("%(line)s", BLOCKS["part_audit_line"]))
_INSERT = statement(BLOCKS["insert_seal"])
_ASKED_SINCE = statement(BLOCKS["asked_since"])


class Seal(NamedTuple):
    """A link of the chain; hashes are SHA-256 in hexadecimal."""

    position: int
    audit_id: str
    hash: str
    previous: str | None


def link(previous: bytes | None, line: str) -> bytes:
    """Return the hash of an audit line, given the hash of the previous line."""
    return hashlib.sha256((previous or b"") + line.encode()).digest()


def seal_pending(
    connection: psycopg.Connection[Any], tenant_id: str, since: datetime = EARLIEST
) -> int:
    """Seal the committed lines of a tenant that have no seal. Return how many lines were sealed.

    Each batch is committed by itself. Only lines of requests made at `since` or later are sealed;
    by default all.
    """
    return sum(_batches(connection, tenant_id, since))


def _batches(connection: psycopg.Connection[Any], tenant_id: str, since: datetime) -> Iterator[int]:
    after = {"at": since, "id": NOBODY}
    while True:
        with connection.transaction():
            # A statement of its own waits for the lock, so that the next statement sees the seals
            # of the previous holder.
            _LOCK.run(connection, {"t": tenant_id})
            values = {"t": tenant_id, "most": BATCH, **after}
            rows = _UNSEALED.run(connection, values).fetchall()
            if not rows:
                return
            _append(connection, tenant_id, [(str(id_), line) for _, id_, line in rows])
        yield len(rows)
        after = {"at": rows[-1][0], "id": rows[-1][1]}


def _append(
    connection: psycopg.Connection[Any], tenant_id: str, lines: list[tuple[str, str]]
) -> None:
    last, previous = _END.run(connection, {"t": tenant_id}).fetchone() or (0, None)
    seals = []
    for position, (audit_id, line) in zip(count(last + 1), lines, strict=False):
        hash_ = link(previous, line)
        before = previous.hex() if previous else None
        seals.append(Seal(position, audit_id, hash_.hex(), before)._asdict())
        previous = hash_
    _INSERT.run(connection, {"t": tenant_id, "seals": msgspec.json.encode(seals).decode()})


def seal_all(connection: psycopg.Connection[Any], since: datetime = EARLIEST) -> int:
    """Seal the pending lines of every tenant. Return how many lines were sealed."""
    with connection.transaction():
        ids = [tenant.id for tenant in tenants.tenants(connection)]
        with connection.pipeline():
            found = [_ASKED_SINCE.run(connection, {"t": id_, "since": since}) for id_ in ids]
        busy = [id_ for id_, rows in zip(ids, found, strict=True) if rows.fetchone()]
    # Only one chain is locked at a time.
    return sum(seal_pending(connection, tenant_id, since) for tenant_id in busy)


class Sealer:
    """A thread that seals committed lines every second, and when it is woken with `poke`."""

    def __init__(self, database: Database, looks: tuple[Look, ...] = LOOKS) -> None:
        self._database, self._lookback = database, Lookback(looks)
        self._connection: EngineConnection | None = None
        self._poked, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the thread. Its first round searches all lines."""
        self._thread.start()

    def poke(self) -> None:
        """Wake the thread, because there may be lines to seal."""
        self._poked.set()

    def stop(self) -> None:
        """Seal the lines that are committed, and end the thread."""
        self._stopping.set()
        self._poked.set()
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            self._poked.clear()
            last = self._stopping.is_set()
            self._round()
            if not last:
                self._stopping.wait(SHORTEST_SECONDS)
                self._poked.wait(EVERY_SECONDS - SHORTEST_SECONDS)
        self._leave()

    def _round(self) -> None:
        now = datetime.now(UTC)
        try:
            self._connection = self._connection or self._database.connect()
            seal_all(self._connection, self._lookback.since(now))
        except (psycopg.Error, EmbeddedError) as fault:
            log.warning("sealing_failed", fault=str(fault))
            self._leave()
            self._revive()
        else:
            self._lookback.done(now)

    def _revive(self) -> None:
        try:
            self._database.ensure()
        except (psycopg.Error, EmbeddedError) as fault:
            log.warning("database_away", fault=str(fault))

    def _leave(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None
