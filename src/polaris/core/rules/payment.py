"""Requirements about payments. Each sentence states what must hold."""

from polaris.core import refusals
from polaris.core.balances.invoice import refunded
from polaris.core.balances.payment import becomes, under_way
from polaris.core.balances.settlement import standing
from polaris.core.commands import (
    ApplyPayment,
    ReceivePayment,
    UpdatePayment,
)
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.payment import PaymentState
from polaris.core.rules import input, invoice
from polaris.core.rules.requirement import AnyCase, Case, Details, at_most, requires, unless


@requires(refusals.CustomerMismatch)
def payment_of_same_customer(case: Case[ReceivePayment]) -> Details | None:
    """The payment and every invoice in `apply_to` belong to the same customer."""
    command = case.command
    ids = [command.customer_id] if command.customer_id else []
    named = [case.decision.the(Invoice, one, "apply_to") for one in command.apply_to]
    return unless(len({*ids, *(one.customer_id for one in named)}) <= 1, field="apply_to")


@requires(refusals.CurrencyMismatch)
def payment_in_invoice_currency(case: Case[ReceivePayment]) -> Details | None:
    """The payment has the currency of every invoice in `apply_to`."""
    named = [case.decision.the(Invoice, one, "apply_to") for one in case.command.apply_to]
    wrong = next((one for one in named if one.currency != case.command.currency), None)
    return unless(wrong is None, field="currency", id=wrong.id if wrong else None)


@requires(refusals.AlreadyInState)
def payment_moves_on(case: Case[UpdatePayment]) -> Details | None:
    """The payment is not yet in the reported state."""
    after = becomes(case.payment, case.command.state)
    return unless(case.payment.state is not after, state=case.payment.state)


@requires(refusals.StateNotPossible)
def payment_can_go_there(case: Case[UpdatePayment]) -> Details | None:
    """A payment that succeeded can only be reversed, and a reversed payment stays reversed."""
    # A success told late or twice, after the money went back, must not bring it into the books.
    before, after = case.payment.state, becomes(case.payment, case.command.state)
    ended = before in (PaymentState.SUCCEEDED, PaymentState.REVERSED)
    possible = after in (before, PaymentState.REVERSED)
    return unless(possible or not ended, field="state", state=before)


@requires(refusals.AmountTooLarge)
def fee_within_known_payment(case: Case[UpdatePayment]) -> Details | None:
    """The fee is at most the amount of the payment."""
    fits = case.command.fee_minor <= case.payment.amount_minor
    return unless(fits, field="fee_minor")


@requires(refusals.StateNotPossible)
def payment_does_not_begin_reversed(case: Case[ReceivePayment]) -> Details | None:
    """A new payment is not reversed already."""
    return unless(case.command.state is not PaymentState.REVERSED, field="state")


@requires(refusals.PaymentNotReceived)
def payment_received(case: AnyCase) -> Details | None:
    """The payment has succeeded."""
    return unless(case.payment.state is PaymentState.SUCCEEDED, state=case.payment.state)


@requires(refusals.NotEnoughUnused)
def within_unused(case: Case[ApplyPayment]) -> Details | None:
    """The amount is at most the unused part of the payment."""
    asked, unused = case.command.amount_minor, case.payment.unused_minor
    return at_most("amount_minor", max(asked or 1, 1), unused)


@requires(refusals.CurrencyMismatch)
def payment_fits_invoice(case: AnyCase) -> Details | None:
    """The payment and the invoice have the same currency."""
    return unless(case.payment.currency == case.invoice.currency, field="payment_id")


@requires(refusals.CustomerMismatch)
def payment_belongs(case: AnyCase) -> Details | None:
    """The payment and the invoice belong to the same customer."""
    return unless(case.payment.customer_id == case.invoice.customer_id, field="payment_id")


@requires(refusals.PaymentUnderWay)
def no_payment_under_way(case: AnyCase) -> Details | None:
    """No payment of the invoice is pending."""
    coming = under_way(case.decision, case.invoice)
    return unless(not coming, field="invoice_id", id=coming[0].id if coming else None)


@requires(refusals.NotApplied)
def payment_stands(case: AnyCase) -> Details | None:
    """The payment settles the invoice, or is held for it since it was voided."""
    rows = standing(case.decision, case.payment.id, case.invoice.id)
    return unless(bool(rows), field="payment_id")


@requires(refusals.PaymentRefunded)
def payment_not_refunded(case: AnyCase) -> Details | None:
    """No part of the payment has been refunded for this invoice."""
    rows = standing(case.decision, case.payment.id, case.invoice.id)
    taken = sum(refunded(case.decision, row) for row in rows if row.live)
    return unless(not taken, field="payment_id", refunded_minor=taken)


# ---------------------------------------------------------------- a payment for one invoice


def paid_for(case: Case[ReceivePayment]) -> Invoice:
    """Return the one invoice that the payment is for."""
    return case.decision.the(Invoice, next(iter(case.command.apply_to), None), "apply_to")


@requires(refusals.NotFinalized)
def payment_for_issued(case: Case[ReceivePayment]) -> Details | None:
    """The paid invoice was issued."""
    status = paid_for(case).status
    return unless(status in (Status.FINALIZED, Status.VOIDED), status=status)


@requires(refusals.AlreadyVoided)
def payment_for_standing(case: Case[ReceivePayment]) -> Details | None:
    """The paid invoice is not voided."""
    invoice = paid_for(case)
    return unless(invoice.status is not Status.VOIDED, number=invoice.number)


@requires(refusals.OutstandingExceeded)
def payment_within_due(case: Case[ReceivePayment]) -> Details | None:
    """A payment is at most the outstanding amount of its invoice."""
    return at_most("amount_minor", case.command.amount_minor, paid_for(case).outstanding_minor)


# ---------------------------------------------------------------- what each command requires

COLLECT = (*invoice.STANDING, invoice.something_outstanding, no_payment_under_way)
RECEIVE = (
    input.payment_is_new,
    input.payer_named,
    input.payer_exists,
    input.currency_known,
    *input.AMOUNT,
    input.not_negative("fee_minor"),
    input.fee_within_payment,
    input.applied_amounts_not_negative,
    input.money_account_known,
    input.dates_possible,
    payment_does_not_begin_reversed,
    payment_of_same_customer,
    payment_in_invoice_currency,
)
UPDATE = (
    payment_moves_on,
    payment_can_go_there,
    input.not_negative("fee_minor"),
    fee_within_known_payment,
    input.dates_possible,
)
APPLY = (
    *invoice.STANDING,
    *input.AMOUNT,
    payment_received,
    payment_belongs,
    payment_fits_invoice,
    invoice.something_outstanding,
    invoice.within_outstanding,
    within_unused,
)
FOR_ONE_INVOICE = (payment_for_issued, payment_for_standing, payment_within_due)
"""The rules of a dialect whose payments are for exactly one invoice."""
REMOVE = (invoice.is_finalized, payment_stands, payment_not_refunded)
