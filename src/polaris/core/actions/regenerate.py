"""Replace a voided invoice by a corrected one, at most once. Each names the other."""

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from polaris.core.actions.draft import write_with
from polaris.core.actions.finalize import finalize
from polaris.core.actions.void import void
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.line import copied
from polaris.core.balances.tax_selection import repeated, resolved
from polaris.core.commands import DraftInvoice, FinalizeInvoice, RegenerateInvoice
from polaris.core.commands.values import NewLine
from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Status


def regenerate(decision: Decision, command: RegenerateInvoice) -> None:
    """Void the invoice if asked, create its replacement, and finalize that if asked."""
    if command.void_first:
        void(decision, command.void_first)
    before = decision.the(Invoice, command.invoice_id)
    lines = lines_of(decision, before, command)
    write_with(decision, replacement(before, command), lines)
    new = decision.the(Invoice, command.new_invoice_id)
    new = decision.change(new, regenerated_from=before.id)
    after = decision.change(before, regenerated_as=new.id)
    decision.emit(EventKind.INVOICE_REGENERATED, before, after)
    decision.emit(EventKind.INVOICE_DRAFTED, None, new)
    if command.status is Status.FINALIZED:
        apply = replace(command.apply, held=carries_held(command))
        finalize(decision, FinalizeInvoice(invoice_id=new.id, series=command.series, apply=apply))


def carries_held(command: RegenerateInvoice) -> bool:
    """True if money held for the voided invoice settles the replacement."""
    if command.carry_held is None:
        return command.apply.held or command.void_first is not None
    return command.carry_held


def replacement(original: Invoice, command: RegenerateInvoice) -> DraftInvoice:
    """Return the draft that replaces an invoice, without its lines."""
    order = command.purchase_order_number
    return DraftInvoice(
        invoice_id=command.new_invoice_id,
        customer_id=original.customer_id,
        currency=original.currency,
        kind=original.kind,
        lines=(),
        issue_date=command.issue_date,
        payment_term_days=original.payment_term_days,
        external_number=original.external_number,
        rounding=original.rounding,
        price_type=original.price_type,
        memo=original.memo,
        purchase_order_number=original.purchase_order_number if order is UNSET else order,
        details=original.details if command.details is UNSET else command.details,
    )


def lines_of(
    decision: Decision, original: Invoice, command: RegenerateInvoice
) -> Iterator[NewLine]:
    """Yield the command's lines, else the original's; each names the line that it repeats."""
    balance = InvoiceBalance(decision, original)
    lines = {line.id: line for line in balance.lines}
    copies = (replace(copied(balance, line), original_line_id=line.id) for line in balance.lines)
    asked = copies if command.lines is UNSET else command.lines
    customer = decision.the(Customer, original.customer_id)
    for line in asked:
        repeats = lines.get(line.original_line_id or "")
        if command.retax and repeats:
            yield repeated(decision, customer, line, repeats)
        else:
            yield resolved(decision, customer, line)
