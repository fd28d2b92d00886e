"""Create, change and close drafts of invoices."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import UNSET

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.line import copied, gross_of
from polaris.core.balances.tax import tax_lines
from polaris.core.balances.tax_selection import resolved, retaxed, taxed_otherwise
from polaris.core.commands import BuyCredits, DeleteDraft, DraftInvoice, EditDraft
from polaris.core.commands.base import set_fields
from polaris.core.commands.values import NewLine
from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import merged
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, InvoiceKind, Line, Status, Tax
from polaris.core.facts.wallet import Wallet


def draft(decision: Decision, command: DraftInvoice) -> None:
    """Create a draft and announce it."""
    decision.emit(EventKind.INVOICE_DRAFTED, None, write(decision, command))


def write(decision: Decision, command: DraftInvoice) -> Invoice:
    """Create a draft with its lines and taxes. Return it."""
    customer = decision.the(Customer, command.customer_id)
    return write_with(
        decision, command, [resolved(decision, customer, line) for line in command.lines]
    )


def write_with(decision: Decision, command: DraftInvoice, lines: Iterable[NewLine]) -> Invoice:
    """Create a draft with these lines; their items and taxes are looked up already. Return it."""
    customer = decision.the(Customer, command.customer_id)
    invoice = Invoice(
        id=command.invoice_id,
        customer_id=customer.id,
        kind=command.kind,
        status=Status.DRAFT,
        currency=command.currency,
        external_number=command.external_number,
        rounding=command.rounding,
        price_type=command.price_type,
        issue_date=command.issue_date,
        payment_term_days=_term(decision, customer, command.payment_term_days),
        memo=command.memo,
        purchase_order_number=command.purchase_order_number,
        metadata=command.metadata,
        details=command.details,
        created_at=decision.at,
    )
    return write_lines(decision, invoice, list(lines))


def _term(decision: Decision, customer: Customer, asked: int | None) -> int:
    own = customer.payment_term_days if asked is None else asked
    return decision.tenant.settings.payment_term_days if own is None else own


def write_lines(decision: Decision, invoice: Invoice, lines: Sequence[NewLine]) -> Invoice:
    """Write the lines and taxes of the invoice's revision. Return the invoice with its totals."""
    rows = [line_row(decision, invoice, position, line) for position, line in enumerate(lines, 1)]
    for row in rows:
        decision.put(row)
    nets = [row.net_minor for row in rows]
    tax = 0
    for taxed in tax_lines(nets, [line.taxes for line in lines], invoice.rounding):
        tax += taxed.amount_minor
        decision.put(
            Tax(
                id=decision.new_id(),
                invoice_id=invoice.id,
                revision=invoice.revision,
                line_id=rows[taxed.line].id,
                code=taxed.tax.code,
                name=taxed.tax.name,
                rate=taxed.tax.rate,
                base_minor=taxed.base_minor,
                amount_minor=taxed.amount_minor,
                given=taxed.tax.amount_minor is not None,
                tax_code_id=taxed.tax.tax_code_id,
                description=taxed.tax.description,
            )
        )
    return decision.change(invoice, net_minor=sum(nets), tax_minor=tax, total_minor=sum(nets) + tax)


def line_row(decision: Decision, invoice: Invoice, position: int, line: NewLine) -> Line:
    """Return the row of a line. Its amount is given, or quantity times price rounded half up."""
    gross = gross_of(line)
    return Line(
        id=line.id or decision.new_id(),
        invoice_id=invoice.id,
        revision=invoice.revision,
        position=position,
        kind=line.kind,
        code=line.code,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        gross_minor=gross,
        discount_minor=line.discount_minor,
        net_minor=gross - line.discount_minor,
        account=line.account,
        wallet_id=line.wallet_id,
        original_line_id=line.original_line_id,
        name=line.name,
        item_id=line.item_id,
        item_description=line.item_description,
        tax_codes=line.tax_codes,
        period_from=line.period_from,
        period_to=line.period_to,
    )


def edit(decision: Decision, command: EditDraft) -> None:
    """Change the given fields. New lines begin a new revision; the old lines stay stored."""
    before = decision.the(Invoice, command.invoice_id)
    details = merged(before.details, command.details)
    after = decision.change(before, **set_fields(command, *_FIELDS), details=details)
    if command.lines is not UNSET:
        customer = decision.the(Customer, before.customer_id)
        lines = [resolved(decision, customer, line) for line in command.lines]
        after = revise(decision, after, lines)
    if command.retax:
        after = retax(decision, after)
    decision.emit(EventKind.INVOICE_EDITED, before, after)


_FIELDS = "issue_date payment_term_days external_number memo purchase_order_number".split()


def revise(decision: Decision, invoice: Invoice, lines: Sequence[NewLine]) -> Invoice:
    """Begin a new revision of the draft with these lines. Return the draft."""
    revised = msgspec.structs.replace(invoice, revision=invoice.revision + 1)
    return write_lines(decision, revised, lines)


def retax(decision: Decision, invoice: Invoice) -> Invoice:
    """Tax the lines at today's rates of their codes; begin a new revision if a tax differs."""
    balance = InvoiceBalance(decision, invoice)
    then = [copied(balance, line) for line in balance.lines]
    now = [retaxed(decision, line) for line in then]
    changed = any(map(taxed_otherwise, then, now))
    return revise(decision, invoice, now) if changed else invoice


def delete(decision: Decision, command: DeleteDraft) -> None:
    """Close a draft. It has no number, so the number series has no gap."""
    before = decision.the(Invoice, command.invoice_id)
    close(decision, before, before)


def close(decision: Decision, before: Invoice | None, draft: Invoice) -> None:
    """Close a draft. If it was to replace a voided invoice, another draft may replace that one."""
    original = decision.get(Invoice, draft.regenerated_from)
    if original is not None:
        decision.change(original, regenerated_as=None)
    after = decision.change(draft, status=Status.CLOSED, regenerated_from=None)
    decision.emit(EventKind.INVOICE_CLOSED, before, after)


def write_top_up(decision: Decision, command: BuyCredits) -> None:
    """Create a draft that sells wallet credits."""
    wallet = decision.the(Wallet, command.wallet_id)
    named = wallet.name or "Credits"
    asked = DraftInvoice(
        invoice_id=command.invoice_id,
        customer_id=wallet.customer_id,
        currency=wallet.currency,
        kind=InvoiceKind.TOP_UP,
        lines=tuple(msgspec.structs.replace(line, description=named) for line in command.lines),
        issue_date=command.issue_date,
        purchase_order_number=command.purchase_order_number,
        details=command.details,
    )
    write(decision, asked)
