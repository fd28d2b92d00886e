"""An invoice as JSON. Amounts are minor units of its currency."""

from collections.abc import Iterable

from polaris.core.explain import Answer
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Line
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import named_values
from polaris.core.ledger.posting import Entry
from polaris.dialects.polaris.errors import described
from polaris.services.invoice_detail import InvoiceDetail, Linked
from polaris.services.invoices import Explained
from polaris.services.ui_status import derive_invoice_ui_status
from polaris.store.read.invoice_search import FoundInvoice
from polaris.store.read.timeline import Happening

Json = dict[str, object]


def summary(found: InvoiceDetail) -> Json:
    """Return the invoice's own fields: its statuses, sums, dates and customer."""
    row, customer = found.invoice, found.whole.customer
    return {
        "id": row.id,
        "number": row.number,
        **found.statuses._asdict(),
        "currency": row.currency,
        **sums(found),
        "customer": {
            "id": customer.id,
            "external_id": customer.external_id,
            "name": found.whole.buyer.name,
            "email": found.whole.buyer.email,
        },
        "issuing_date": row.issue_date,
        "payment_due_date": row.due_date,
        "finalized_at": row.finalized_at,
        "voided_at": row.voided_at,
        "void_reason": row.void_reason,
        "void_comment": row.void_comment,
        "replaces_invoice_id": row.regenerated_from,
        "replaced_by_invoice_id": row.regenerated_as,
        "revision": row.revision,
    }


def listed(row: FoundInvoice) -> Json:
    """Return an invoice as a list has it."""
    shown = derive_invoice_ui_status(row.status, row.payment_status, row.payment_overdue)
    return {
        "id": row.id,
        "number": row.number,
        "ui_status": shown,
        "status": row.status,
        "payment_status": row.payment_status,
        "payment_overdue": row.payment_overdue,
        "currency": row.currency,
        "total_amount_cents": row.total_minor,
        "total_due_amount_cents": row.outstanding_minor,
        "customer": {
            "id": row.customer_id,
            "external_id": row.customer_external_id,
            "name": row.customer_name,
            "email": row.customer_email,
        },
        "issuing_date": row.issue_date,
        "payment_due_date": row.due_date,
    }


def sums(found: InvoiceDetail) -> Json:
    """Return the sums. The fees are without taxes and after discounts."""
    row = found.invoice
    return {
        "fees_amount_cents": row.net_minor,
        "taxes_amount_cents": row.tax_minor,
        "total_amount_cents": row.total_minor,
        "total_paid_amount_cents": row.paid_minor,
        "total_due_amount_cents": row.outstanding_minor,
        "refundable_amount_cents": found.refundable_minor,
        "creditable_amount_cents": found.creditable_minor,
        "held_amount_cents": found.held_minor,
    }


def whole(found: InvoiceDetail) -> Json:
    """Return the invoice with everything that belongs to it."""
    after = found.receivable_after()
    return {
        **summary(found),
        "status_explanation": found.statuses.ui_status.explanation,
        "replaces": link(found.replaces),
        "replaced_by": link(found.replaced_by),
        "lines": [line(row) for row in found.lines],
        "taxes": [tax._asdict() for tax in found.taxes],
        "settlements": [named_values(row) for row in found.settlements],
        "payments": [payment(row) for row in found.whole.payments],
        "credit_notes": [credit_note(row) for row in found.whole.credit_notes],
        "refunds": [refund(row) for row in found.whole.refunds],
        "ledger": [entry(*pair) for pair in zip(found.entries, after, strict=True)],
        "timeline": [happening(one, one.audit_id in found.altered) for one in found.happenings],
        "commands": [command(answer) for answer in found.explained.values()],
    }


def link(linked: Linked | None) -> Json | None:
    """Return the id and number of another invoice."""
    return linked._asdict() if linked else None


def line(row: Line) -> Json:
    """Return one line."""
    return {
        "id": row.id,
        "position": row.position,
        "kind": row.kind,
        "code": row.code,
        "description": row.description or row.name or "",
        "quantity": row.quantity,
        "unit_price_cents": row.unit_price,
        "gross_amount_cents": row.gross_minor,
        "discount_amount_cents": row.discount_minor,
        "net_amount_cents": row.net_minor,
        "period_from": row.period_from,
        "period_to": row.period_to,
    }


def payment(row: Payment) -> Json:
    """Return one payment."""
    return {
        "id": row.id,
        "state": row.state,
        "amount_cents": row.amount_minor,
        "unused_amount_cents": row.unused_minor,
        "currency": row.currency,
        "method": row.method,
        "provider": row.provider,
        "reference": row.reference,
        "received_at": row.received_at,
    }


def credit_note(row: CreditNote) -> Json:
    """Return one credit note."""
    return {
        "id": row.id,
        "number": row.number,
        "status": row.status,
        "purpose": row.purpose,
        "reason": row.reason,
        "currency": row.currency,
        "invoice_id": row.invoice_id,
        "customer_id": row.customer_id,
        "total_amount_cents": row.total_minor,
        "offset_amount_cents": row.offset_minor,
        "credit_amount_cents": row.credit_minor,
        "refund_amount_cents": row.refund_minor,
        "balance_amount_cents": row.balance_minor,
        "credit_to": row.credit_to,
        "issuing_date": row.issue_date,
        "voided_at": row.voided_at,
    }


def refund(row: Refund) -> Json:
    """Return one refund with its state at the payment provider."""
    return {
        "id": row.id,
        "payment_id": row.payment_id,
        "credit_note_id": row.note_id,
        "state": row.state,
        "amount_cents": row.amount_minor,
        "currency": row.currency,
        "reference": row.reference,
        "requested_at": row.requested_at,
        "settled_at": row.settled_at,
    }


def entry(row: Entry, receivable_minor: int) -> Json:
    """Return one ledger entry, and what is receivable on the invoice after it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "reverses": row.reverses,
        "accounting_date": row.accounting_date,
        "postings": [
            {
                "debit": posting.debit,
                "credit": posting.credit,
                "amount_cents": posting.amount_minor,
                "currency": posting.currency,
            }
            for posting in row.postings
        ],
        "receivable_after_cents": receivable_minor,
    }


def happening(one: Happening, altered: bool) -> Json:
    """Return one request about the invoice, with the kinds of its events.

    `altered` tells that its audit line was changed after it was sealed.
    """
    return {
        "audit_id": one.audit_id,
        "command_id": one.command_id,
        "at": one.at,
        "actor": one.actor,
        "command": one.command,
        "outcome": one.outcome,
        "refusals": one.refusals or [],
        "request": one.request,
        "sealed_as": one.sealed_as,
        "altered": altered,
        "events": [event.kind for event in one.events],
    }


def command(answer: Answer, permitted: bool = True) -> Json:
    """Return whether a command is allowed now, and if not, why and what to do instead."""
    return {
        "command": answer.command,
        "allowed": answer.allowed and permitted,
        "permitted": permitted,
        "refusals": [described(refusal) for refusal in answer.refusals],
    }


def explained(answers: Iterable[Explained]) -> Json:
    """Return every command with its answer for this caller."""
    return {"commands": [command(one.answer, one.permitted) for one in answers]}
