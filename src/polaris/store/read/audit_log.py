"""The audit log: search its lines, newest first, page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.keyset import KeysetList, KeysetPage, Window, keyset_page
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks, statement

BLOCKS = blocks("read/audit_log.sql") | blocks("read/journal.sql")
OUTCOMES = ("done", "refused", "broken")
NOTHING = "00000000-0000-0000-0000-000000000000"


class AuditSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What to search for. A filter that is None does not apply."""

    actor: str | None = None  # a part of the name
    commands: Sequence[str] | None = None  # names of commands
    outcome: str | None = None  # done, refused, broken
    subject: str | None = None  # an id, or the number of an invoice
    subject_id: str | None = None  # the subject again, if it is an id
    command_id: str | None = None
    first_moment: datetime | None = None
    end_moment: datetime | None = None  # itself not included


CONDITIONS = {
    "actor": "audit_actor",
    "commands": "audit_command",
    "outcome": "audit_outcome",
    "subject": "audit_subject",
    "command_id": "audit_command_id",
    "first_moment": "audit_from",
    "end_moment": "audit_to",
}
"""The SQL block of each filter."""


class LoggedRequest(NamedTuple):
    """A line of the audit log, with its seal. Not sealed yet: the last two are None."""

    id: str
    at: datetime
    actor: str
    command: str
    outcome: str
    refusals: list[str] | None  # their codes
    request: str  # JSON
    command_id: str
    subject_id: str | None
    invoice_number: str | None  # of the subject
    sealed_as: int | None  # its position in the chain
    hash: str | None  # hexadecimal
    refusals_with_details: list[tuple[str, dict[str, Any]]] | None  # of the recorded outcome


def audit_page(
    connection: Connection, tenant_id: str, wanted: AuditSearch, window: Window
) -> KeysetPage[LoggedRequest]:
    """Return one page of lines, in the order of their times."""
    values = msgspec.structs.asdict(wanted) | {
        "t": tenant_id,
        "subject_id": wanted.subject_id or NOTHING,
        "commands": list(wanted.commands or ()),
    }
    conditions = tuple(
        BLOCKS[block] for name, block in CONDITIONS.items() if getattr(wanted, name) is not None
    )
    listed = KeysetList(BLOCKS["audit_page"], BLOCKS["audit_by_time"], conditions)
    statement(BLOCKS["plan_for_values"]).run(connection, {})
    page = keyset_page(connection, listed, values, window)
    lines = [LoggedRequest(*columns) for *columns, _ in page.rows]
    return KeysetPage(lines, page.before, page.after)


class LoggedAction(NamedTuple):
    """What a line of the audit log says was done."""

    command: str
    subject_id: str | None
    request: str  # JSON


def logged_action(connection: Connection, tenant_id: str, line_id: str) -> LoggedAction | None:
    """Return the line of the audit log with this id, or None if there is none."""
    values = {"t": tenant_id, "id": line_id}
    for row in tuples_found(connection, BLOCKS["audit_line"], values):
        return LoggedAction(*row)
    return None
