"""Write off an outstanding amount as a loss, or reverse a write-off."""

from polaris.core.balances.settlement import remove, settle
from polaris.core.commands import ReverseWriteOff, WriteOffInvoice
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, WriteOff
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import EntryKind


def write_off(decision: Decision, command: WriteOffInvoice) -> None:
    """Book all or part of the outstanding amount as a loss (recipe 5)."""
    invoice = decision.the(Invoice, command.invoice_id)
    amount = invoice.outstanding_minor if command.amount_minor is None else command.amount_minor
    given_up = WriteOff(
        id=command.write_off_id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        amount_minor=amount,
        account=command.account or chart.BAD_DEBT,
        reason=command.reason,
        at=decision.at,
    )
    booked = EntryKind.WRITTEN_OFF, recipes.written_off(given_up.account, amount)
    decision.book_on(command.dated)
    settle(decision, invoice.id, SettlementKind.WRITE_OFF, given_up, amount, booked)
    decision.put(given_up)
    decision.emit(EventKind.INVOICE_WRITTEN_OFF, None, given_up)


def reverse(decision: Decision, command: ReverseWriteOff) -> None:
    """Reverse a write-off; its amount is owed again (recipe 6)."""
    before = decision.the(WriteOff, command.write_off_id)
    after = decision.change(before, reversed_at=decision.at)
    for settlement in decision.of(Settlement, "source_id", before.id):
        remove(decision, settlement)
    decision.emit(EventKind.WRITE_OFF_REVERSED, before, after)
