"""Tables about refunds."""

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table

from polaris.cli.tables import columns, pairs
from polaris.money import printed
from polaris.store.read.refunds import AvailableMoney, FoundRefund
from polaris.store.refund_attempts import Attempt


def refunds(found: Iterable[FoundRefund]) -> Table:
    """Return a table of refunds."""
    table = columns("Refund", "Customer", "Provider", "State", "Amount", right=("Amount",))
    for column in table.columns:
        column.no_wrap = column.header != "Customer"  # so that the ids can be copied whole
    for row in found:
        table.add_row(
            row.id,
            row.customer_name,
            row.provider,
            row.state,
            printed(row.amount_minor, row.currency),
        )
    return table


def refund(row: FoundRefund) -> RenderableType:
    """Return one refund with everything that is known about it."""
    settled = f"{row.settled_at:%Y-%m-%d %H:%M:%S} (UTC)" if row.settled_at else None
    shown = {
        "Refund": row.id,
        "State": row.state,
        "Amount": printed(row.amount_minor, row.currency),
        "Customer": row.customer_name,
        "Invoice": row.invoice_number or row.invoice_id,
        "Credit note": row.note_number,
        "Payment": f"{row.payment_id} ({row.provider}) {row.payment_reference or ''}".strip(),
        "Reason": row.reason,
        "Reference": row.reference,
        "Failure": row.failure,
        "Requested": f"{row.requested_at:%Y-%m-%d %H:%M:%S} (UTC)",
        "Settled": settled,
    }
    return pairs({name: value for name, value in shown.items() if value})


def attempts(found: Iterable[Attempt]) -> Table:
    """Return a table of the calls of a provider."""
    table = columns("Called at (UTC)", "Call", "Result", "State", "Reference", "Error")
    for row in found:
        table.add_row(
            f"{row.started_at:%Y-%m-%d %H:%M:%S}",
            row.call,
            row.result or "running",
            row.state or "",
            row.reference or "",
            row.error or "",
        )
    return table


def available(found: Iterable[AvailableMoney]) -> Table:
    """Return a table of money that can be refunded."""
    table = columns("Payment", "Received", "Customer", "Held for", "Amount", right=("Amount",))
    table.columns[0].no_wrap = True
    for row in found:
        table.add_row(
            row.payment_id,
            f"{row.received_at:%Y-%m-%d}",
            row.customer_name,
            row.invoice_number or ("unused" if row.invoice_id is None else row.invoice_id),
            printed(row.amount_minor, row.currency),
        )
    return table
