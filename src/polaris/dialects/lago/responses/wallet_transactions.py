"""The movements of a wallet in Lago's JSON, where they are called wallet transactions."""

from polaris.core.facts.wallet import MovementKind, Wallet
from polaris.dialects.lago.responses.formats import major, stamp
from polaris.dialects.lago.responses.wallets import credit_text
from polaris.dialects.lago.rules.settings import lago_object
from polaris.store.read.wallets import Happening

KEPT = "wallet_transaction"
"""The key of the caller's own fields in the details of a movement."""

OUT = frozenset(
    {MovementKind.CONSUMED, MovementKind.VOIDED, MovementKind.EXPIRED, MovementKind.REVOKED}
)

WHY = {
    MovementKind.PURCHASED: "purchased",
    MovementKind.GRANTED: "granted",
    MovementKind.CREDITED: "granted",
    MovementKind.RESTORED: "granted",
    MovementKind.CONSUMED: "invoiced",
    MovementKind.VOIDED: "voided",
    MovementKind.EXPIRED: "voided",
    MovementKind.REVOKED: "voided",
}
"""Lago's transaction status of each kind. Restored credits count as granted, even bought ones."""


def direction(kind: MovementKind) -> str:
    """Return Lago's direction of a movement."""
    return "outbound" if kind in OUT else "inbound"


def happening(wallet: Wallet, row: Happening) -> dict[str, object]:
    """Return a wallet transaction."""
    given = lago_object(row.details, KEPT)
    left = row.left_minor
    return {
        "lago_id": row.id,
        "lago_wallet_id": wallet.id,
        "lago_invoice_id": None if row.gave_back else row.invoice_id,
        "lago_credit_note_id": row.note_id,
        "lago_voided_invoice_id": row.invoice_id if row.gave_back else None,
        "status": row.state,
        "source": "manual",
        "transaction_status": WHY[row.kind],
        "transaction_type": direction(row.kind),
        "amount": major(row.amount_minor, wallet.currency),
        "credit_amount": credit_text(wallet, row.amount_minor),
        "remaining_amount_cents": left,
        "remaining_credit_amount": None if left is None else credit_text(wallet, left),
        "priority": row.priority,
        "settled_at": stamp(row.settled_at),
        "failed_at": stamp(row.failed_at),
        "created_at": stamp(row.at),
        "name": given.get("name"),
        "metadata": given.get("metadata") or [],
        "invoice_requires_successful_payment": False,
        "purchase_order_number": given.get("purchase_order_number"),
        "payment_method": None,
        "applied_invoice_custom_sections": [],
    }


def share(wallet: Wallet, row_id: str, amount_minor: int, other: Happening) -> dict[str, object]:
    """Return the share that a wallet transaction has in another one."""
    return {
        "lago_id": row_id,
        "amount_cents": amount_minor,
        "credit_amount": credit_text(wallet, amount_minor),
        "created_at": stamp(other.at),
        "wallet_transaction": happening(wallet, other),
    }
