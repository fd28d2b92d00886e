"""What a row of the lifecycle is made of."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from polaris.core.commands import Command
from polaris.core.decision import Decision
from polaris.core.invoice import Status
from polaris.core.requirement import Requirement

DRAFT, FINALIZED, VOIDED, CLOSED = Status
ISSUED = frozenset({FINALIZED, VOIDED})
ANY: frozenset[Status] = frozenset()

Verb = Callable[[Decision, Any], None]


class Move(NamedTuple):
    """One command: what an invoice must be, what it becomes, what else must hold, what is done."""

    command: type[Command]
    before: frozenset[Status]  # empty: no invoice, or one in any state
    after: Status | None  # none: stays what it is
    requires: tuple[Requirement, ...]
    decides: Verb


class Dialect(NamedTuple):
    """What a dialect requires beyond the engine, by command."""

    name: str
    adds: Mapping[type[Command], tuple[Requirement, ...]]
