"""Commands about customers, invoices, payments and the books."""

from datetime import timedelta

from msgspec import UNSET

from polaris.core import commands as ask
from polaris.core.commands import CloseBooks, Command, DeleteCustomer, ReopenBooks, SaveCustomer
from polaris.core.commands.values import GiveBack, TopUpPolicy, VoidNote
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import Details
from polaris.core.facts.invoice import (
    Invoice,
    InvoiceKind,
    Rounding,
    SettlementKind,
    Status,
    WriteOff,
)
from polaris.core.facts.payment import Payment, PaymentState
from properties.asking import CURRENCIES, CUSTOMERS, ZONES, Asking, drafted, finalized, live, owing

# ------------------------------------------------------------ invoices


def save_customer(by: Asking) -> Command:
    customer_id = by.choices.among(CUSTOMERS)
    return SaveCustomer(
        customer_id=customer_id,
        external_id=by.given(customer_id if by.mostly(9) else "c1"),
        timezone=by.choices.among((None, *ZONES, "Nowhere")),
        payment_term_days=by.choices.among((None, 30, -1)) if by.seldom() else None,
    )


def delete_customer(by: Asking) -> Command:
    """Mostly delete the last customer, so that the other commands keep their customers."""
    later = by.id_of(Customer, lambda row: live(row) and row.id == CUSTOMERS[-1])
    return DeleteCustomer(customer_id=later)


def draft(by: Asking) -> Command:
    return ask.DraftInvoice(
        invoice_id=by.new("invoice"),
        customer_id=by.id_of(Customer, live),
        currency=by.choices.among(CURRENCIES) if by.mostly(40) else "XXX",
        lines=by.lines(),
        issue_date=by.day(),
        rounding=by.choices.among(tuple(Rounding)),
    )


def edit(by: Asking) -> Command:
    return ask.EditDraft(
        invoice_id=by.id_of(Invoice, drafted),
        lines=by.given(by.lines()),
        issue_date=by.day(),
    )


def delete(by: Asking) -> Command:
    return ask.DeleteDraft(invoice_id=by.id_of(Invoice, drafted))


def finalize(by: Asking) -> Command:
    return ask.FinalizeInvoice(
        invoice_id=by.id_of(Invoice, drafted),
        issue_date=by.day(),
        series="invoice" if by.mostly(30) else "note",
        apply=by.apply(),
        skip_zero=by.seldom(2),
    )


def issue(by: Asking) -> Command:
    return ask.IssueInvoice(
        invoice_id=by.new("invoice"),
        customer_id=by.id_of(Customer, live),
        currency=by.choices.among(CURRENCIES),
        lines=by.lines(),
        issue_date=by.day(),
        apply=by.apply(),
        skip_zero=by.seldom(2),
    )


def annotate(by: Asking) -> Command:
    sold = by.seldom(2)
    invoice = by.one(Invoice, lambda row: not sold or row.kind is InvoiceKind.TOP_UP)
    details: Details = {"x": {"note": by.choices.whole(0, 3)}}
    return ask.AnnotateInvoice(
        invoice_id=invoice.id,
        payment_status=by.choices.among((None, "pending", "succeeded", "failed", "paid")),
        details=details,
    )


def lose(by: Asking) -> Command:
    return ask.LoseDispute(invoice_id=by.id_of(Invoice, finalized))


def mark_overdue(by: Asking) -> Command:
    return ask.MarkOverdue(invoice_id=by.id_of(Invoice, owing))


def collect(by: Asking) -> Command:
    return ask.CollectInvoice(invoice_id=by.id_of(Invoice, owing))


def record(by: Asking) -> Command:
    return ask.RecordInvoice(
        invoice_id=by.new("invoice"),
        customer_id=by.id_of(Customer, live),
        currency=by.choices.among(CURRENCIES),
        lines=by.lines(),
        issue_date=by.day(),
        number=by.perhaps("OLD-7"),
        status=by.choices.among((Status.FINALIZED, *Status)),
        apply=by.apply(),
    )


def void(by: Asking) -> Command:
    return void_of(by, by.one(Invoice, finalized))


