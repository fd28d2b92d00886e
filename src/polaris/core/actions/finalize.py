"""Number a draft, book it, and settle it with the credit that the command names."""

from datetime import date, timedelta

from polaris.core.actions.apply_credit_note import apply_notes
from polaris.core.actions.apply_payment import apply_unused
from polaris.core.actions.credits import consume
from polaris.core.actions.draft import close, retax, write, write_top_up
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.numbering import invoice_number
from polaris.core.balances.settlement import place, settled
from polaris.core.commands import BuyCredits, FinalizeInvoice, IssueInvoice, RecordInvoice
from polaris.core.commands.values import Apply
from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, LineKind, Status
from polaris.core.facts.tenant import Account
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import EntryKind, Leg


def finalize(decision: Decision, command: FinalizeInvoice) -> None:
    """A draft becomes a claim on the customer."""
    before = decision.the(Invoice, command.invoice_id)
    draft = retax(decision, before) if command.retax else before
    claim(decision, before, draft, command)


def issue(decision: Decision, command: IssueInvoice) -> None:
    """An invoice becomes a claim as it is written down; nobody hears of a draft."""
    claim(decision, None, write(decision, command), command)


def claim(
    decision: Decision,
    before: Invoice | None,
    draft: Invoice,
    command: FinalizeInvoice | IssueInvoice,
) -> None:
    """Number, book and settle a draft; one that asks for nothing may be skipped instead."""
    if command.skip_zero and bills_nothing(decision, draft):
        close(decision, before, draft)
        return
    customer = decision.the(Customer, draft.customer_id)
    today = decision.accounting_date(decision.today(customer.timezone))
    day = command.issue_date or draft.issue_date or today
    series, number = invoice_number(decision, command.series, draft)
    after = decision.change(
        draft,
        status=Status.FINALIZED,
        series=series,
        number=number,
        issue_date=day,
        due_date=day + timedelta(days=draft.payment_term_days),
        finalized_at=decision.at,
        outstanding_minor=draft.total_minor,
    )
    decision.emit(EventKind.INVOICE_FINALIZED, before, after)
    book(decision, after, day)
    settle_at_once(decision, after.id, command.apply, day)


def bills_nothing(decision: Decision, draft: Invoice) -> bool:
    """Whether its lines come to nothing, discounts aside: a gift is worth an invoice."""
    gross = sum(line.gross_minor for line in InvoiceBalance(decision, draft).lines)
    return not gross and not draft.total_minor


def book(decision: Decision, invoice: Invoice, day: date) -> None:
    """Recipe 1: revenue, discounts, tax, tips and sold credits against the receivable."""
    balance = InvoiceBalance(decision, invoice)
    legs = [*_line_legs(balance), *_tax_legs(decision, balance)]
    decision.enter(EntryKind.FINALIZED, place(invoice, invoice).post(*legs), day)


def _line_legs(balance: InvoiceBalance) -> list[Leg]:
    """One pair per account: what is asked for, and the discount."""
    sums: dict[str, tuple[int, int]] = {}
    for line in balance.lines:
        account = line.account or _ACCOUNTS[line.kind]
        net, discount = sums.get(account, (0, 0))
        sums[account] = net + line.net_minor, discount + line.discount_minor
    return [leg for account, amounts in sums.items() for leg in recipes.billed(account, *amounts)]


_ACCOUNTS = {
    LineKind.CHARGE: chart.SALES,
    LineKind.TIP: chart.TIPS,
    LineKind.TOP_UP: chart.UNEARNED,
}


def _tax_legs(decision: Decision, balance: InvoiceBalance) -> list[Leg]:
    names: dict[str, int] = {}
    for tax in balance.taxes:
        names[tax.name] = names.get(tax.name, 0) + tax.amount_minor
    for name in names:
        open_tax_account(decision, name)
    return [recipes.taxed(name, amount) for name, amount in names.items()]


def open_tax_account(decision: Decision, name: str) -> None:
    """A tax has an account of its own from its first use."""
    account = chart.tax_account(name)
    if decision.get(Account, account) is None:
        decision.put(Account(id=account, kind="liability"))


def settle_at_once(decision: Decision, invoice_id: str, apply: Apply, day: date) -> None:
    """Credit notes, then wallet, then unused payments; a zero total is settled by itself."""
    invoice = decision.the(Invoice, invoice_id)
    if not invoice.outstanding_minor:
        settled(decision, invoice, invoice, day)
    if apply.notes:
        apply_notes(decision, invoice_id, day)
    if apply.wallet:
        consume(decision, invoice_id, day)
    if apply.excess:
        apply_unused(decision, invoice_id, day)


def record(decision: Decision, command: RecordInvoice) -> None:
    """Bring in an invoice issued elsewhere, as it is."""
    drafted = write(decision, command)
    if command.status is Status.DRAFT:
        decision.emit(EventKind.INVOICE_RECORDED, None, drafted)
        return
    series, number = (None, command.number)
    if number is None:
        series, number = invoice_number(decision, command.series, drafted)
    customer = decision.the(Customer, drafted.customer_id)
    day = command.issue_date or decision.accounting_date(decision.today(customer.timezone))
    voided = command.status is Status.VOIDED
    after = decision.change(
        drafted,
        status=command.status,
        series=series,
        number=number,
        issue_date=day,
        due_date=command.due_date or day + timedelta(days=drafted.payment_term_days),
        finalized_at=command.finalized_at or decision.at,
        voided_at=(command.voided_at or decision.at) if voided else None,
        outstanding_minor=0 if voided else drafted.total_minor,
    )
    decision.emit(EventKind.INVOICE_RECORDED, None, after)
    if not voided:
        book(decision, after, day)
        settle_at_once(decision, after.id, command.apply, day)


def buy_credits(decision: Decision, command: BuyCredits) -> None:
    """Sell credits: the top-up invoice is drafted and finalized at once."""
    write_top_up(decision, command)
    finalize(decision, FinalizeInvoice(invoice_id=command.invoice_id, series=command.series))
