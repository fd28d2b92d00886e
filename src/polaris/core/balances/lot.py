"""Put credits into a lot or take them out, and record the movement."""

from polaris.core.decision import Decision
from polaris.core.facts.details import Details
from polaris.core.facts.event import EventKind
from polaris.core.facts.wallet import Lot, Movement, MovementKind


def record_movement(
    decision: Decision,
    lot: Lot,
    kind: MovementKind,
    amount_minor: int,
    invoice_id: str | None = None,
    details: Details | None = None,
) -> None:
    """Record a change of a lot in its wallet's history; negative for credits taken out."""
    decision.put(
        Movement(
            id=decision.new_id(),
            wallet_id=lot.wallet_id,
            customer_id=lot.customer_id,
            lot_id=lot.id,
            kind=kind,
            amount_minor=amount_minor,
            invoice_id=invoice_id,
            at=decision.at,
            details=details or {},
        )
    )


def refill(decision: Decision, lot_id: str, amount_minor: int, invoice_id: str | None) -> None:
    """Put credits back into their lot."""
    lot = decision.the(Lot, lot_id)
    after = decision.change(lot, left_minor=lot.left_minor + amount_minor)
    record_movement(decision, lot, MovementKind.RESTORED, amount_minor, invoice_id)
    decision.emit(EventKind.CREDITS_RESTORED, lot, after, invoice_id)


def revoke(decision: Decision, lot: Lot, amount_minor: int) -> None:
    """Take unspent purchased credits out of their lot, because the purchase is undone."""
    after = decision.change(lot, left_minor=lot.left_minor - amount_minor)
    record_movement(decision, lot, MovementKind.REVOKED, -amount_minor, lot.invoice_id)
    decision.emit(EventKind.CREDITS_VOIDED, lot, after, lot.invoice_id)
