"""Whether the audit is what it was when it was sealed."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
from psycopg.raw_cursor import RawServerCursor

from polaris.audit.sealer import link
from polaris.reports.ledger import Connection, Progress, unseen
from polaris.store.sql import blocks, statement

BLOCKS = blocks("proofs.sql")

TOLD_EVERY = 10_000
"""After how many lines progress is told."""

ALTERED = "altered"
REMOVED = "removed"
INSERTED = "inserted"


class Fault(NamedTuple):
    """The first place where the chain does not hold."""

    position: int
    audit_id: str | None  # none when even its seal is gone
    what: str  # altered, removed, inserted

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        line = f"Line {self.position} of the audit"
        return {
            ALTERED: f"{line} is not what it was when it was sealed.",
            REMOVED: f"{line} was removed.",
            INSERTED: f"{line} was put in or moved: it does not follow the one before.",
        }[self.what]


class AuditReport(NamedTuple):
    """A chain, walked to its end or to its first fault."""

    sealed: int
    unsealed: int  # lines not sealed yet; the sealer is about a second behind
    fault: Fault | None
    end: str | None  # the last hash, hexadecimal; kept elsewhere, it shows a chain cut short

    @property
    def ok(self) -> bool:
        """Whether every sealed line is as it was."""
        return self.fault is None


class Link(NamedTuple):
    """A seal, and its audit line as it is now; none when it is gone."""

    position: int
    audit_id: str
    hash: bytes
    previous: bytes | None
    line: str | None


def verify(connection: Connection, tenant_id: str, progress: Progress = unseen) -> AuditReport:
    """Walk the chain from its beginning and name the first line that is not as it was sealed."""
    sealed, unsealed = _counts(connection, tenant_id)
    previous: bytes | None = None
    for done, one in enumerate(_links(connection, tenant_id)):
        if done % TOLD_EVERY == 0:
            progress(done, sealed, "The audit follows line by line.")
        fault = _fault(one, done + 1, previous)
        if fault:
            return AuditReport(sealed, unsealed, fault, None)
        previous = one.hash
    progress(sealed, sealed, "")
    return AuditReport(sealed, unsealed, None, previous.hex() if previous else None)


def _fault(one: Link, position: int, previous: bytes | None) -> Fault | None:
    if one.position != position:
        return Fault(position, None, REMOVED)
    if one.line is None:
        return Fault(position, one.audit_id, REMOVED)
    if one.previous != previous:
        return Fault(position, one.audit_id, INSERTED)
    if one.hash != link(previous, one.line):
        return Fault(position, one.audit_id, ALTERED)
    return None


def _counts(connection: psycopg.Connection[Any], tenant_id: str) -> tuple[int, int]:
    counted = statement(BLOCKS["audit_counts"]).run(connection, {"t": tenant_id}).fetchone()
    assert counted is not None
    sealed, unsealed = counted
    return sealed, unsealed


def _links(connection: Connection, tenant_id: str) -> Iterator[Link]:
    asked = statement(BLOCKS["chain"].replace("%(line)s", BLOCKS["part_audit_line"]))
    with connection.transaction(), RawServerCursor(connection, "chain") as cursor:
        cursor.itersize = 1000
        cursor.execute(asked.text, [tenant_id for _ in asked.names])
        for row in cursor:
            yield Link(*row)
