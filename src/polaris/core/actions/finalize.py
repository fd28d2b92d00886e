"""Number a draft, book it, and settle it with the credit that the command names."""

from datetime import timedelta

from polaris.core.actions.apply_credit_note import apply_notes
from polaris.core.actions.apply_payment import apply_held, apply_unused
from polaris.core.actions.credits import consume
from polaris.core.actions.draft import close, retax, write, write_top_up
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.line import account_of, passed_on
from polaris.core.balances.numbering import invoice_number, register
from polaris.core.balances.parties import current_parties
from polaris.core.balances.settlement import invoice_context
from polaris.core.commands import BuyCredits, FinalizeInvoice, IssueInvoice, RecordInvoice
from polaris.core.commands.values import Apply
from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.tenant import Account
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import EntryKind, Leg


def finalize(decision: Decision, command: FinalizeInvoice) -> None:
    """Finalize a draft, taxed again at today's rates if the command says so."""
    before = decision.the(Invoice, command.invoice_id)
    draft = retax(decision, before) if command.retax else before
    claim(decision, before, draft, command)


def issue(decision: Decision, command: IssueInvoice) -> None:
    """Create and finalize an invoice at once. No event announces the draft."""
    claim(decision, None, write(decision, command), command)


def claim(
    decision: Decision,
    before: Invoice | None,
    draft: Invoice,
    command: FinalizeInvoice | IssueInvoice,
) -> None:
    """Number, book and settle a draft. With `skip_zero`, close one that bills nothing instead."""
    if command.skip_zero and bills_nothing(decision, draft):
        close(decision, before, draft)
        return
    customer = decision.the(Customer, draft.customer_id)
    asked = command.issue_date or draft.issue_date
    day = asked or decision.document_day(customer)
    decision.book_on(None, asked)
    series, number = invoice_number(decision, command.series, draft)
    after = decision.change(
        draft,
        status=Status.FINALIZED,
        series=series,
        number=number,
        issue_date=day,
        due_date=day + timedelta(days=draft.payment_term_days),
        finalized_at=decision.at,
        parties=current_parties(decision, draft.customer_id),
        outstanding_minor=draft.total_minor,
    )
    decision.emit(EventKind.INVOICE_FINALIZED, before, after)
    book(decision, after)
    settle_at_once(decision, after.id, command.apply)


def bills_nothing(decision: Decision, draft: Invoice) -> bool:
    """True if the lines are zero before discounts: a fully discounted invoice is still issued."""
    gross = sum(line.gross_minor for line in InvoiceBalance(decision, draft).lines)
    return not gross and not draft.total_minor


def book(decision: Decision, invoice: Invoice) -> None:
    """Book revenue, discounts, tax, tips and sold credits against the receivable (recipe 1)."""
    balance = InvoiceBalance(decision, invoice)
    legs = [*_line_legs(balance), *_tax_legs(decision, balance)]
    decision.enter(EntryKind.FINALIZED, invoice_context(invoice, invoice).post(*legs))


def _line_legs(balance: InvoiceBalance) -> list[Leg]:
    """Return a pair of legs for each account: the net amount and the discount.

    What is passed on is lowered by its discount; the discount itself is booked as revenue.
    """
    sums: dict[str, tuple[int, int]] = {}
    for line in balance.lines:
        net, discount = sums.get(account_of(line), (0, 0))
        sums[account_of(line)] = net + line.net_minor, discount + line.discount_minor
    legs: list[Leg] = []
    for account, (net, discount) in sums.items():
        revenue = chart.SALES if passed_on(balance.decision, account) else account
        legs += recipes.billed(account, net, revenue, discount)
    return legs


def _tax_legs(decision: Decision, balance: InvoiceBalance) -> list[Leg]:
    names: dict[str, int] = {}
    for tax in balance.taxes:
        names[tax.name] = names.get(tax.name, 0) + tax.amount_minor
    for name in names:
        open_tax_account(decision, name)
    return [recipes.taxed(name, amount) for name, amount in names.items()]


def open_tax_account(decision: Decision, name: str) -> None:
    """Create the account of a tax at its first use."""
    account = chart.tax_account(name)
    if decision.get(Account, account) is None:
        decision.put(Account(id=account, kind="liability"))


def settle_at_once(decision: Decision, invoice_id: str, apply: Apply) -> None:
    """Apply held money, credit notes, wallet credits and unused payments, as the command allows.

    An invoice with a total of zero is settled without any credit.
    """
    invoice = decision.the(Invoice, invoice_id)
    if not invoice.outstanding_minor:
        decision.emit(EventKind.INVOICE_SETTLED, invoice, invoice)
    if apply.held:
        apply_held(decision, invoice_id)
    if apply.notes:
        apply_notes(decision, invoice_id)
    if apply.wallet:
        consume(decision, invoice_id)
    if apply.excess:
        apply_unused(decision, invoice_id)


def record(decision: Decision, command: RecordInvoice) -> None:
    """Import an invoice that was issued elsewhere, as it is."""
    drafted = write(decision, command)
    if command.status is Status.DRAFT:
        decision.emit(EventKind.INVOICE_RECORDED, None, drafted)
        return
    series, number = (None, command.number)
    if number is None:
        series, number = invoice_number(decision, command.series, drafted)
    else:
        register(decision, number, Invoice, drafted.id)
    customer = decision.the(Customer, drafted.customer_id)
    day = command.issue_date or decision.document_day(customer)
    decision.book_on(None, command.issue_date)
    voided = command.status is Status.VOIDED
    after = decision.change(
        drafted,
        status=command.status,
        series=series,
        number=number,
        issue_date=day,
        due_date=command.due_date or day + timedelta(days=drafted.payment_term_days),
        finalized_at=command.finalized_at or decision.at,
        parties=command.parties or current_parties(decision, drafted.customer_id),
        voided_at=(command.voided_at or decision.at) if voided else None,
        outstanding_minor=0 if voided else drafted.total_minor,
    )
    decision.emit(EventKind.INVOICE_RECORDED, None, after)
    if not voided:
        book(decision, after)
        settle_at_once(decision, after.id, command.apply)


def buy_credits(decision: Decision, command: BuyCredits) -> None:
    """Sell credits: create a top-up invoice and finalize it at once."""
    write_top_up(decision, command)
    finalize(decision, FinalizeInvoice(invoice_id=command.invoice_id, series=command.series))
