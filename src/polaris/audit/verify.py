"""Verify that the audit log is unchanged since it was sealed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.raw_cursor import RawServerCursor

from polaris.audit.sealer import link
from polaris.reports.ledger import Connection, Progress, no_progress
from polaris.store.sql import blocks, statement

BLOCKS = blocks("proofs.sql")

TOLD_EVERY = 10_000
"""Progress is reported after this many lines."""

ALTERED = "altered"
REMOVED = "removed"
INSERTED = "inserted"


class Fault(NamedTuple):
    """The first line at which the chain is broken."""

    position: int
    audit_id: str | None  # None if the seal is missing too
    what: str  # altered, removed, inserted

    @property
    def sentence(self) -> str:
        """What is wrong, as a sentence."""
        line = f"Line {self.position} of the audit log"
        return {
            ALTERED: f"{line} was changed after it was sealed.",
            REMOVED: f"{line} was removed.",
            INSERTED: f"{line} was inserted or moved: it does not follow the line before it.",
        }[self.what]


class AuditReport(NamedTuple):
    """The result of checking a chain up to its end or its first fault."""

    sealed: int
    unsealed: int  # lines not sealed yet; the sealer is about a second behind
    fault: Fault | None
    end: str | None  # the last hash, hexadecimal; a copy kept elsewhere reveals removed last lines

    @property
    def ok(self) -> bool:
        """True if every sealed line is unchanged."""
        return self.fault is None


class Link(NamedTuple):
    """A seal and its audit line as it is now; `line` is None if the line was removed."""

    position: int
    audit_id: str
    hash: bytes
    previous: bytes | None
    line: str | None


def verify(connection: Connection, tenant_id: str, progress: Progress = no_progress) -> AuditReport:
    """Check the chain from its beginning, up to the first line that differs from its seal."""
    sealed, unsealed = _counts(connection, tenant_id)
    previous: bytes | None = None
    for done, sealed_line in enumerate(_links(connection, tenant_id)):
        if done % TOLD_EVERY == 0:
            progress(done, sealed, "Checking each line of the audit log.")
        fault = _fault(sealed_line, done + 1, previous)
        if fault:
            return AuditReport(sealed, unsealed, fault, None)
        previous = sealed_line.hash
    progress(sealed, sealed, "")
    return AuditReport(sealed, unsealed, None, previous.hex() if previous else None)


def altered_lines(
    connection: Connection, tenant_id: str, audit_ids: Sequence[str]
) -> frozenset[str]:
    """Return which of these audit lines were changed after they were sealed.

    This compares each line with its own seal. `verify` also finds lines that were removed.
    """
    query = statement(BLOCKS["chain_of_lines"].replace("%(line)s", BLOCKS["part_audit_line"]))
    rows = query.run(connection, {"t": tenant_id, "audit_ids": list(audit_ids)})
    sealed = [Link(*row) for row in rows]
    return frozenset(
        one.audit_id for one in sealed if one.hash != link(one.previous, one.line or "")
    )


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
    query = statement(BLOCKS["chain"].replace("%(line)s", BLOCKS["part_audit_line"]))
    with connection.transaction(), RawServerCursor(connection, "chain") as cursor:
        cursor.itersize = 1000
        cursor.execute(query.text, [tenant_id for _ in query.names])
        for row in cursor:
            yield Link(*row)
