"""Lago's rules in addition to the engine's, and the limits that Lago's formulas set.

Lago computes the rest by line, and a voided credit note still counts against its lines; the engine
counts only credit that was not taken back. A credit must pass both.
"""

from polaris.core import refusals
from polaris.core.balances.credit_amounts import cut_to_fit
from polaris.core.balances.projections import payment_status
from polaris.core.commands import (
    AnnotateInvoice,
    IssueCreditNote,
    OpenWallet,
    ReceivePayment,
    SaveCatalogueItem,
    SaveWebhookEndpoint,
    VoidInvoice,
)
from polaris.core.facts.invoice import InvoiceKind
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.rules.input import positive
from polaris.core.rules.invoice import not_voided_yet
from polaris.core.rules.payment import FOR_ONE_INVOICE, paid_for
from polaris.core.rules.requirement import AnyCase, Case, Details, at_most, requires, unless
from polaris.core.transition import Dialect, adds
from polaris.dialects.lago.rules.amounts import creditable, line_left, refundable
from polaris.dialects.lago.rules.settings import NAME, settings_of
from polaris.dialects.lago.rules.wallets import OPENING


@requires(refusals.NothingOutstanding)
def void_of_unpaid(case: AnyCase) -> Details | None:
    """The invoice is not paid, if the tenant's setting `refuse_void_when_paid` is on."""
    asked_for = settings_of(case.decision.tenant).refuse_void_when_paid
    paid = payment_status(case.invoice) == "succeeded"
    return unless(not (asked_for and paid), number=case.invoice.number)


@requires(refusals.CreditExceedsInvoice)
def void_within_creditable(case: Case[VoidInvoice]) -> Details | None:
    """Credit plus refund is at most the creditable amount by Lago's formula."""
    asked = case.command.credit_minor + case.command.refund_minor
    return at_most("credit_minor", asked, creditable(case.balance)) if asked else None


@requires(refusals.RefundExceedsCash)
def void_within_refundable(case: Case[VoidInvoice]) -> Details | None:
    """The refund is at most the refundable amount by Lago's formula."""
    asked = cut_to_fit(case.balance, case.command).refund_minor
    return at_most("refund_minor", asked, refundable(case.balance)) if asked else None


@requires(refusals.LineOverCredited)
def note_within_lines(case: Case[IssueCreditNote]) -> Details | None:
    """No line is credited by more than its creditable rest by Lago's formula."""
    left = line_left(case.balance)
    for line in case.command.lines:
        line_id = line.line_id or ""
        left[line_id] = left.get(line_id, 0) - line.amount_minor
    return unless(min(left.values(), default=0) >= 0, field="lines")


# ---------------------------------------------------------------- payments

LONGEST_REFERENCE = 40


@requires(refusals.ValueMissing)
def payment_has_reference(case: Case[ReceivePayment]) -> Details | None:
    """A payment has a reference."""
    return unless(bool(case.command.reference), field="reference")


@requires(refusals.TextTooLong)
def payment_reference_short(case: Case[ReceivePayment]) -> Details | None:
    """A payment's reference has at most 40 characters."""
    fits = len(case.command.reference or "") <= LONGEST_REFERENCE
    return unless(fits, field="reference")


@requires(refusals.UnsuitableTopUp)
def payment_of_whole_top_up(case: Case[ReceivePayment]) -> Details | None:
    """An invoice for wallet credits is paid in full by one payment."""
    invoice = paid_for(case)
    whole = case.command.amount_minor == invoice.total_minor
    return unless(whole or invoice.kind is not InvoiceKind.TOP_UP, field="amount_minor")


PAYMENT = (
    *FOR_ONE_INVOICE,
    payment_has_reference,
    payment_reference_short,
    payment_of_whole_top_up,
)


# ---------------------------------------------------------------- webhook endpoints

MOST_ENDPOINTS = 10


@requires(refusals.TooMany)
def endpoints_few(case: Case[SaveWebhookEndpoint]) -> Details | None:
    """A tenant has at most ten webhook endpoints of this dialect."""
    rows = case.decision.every(WebhookEndpoint)
    others = [row for row in rows if row.dialect == NAME and not row.deleted_at]
    others = [row for row in others if row.id != case.command.webhook_endpoint_id]
    return unless(len(others) < MOST_ENDPOINTS, field="webhook_endpoint_id")


LAGO = Dialect(
    NAME,
    dict(
        (
            adds(VoidInvoice, void_of_unpaid, void_within_creditable, void_within_refundable),
            adds(AnnotateInvoice, not_voided_yet),
            adds(IssueCreditNote, note_within_lines),
            adds(ReceivePayment, *PAYMENT),
            adds(OpenWallet, *OPENING),
            adds(SaveCatalogueItem, positive("amount_minor")),
            adds(SaveWebhookEndpoint, endpoints_few),
        )
    ),
)
"""The dialect's rules, by command."""
