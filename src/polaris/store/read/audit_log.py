"""The audit log: search its lines, newest first, page by page."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.conditions import narrowed
from polaris.store.read.rows import Connection
from polaris.store.sql import Statement, blocks, statement

BLOCKS = blocks("read/audit_log.sql") | blocks("read/journal.sql")
OUTCOMES = ("done", "refused", "broken")
NOTHING = "00000000-0000-0000-0000-000000000000"


class Place(NamedTuple):
    """A line from which a page continues."""

    at: datetime
    id: str


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
    after: Place | None = None  # the last line of the page before
    before: Place | None = None  # the first line of the page after


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

PAGING = {"after": "audit_after", "before": "audit_before"}
"""The SQL block of each direction in which a page continues."""


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


class AuditPage(NamedTuple):
    """One page of lines, and where the pages before and after it continue from."""

    lines: list[LoggedRequest]
    before: Place | None  # None on the first page
    after: Place | None  # None on the last page


def audit_page(
    connection: Connection, tenant_id: str, wanted: AuditSearch, limit: int
) -> AuditPage:
    """Return one page of at most `limit` lines."""
    backwards = wanted.before is not None
    start = wanted.before or wanted.after
    values = msgspec.structs.asdict(wanted) | {
        "t": tenant_id,
        "limit": limit + 1,  # one more, to see whether there is another page
        "place_at": start.at if start else None,
        "place_id": start.id if start else None,
        "subject_id": wanted.subject_id or NOTHING,
        "commands": list(wanted.commands or ()),
    }
    statement(BLOCKS["plan_for_values"]).run(connection, {})
    rows = _page(_conditions(wanted), backwards).run(connection, values)
    lines = [LoggedRequest(*row) for row in rows]
    more, lines = len(lines) > limit, lines[:limit]
    if backwards:
        lines.reverse()
    earlier, later = (more, True) if backwards else (start is not None, more)
    return AuditPage(
        lines,
        _place_of(lines[0]) if lines and earlier else None,
        _place_of(lines[-1]) if lines and later else None,
    )


def _place_of(line: LoggedRequest) -> Place:
    return Place(line.at, line.id)


def _conditions(wanted: AuditSearch) -> tuple[str, ...]:
    filters = [block for name, block in CONDITIONS.items() if getattr(wanted, name) is not None]
    paging = [block for way, block in PAGING.items() if getattr(wanted, way) is not None]
    return (*filters, *paging[-1:])


@cache
def _page(conditions: tuple[str, ...], backwards: bool) -> Statement:
    page = BLOCKS["audit_page"]
    if backwards:
        page = page.replace(" desc", " asc")
    # The select list has a `where` too, so the page's own one is found by its tenant.
    listed, own, rest = page.partition("where a.tenant_id")
    return statement(listed + narrowed(own + rest, BLOCKS, conditions))
