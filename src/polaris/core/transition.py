"""What a row of the lifecycle is made of."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from polaris.core.commands import Command
from polaris.core.decision import Decision
from polaris.core.facts.invoice import Status
from polaris.core.rules.requirement import Requirement

DRAFT, FINALIZED, VOIDED, CLOSED = Status
DRAFT_ONLY = frozenset({DRAFT})
FINALIZED_ONLY = frozenset({FINALIZED})
ISSUED = frozenset({FINALIZED, VOIDED})
WRITTEN = frozenset({DRAFT, FINALIZED, VOIDED})
ANY: frozenset[Status] = frozenset()

Action = Callable[[Decision, Any], None]


class Transition(NamedTuple):
    """One row: a command, the invoice before and after it, its requirements, and its action."""

    command: type[Command]
    before: frozenset[Status]  # empty: no invoice, or one in any state
    after: Status | None  # None: the state stays as it was
    requires: tuple[Requirement, ...]
    action: Action


class Dialect(NamedTuple):
    """What a dialect requires beyond the engine, by command."""

    name: str
    adds: Mapping[type[Command], tuple[Requirement, ...]]
