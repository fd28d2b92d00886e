"""Rows about each request: its recorded outcome, so that it is done once, and an audit line."""

from datetime import datetime
from typing import ClassVar

import msgspec

from polaris.core.facts.row import Row


class CommandRecord(Row, frozen=True, array_like=True, kw_only=True):
    """The first outcome of a request. A repeated request gets it as its answer."""

    table: ClassVar[str] = "command"

    key: str | None = None  # the caller's idempotency key
    fingerprint: str | None = None  # SHA-256 of the request that used the key
    refusals: list[tuple[str, dict[str, str | int | None]]] | None = None  # None if it was done
    at: datetime


class AuditLine(Row, frozen=True, array_like=True, kw_only=True):
    """A record of a request: its actor, command, time and outcome. Never changed or removed."""

    table: ClassVar[str] = "audit"

    command_id: str
    at: datetime
    actor: str
    command: str  # the command's name
    subject_id: str | None = None  # the invoice, else the first id in the command
    outcome: str  # done, refused, broken
    refusals: list[str] | None = None  # their codes
    request: msgspec.Raw  # the command as it was sent, JSON