def void_of(by: Asking, invoice: Invoice) -> ask.VoidInvoice:
    balance = by.balance(invoice)
    refund = by.amount(balance.refundable) if by.seldom() else 0
    credit = by.amount(balance.creditable - refund) if by.seldom(2) else 0
    return ask.VoidInvoice(
        invoice_id=invoice.id,
        dated=by.day(),
        credit_minor=credit,
        refund_minor=refund,
        credit_to=by.choices.among(tuple(CreditTo)),
        note=by.choices.among(tuple(VoidNote)),
        give_back=GiveBack(wallet=by.seldom(2), notes=by.seldom(2)),
        top_up=by.choices.among(tuple(TopUpPolicy)),
    )


def regenerate(by: Asking) -> Command:
    issued = (Status.VOIDED, Status.FINALIZED)
    invoice = by.one(Invoice, lambda row: row.status in issued and row.regenerated_as is None)
    return ask.RegenerateInvoice(
        invoice_id=invoice.id,
        new_invoice_id=by.new("invoice"),
        status=by.choices.among((Status.DRAFT, Status.FINALIZED)),
        void_first=void_of(by, invoice) if finalized(invoice) else None,
        lines=by.lines() if by.seldom() else UNSET,
        issue_date=by.day(),
        apply=by.apply(),
    )


# ------------------------------------------------------------ money


def receive(by: Asking) -> Command:
    if by.mostly(8):
        return payment_of(by, by.one(Invoice, owing))
    return ask.ReceivePayment(
        payment_id=by.new("payment"),
        customer_id=by.id_of(Customer, live),
        currency=by.choices.among(CURRENCIES),
        amount_minor=by.amount(500),
        received_at=by.perhaps(by.time()),
    )


def payment_of(by: Asking, invoice: Invoice) -> Command:
    owed = invoice.outstanding_minor or 100  # or meant for one that owes nothing
    others = [
        row.id
        for row in by.world.all(Invoice)
        if (row.customer_id, row.currency) == (invoice.customer_id, invoice.currency)
    ]
    named = {invoice.id, by.choices.among(others)}
    amount = by.amount(owed + owed // 3)
    states = (PaymentState.SUCCEEDED,) * 12 + tuple(PaymentState)
    return ask.ReceivePayment(
        payment_id=by.new("payment"),
        currency=invoice.currency,
        amount_minor=amount,
        state=by.choices.among(states),
        provider=by.choices.among(("manual", "provider")),
        account=by.choices.among((None,) * 8 + ("BANK", "BANK", "SALES")),
        fee_minor=by.choices.whole(0, 3),
        received_at=by.time(),
        apply_to={one: by.amount(amount) for one in sorted(named)},
    )


def report_payment(by: Asking) -> Command:
    waiting = (PaymentState.IN_PROGRESS, PaymentState.NEEDS_ATTENTION)
    payment = by.id_of(Payment, lambda row: row.state in waiting or by.seldom(8))
    state = PaymentState.SUCCEEDED if by.seldom(2) else by.choices.among(tuple(PaymentState))
    return ask.UpdatePayment(
        payment_id=payment,
        state=state,
        fee_minor=by.choices.whole(0, 3),
        received_at=by.perhaps(by.time()),
    )


def apply_payment(by: Asking) -> Command:
    payment = by.one(Payment, lambda row: row.unused_minor > 0)
    invoice = by.owed_by(payment)
    amount = by.amount(min(payment.unused_minor, invoice.outstanding_minor))
    return ask.ApplyPayment(
        payment_id=payment.id, invoice_id=invoice.id, amount_minor=by.perhaps(amount)
    )


def remove_payment(by: Asking) -> Command:
    row = by.settlement(SettlementKind.PAYMENT)
    return ask.RemovePayment(payment_id=row.source_id, invoice_id=row.invoice_id)


def write_off(by: Asking) -> Command:
    invoice = by.one(Invoice, owing)
    return ask.WriteOffInvoice(
        invoice_id=invoice.id,
        write_off_id=by.new("write-off"),
        amount_minor=by.perhaps(by.amount(invoice.outstanding_minor)),
        dated=by.day(),
    )


def reverse_write_off(by: Asking) -> Command:
    wanted = by.id_of(WriteOff, lambda row: row.reversed_at is None)
    return ask.ReverseWriteOff(write_off_id=wanted)


# ------------------------------------------------------------ the books


def close(by: Asking) -> Command:
    return CloseBooks(through=by.world.at.date() - timedelta(days=by.choices.whole(0, 30)))


def reopen(by: Asking) -> Command:
    back = by.world.at.date() - timedelta(days=by.choices.whole(1, 40))
    return ReopenBooks(through=by.perhaps(back))
