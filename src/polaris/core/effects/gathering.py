"""Gather the effects of a decision: what it writes, compared with the facts before it."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from polaris.core.decision import Decision
from polaris.core.effects import documents, money
from polaris.core.effects.effect import Effect, Effects
from polaris.core.effects.fields import changes

E = TypeVar("E", bound=Effect)


def effects_of(decision: Decision) -> Effects:
    """Return the effects of a decision whose rows are not added to its facts yet.

    They depend only on rows that the decision writes, and on what these rows name. So a preview
    and the performed request have equal effects, whatever else is loaded with them.
    """
    return Effects(
        invoices=in_order(documents.invoices(decision)),
        credit_notes=in_order(documents.credit_notes(decision)),
        ledger=in_order(money.ledger(decision)),
        settlements=in_order(money.settlements(decision)),
        refunds=in_order(money.refunds(decision)),
        wallets=in_order(money.wallets(decision)),
        taxes=in_order(money.taxes(decision)),
        receivable=in_order(money.receivable(decision)),
        credit=in_order(money.credit(decision)),
        changes=in_order(changes(decision)),
        events=tuple(str(event.kind) for event in decision.events),
    )


def in_order(parts: Iterable[E]) -> tuple[E, ...]:
    """Return the parts sorted by what is compared, because rows are loaded in any order."""
    return tuple(sorted(parts, key=sort_key))


def sort_key(part: Effect) -> bytes:
    """Return the part as JSON, without a number that is still to be given."""
    return msgspec.json.encode(without_next_number(part), order="deterministic")


def without_next_number(part: E) -> E:
    """Return the part without the number that a document gets."""
    if hasattr(part, "next_number"):
        return msgspec.structs.replace(part, next_number=None)
    return part
