"""What a row of the lifecycle is made of."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from polaris.core.commands import Command
from polaris.core.decision import Decision
from polaris.core.facts.invoice import Status
from polaris.core.rules.requirement import AnyRequirement, Requirement

DRAFT, FINALIZED, VOIDED, CLOSED = Status
DRAFT_ONLY = frozenset({DRAFT})
FINALIZED_ONLY = frozenset({FINALIZED})
ISSUED = frozenset({FINALIZED, VOIDED})
WRITTEN = frozenset({DRAFT, FINALIZED, VOIDED})
ANY: frozenset[Status] = frozenset()

C = TypeVar("C", bound=Command)


class Transition(NamedTuple, Generic[C]):
    """One row: a command, the invoice before and after it, its requirements, and its action."""

    command: type[C]
    before: frozenset[Status]  # empty: no invoice, or one in any state
    after: Status | None  # None: the state stays as it was
    requires: tuple[Requirement[C], ...]
    action: Callable[[Decision, C], None]


AnyTransition: TypeAlias = Transition[Any]
"""A row of the table, whatever its command."""


class Dialect(NamedTuple):
    """What a dialect requires beyond the engine, by command."""

    name: str
    adds: Mapping[type[Command], tuple[AnyRequirement, ...]]


def adds(
    command: type[C], *requirements: Requirement[C]
) -> tuple[type[Command], tuple[AnyRequirement, ...]]:
    """Return an item of `Dialect.adds`; its type holds that the rules fit the command."""
    return command, requirements
