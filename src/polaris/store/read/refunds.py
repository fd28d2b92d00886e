"""Lists of refunds, and of the money that can be refunded: unused, or held for voided invoices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from polaris.core.commands.text import ID
from polaris.core.facts.payment import RefundState
from polaris.store.read.keyset import (
    From,
    KeysetList,
    KeysetPage,
    Window,
    ids_of,
    keyset_page,
    rows_of,
)
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/refunds.sql")

FILTERS = {
    "states": "refunds_in_states",
    "provider": "refunds_by_provider",
    "not_provider": "refunds_not_by_provider",
    "customer_id": "refunds_of_customer",
    "invoice_id": "refunds_of_invoice",
}

OWED = (
    RefundState.REQUESTED,
    RefundState.SENT,
    RefundState.UNKNOWN,
    RefundState.PENDING,
    RefundState.FAILED,
)
"""The states in which a refund is still owed."""


class RefundSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What to search for. A filter that is empty or None does not apply."""

    states: tuple[RefundState, ...] = ()
    provider: str | None = None
    not_provider: str | None = None  # every provider but this one
    customer_id: str | None = None
    invoice_id: str | None = None


class FoundRefund(NamedTuple):
    """A refund, as a list shows it. Amounts are minor units."""

    id: str
    state: RefundState
    customer_id: str
    customer_name: str
    invoice_id: str | None
    invoice_number: str | None
    note_id: str | None
    note_number: str | None
    payment_id: str
    provider: str
    payment_method: str | None
    payment_reference: str | None  # the provider's id of the payment
    currency: str
    amount_minor: int
    reason: str | None
    reference: str | None  # the provider's id of the refund
    failure: str | None
    requested_at: datetime
    settled_at: datetime | None
    attempts: int


class AvailableMoney(NamedTuple):
    """Money of a payment that can be refunded: unused, or held for one voided invoice."""

    payment_id: str
    customer_id: str
    customer_name: str
    provider: str
    reference: str | None
    received_at: datetime
    currency: str
    amount_minor: int
    invoice_id: str | None  # the voided invoice that holds it; None if it is unused
    invoice_number: str | None


def refunds(
    connection: Connection, tenant_id: str, wanted: RefundSearch, window: Window
) -> KeysetPage[FoundRefund]:
    """Return one page of refunds, by the time of the request."""
    conditions = tuple(BLOCKS[name] for field, name in FILTERS.items() if getattr(wanted, field))
    values: dict[str, Any] = {"t": tenant_id, **msgspec.structs.asdict(wanted)}
    values["states"] = list(wanted.states)
    listed = KeysetList(BLOCKS["refunds_listed"], BLOCKS["refunds_by_request"], conditions)
    page = keyset_page(connection, listed, values, window)
    return rows_of(page, refunds_with_ids(connection, tenant_id, ids_of(page)))


def refund(connection: Connection, tenant_id: str, refund_id: str) -> FoundRefund | None:
    """Return the refund with this id, or None."""
    wanted = [refund_id] if ID.fullmatch(refund_id) else []
    return next(iter(refunds_with_ids(connection, tenant_id, wanted)), None)


def refunds_with_ids(
    connection: Connection, tenant_id: str, ids: Sequence[str]
) -> list[FoundRefund]:
    """Return the refunds with these ids, in no order."""
    values = {"t": tenant_id, "ids": list(ids)}
    rows = map(FoundRefund._make, tuples_found(connection, BLOCKS["refunds_shown"], values))
    return [row._replace(state=RefundState(row.state)) for row in rows]


def currency_of_source(connection: Connection, tenant_id: str, source_id: str) -> str | None:
    """Return the currency of the payment, invoice or credit note with this id, or None."""
    values = {"t": tenant_id, "source_id": source_id}
    for (currency,) in tuples_found(connection, BLOCKS["currency_of_source"], values):
        return str(currency)
    return None


class AvailablePage(NamedTuple):
    """A page of money that can be refunded, and where the next page continues."""

    rows: list[AvailableMoney]
    after: From | None


def available_money(connection: Connection, tenant_id: str, window: Window) -> AvailablePage:
    """Return money that can be refunded. A page has at most `window.limit` payments."""
    listed = KeysetList(BLOCKS["available_listed"], BLOCKS["available_by_receipt"])
    page = keyset_page(connection, listed, {"t": tenant_id}, window)
    values = {"t": tenant_id, "ids": ids_of(page)}
    found = tuples_found(connection, BLOCKS["available_shown"], values)
    return AvailablePage([AvailableMoney(*row) for row in found], page.after)
