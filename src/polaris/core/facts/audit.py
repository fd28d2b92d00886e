"""What is kept of every asking: its outcome, so that it is done once, and an audit line."""

from datetime import datetime
from typing import ClassVar

import msgspec

from polaris.core.facts.row import Row


class CommandRecord(Row, frozen=True, array_like=True, kw_only=True):
    """The first outcome of a command, answered again to whoever repeats it."""

    table: ClassVar[str] = "command"

    key: str | None = None  # the caller's idempotency key
    fingerprint: str | None = None  # SHA-256 of what was asked under the key
    refusals: list[tuple[str, dict[str, str | int | None]]] | None = None  # none when it was done
    at: datetime


class AuditLine(Row, frozen=True, array_like=True, kw_only=True):
    """Who asked for what, when, and how it ended. Never changed or removed."""

    table: ClassVar[str] = "audit"

    command_id: str
    at: datetime
    actor: str
    command: str  # the command's name
    subject_id: str | None = None  # the invoice, else the first thing named
    outcome: str  # done, refused, broken
    refusals: list[str] | None = None  # their codes
    request: msgspec.Raw  # the command as asked, JSON
