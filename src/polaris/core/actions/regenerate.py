"""Replace a voided invoice by a corrected one, linked both ways, at most once."""

from polaris.core.actions.draft import write
from polaris.core.actions.finalize import finalize
from polaris.core.actions.void import void
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands import DraftInvoice, FinalizeInvoice, RegenerateInvoice
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Line, Status


def regenerate(decision: Decision, command: RegenerateInvoice) -> None:
    """Void first when asked to, write the replacement, finalize it when asked to."""
    if command.void_first:
        void(decision, command.void_first)
    before = decision.the(Invoice, command.invoice_id)
    write(decision, replacement(decision, before, command))
    new = decision.the(Invoice, command.new_invoice_id)
    new = decision.change(new, regenerated_from=before.id)
    after = decision.change(before, regenerated_as=new.id)
    decision.emit(EventKind.INVOICE_REGENERATED, before, after)
    decision.emit(EventKind.INVOICE_DRAFTED, None, new)
    if command.status is Status.FINALIZED:
        finalize(
            decision,
            FinalizeInvoice(invoice_id=new.id, series=command.series, apply=command.apply),
        )


def replacement(decision: Decision, original: Invoice, command: RegenerateInvoice) -> DraftInvoice:
    """The draft that replaces an invoice: its lines, or the corrected ones."""
    return DraftInvoice(
        invoice_id=command.new_invoice_id,
        customer_id=original.customer_id,
        currency=original.currency,
        kind=original.kind,
        lines=command.lines if command.lines is not None else repeated(decision, original),
        issue_date=command.issue_date,
        payment_term_days=original.payment_term_days,
        external_number=original.external_number,
        rounding=original.rounding,
        price_type=original.price_type,
        memo=original.memo,
        details=original.details if command.details is None else command.details,
    )


def repeated(decision: Decision, original: Invoice) -> tuple[NewLine, ...]:
    """The original's lines, asked for anew; each remembers the line it repeats."""
    balance = InvoiceBalance(decision, original)
    return tuple(_again(balance, line) for line in balance.lines)


def _again(balance: InvoiceBalance, line: Line) -> NewLine:
    taxes = [tax for tax in balance.taxes if tax.line_id == line.id]
    return NewLine(
        kind=line.kind,
        code=line.code,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount_minor=line.gross_minor,
        discount_minor=line.discount_minor,
        taxes=tuple(
            TaxRate(
                code=tax.code,
                name=tax.name,
                rate=tax.rate,
                amount_minor=tax.amount_minor if tax.given else None,
            )
            for tax in taxes
        ),
        account=line.account,
        wallet_id=line.wallet_id,
        original_line_id=line.id,
    )
