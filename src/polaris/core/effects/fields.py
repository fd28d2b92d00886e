"""Changed fields of rows that no other part of the effects shows, such as a customer's name."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import msgspec

from polaris.core.decision import Decision
from polaris.core.effects.documents import plain
from polaris.core.effects.effect import FieldEffect
from polaris.core.effects.naming import before, name_of
from polaris.core.facts.credit_note import CreditNote, Funding
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.series import Series
from polaris.core.facts.wallet import Lot

SHOWN_ELSEWHERE: dict[type[Row], frozenset[str]] = {
    Invoice: frozenset(
        "kind status currency number series revision net_minor tax_minor total_minor paid_minor"
        " outstanding_minor issue_date due_date void_reason void_comment regenerated_from"
        " regenerated_as paid_at_void_minor outstanding_at_void_minor".split()
    ),
    CreditNote: frozenset(
        "purpose status number series reason description currency net_minor tax_minor total_minor"
        " offset_minor credit_minor refund_minor balance_minor credit_to issue_date"
        " voided_minor".split()
    ),
    Payment: frozenset({"unused_minor", "intended"}),
    Refund: frozenset({"amount_minor", "currency", "state"}),
}
"""Fields that another part of the effects shows."""

WITHOUT = (Settlement, Funding, Lot, Series)
"""Rows that other parts show, or that nobody need know."""

HIDDEN = frozenset({"id", "version", "sequence", "details", "parties", "available_from"})
"""Fields that are ids or drawn numbers, belong to one dialect, or are the core's own."""


def changes(decision: Decision) -> Iterator[FieldEffect]:
    """Yield every other field that changes. Ids and times are left out."""
    for table in decision.rows.values():
        for row in table.values():
            if isinstance(row, Changing) and not isinstance(row, WITHOUT):
                yield from changed_fields(decision, row)


def changed_fields(decision: Decision, row: Changing) -> Iterator[FieldEffect]:
    """Yield the fields of a row that differ from the row before, or from the defaults if new."""
    old = before(decision, row)
    left_out = HIDDEN | SHOWN_ELSEWHERE.get(type(row), frozenset())
    subject = f"{row.table.replace('_', ' ')} {name_of(decision, row)}".strip()
    for field in msgspec.structs.fields(row):
        if field.name in left_out or field.name.endswith(("_id", "_ids")):
            continue
        after = getattr(row, field.name)
        was = getattr(old, field.name) if old else default_of(field)
        if was != after and not isinstance(after or was, datetime):
            yield from field_effects(subject, field.name, was, after)


def default_of(field: msgspec.structs.FieldInfo) -> object:
    """Return the default of a field, or None if it has none."""
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.default is msgspec.NODEFAULT else field.default


def field_effects(subject: str, name: str, was: object, after: object) -> Iterator[FieldEffect]:
    """Yield one effect for a simple value, and one for each changed part of a group of fields."""
    group = after if isinstance(after, msgspec.Struct) else None
    if group is None:
        yield FieldEffect(subject=subject, field=name, before=text(was), after=text(after))
        return
    for part in group.__struct_fields__:
        old, new = getattr(was, part, None), getattr(group, part)
        if old != new:
            yield FieldEffect(
                subject=subject, field=f"{name}.{part}", before=text(old), after=text(new)
            )


def text(value: object) -> str | None:
    """Return a value as text; None if there is none."""
    match value:
        case None | str():
            return value
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
    return msgspec.json.encode(value, order="deterministic").decode()
