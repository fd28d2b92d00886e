"""The types of the lifecycle table."""

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
    """One row: a command, the invoice's status before and after, requirements and action."""

    command: type[C]
    before: frozenset[Status]  # empty: no invoice, or one in any state
    after: Status | None  # None: the state stays as it was
    requires: tuple[Requirement[C], ...]
    action: Callable[[Decision, C], None]


AnyTransition: TypeAlias = Transition[Any]
"""A row of the table, whatever its command."""


class Dialect(NamedTuple):
    """A dialect's additional requirements, by command."""

    name: str
    adds: Mapping[type[Command], tuple[AnyRequirement, ...]]


def adds(
    command: type[C], *requirements: Requirement[C]
) -> tuple[type[Command], tuple[AnyRequirement, ...]]:
    """Return an item of `Dialect.adds`; its type holds that the rules fit the command."""
    return command, requirements
