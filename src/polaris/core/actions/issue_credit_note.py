"""Issue a credit note for lines of an invoice."""

from polaris.core.actions.credits import credit_wallet
from polaris.core.actions.double_return import report_disputed
from polaris.core.actions.refund_payment import ask_refunds
from polaris.core.balances.credit_amounts import Credited, PartOfLine, credited
from polaris.core.balances.funding import Draw, drawn, fund, remembered
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.line import account_of
from polaris.core.balances.lot import revoke
from polaris.core.balances.numbering import note_number
from polaris.core.balances.parties import current_parties
from polaris.core.balances.settlement import settle, unlanded
from polaris.core.commands import IssueCreditNote
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, CreditTo, NotePurpose
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, LineKind, SettlementKind, Status
from polaris.core.facts.wallet import Lot
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import Entry, EntryKind, Leg, PostingContext
from polaris.money import allocate


def issue(decision: Decision, command: IssueCreditNote) -> None:
    """Credit lines of an invoice. On a voided one, only give out what the void left held."""
    decision.book_on(command.dated)
    invoice = decision.the(Invoice, command.invoice_id)
    balance = InvoiceBalance(decision, invoice)
    sums = credited(balance, command.lines)
    note = write(decision, invoice, command, sums)
    if invoice.status is Status.FINALIZED:
        correct(decision, balance, note, sums)
    else:
        hand_on(decision, balance, note)
    decision.emit(EventKind.CREDIT_NOTE_ISSUED, None, decision.the(CreditNote, note.id))
    if note.credit_minor or note.refund_minor:
        report_disputed(decision, invoice.id)


def write(
    decision: Decision, invoice: Invoice, command: IssueCreditNote, sums: Credited
) -> CreditNote:
    """Create the credit note with its number, lines and taxes. Return it."""
    customer = decision.the(Customer, invoice.customer_id)
    series, number = note_number(decision, command.note_id, invoice.customer_id, invoice)
    to_note = command.credit_to is CreditTo.NOTE
    note = CreditNote(
        id=command.note_id,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        purpose=NotePurpose.CORRECTION,
        number=number,
        series=series,
        reason=command.reason,
        description=command.description,
        currency=invoice.currency,
        net_minor=sums.net,
        tax_minor=sums.tax,
        total_minor=sums.total,
        offset_minor=command.offset_minor,
        credit_minor=command.credit_minor,
        refund_minor=command.refund_minor,
        balance_minor=command.credit_minor if to_note else 0,
        credit_to=command.credit_to,
        issue_date=command.dated or decision.document_day(customer, invoice.issue_date),
        issued_at=decision.at,
        metadata=command.metadata,
        parties=current_parties(decision, invoice.customer_id),
        details=command.details,
    )
    sums.write(decision, note.id)
    return decision.put(note)


def note_context(note: CreditNote) -> PostingContext:
    """Return what the postings of a credit note belong to."""
    return PostingContext(
        note.currency, note.customer_id, note.invoice_id, CreditNote.table, note.id
    )


def correct(decision: Decision, balance: InvoiceBalance, note: CreditNote, sums: Credited) -> None:
    """Take back revenue and tax, lower the receivable, give credit and request the refund."""
    take_back(decision, balance, note, sums)
    given = recipes.note_settled(note.credit_minor, note.refund_minor, _LIES_IN[note.credit_to])
    if note.refund_minor:
        ask_refunds(decision, balance.payments, note.refund_minor, note, note.reason)
    note = decision.the(CreditNote, note.id)
    settled = decision.enter(EntryKind.NOTE_SETTLED, note_context(note).post(*given))
    decision.date_together(decision.get(Entry, note.document_entry_id), settled)
    if note.credit_minor:
        fund(decision, note, remembered(decision, balance.live, note.credit_minor))
        land_credit(decision, note)
    if note.offset_minor:
        settle(decision, balance.invoice.id, SettlementKind.OFFSET, note, note.offset_minor)


def take_back(
    decision: Decision, balance: InvoiceBalance, note: CreditNote, sums: Credited
) -> None:
    """Book the revenue and tax that the note takes back (recipe 8)."""
    accounts: dict[str, int] = {}
    legs: list[Leg] = []
    for part in sums.lines:
        for account, amount in returned_from(decision, balance, note, part):
            accounts[account] = accounts.get(account, 0) + amount
        legs += discount_legs(decision, balance, part)
    for tax in sums.taxes:
        account = chart.tax_account(tax.name)
        accounts[account] = accounts.get(account, 0) + tax.amount_minor
    taken = [recipes.note_issued(account, amount) for account, amount in accounts.items()]
    postings = note_context(note).post(*taken, *legs)
    entry = decision.enter(EntryKind.NOTE_ISSUED, postings)
    decision.change(note, document_entry_id=entry.id if entry else None)


def returned_from(
    decision: Decision, balance: InvoiceBalance, note: CreditNote, part: PartOfLine
) -> list[tuple[str, int]]:
    """Return the accounts to debit for a credited line, each with its amount.

    It is the account that the line was booked to. Only `SALES` stays as it was billed: what is
    taken back of it is on an account of its own.
    """
    line = part.line
    if line is not None and line.kind is LineKind.TOP_UP:
        taken = take_sold(decision, balance, note, part.net_minor)
        return [(chart.WALLETS, taken), (chart.UNEARNED, part.net_minor - taken)]
    account = account_of(line) if line is not None else chart.SALES
    returned = chart.CUSTOMER_REFUNDS if account == chart.SALES else account
    return [(returned, part.net_minor)]


def discount_legs(decision: Decision, balance: InvoiceBalance, part: PartOfLine) -> list[Leg]:
    """Return the legs that take back the discount on a line that is not booked to `SALES`.

    The account is the one that the invoice's own entry names: older books credited the discount
    to the line's account.
    """
    line = part.line
    if line is None or account_of(line) == chart.SALES:
        return []
    credited = {
        posting.credit
        for entry in decision.of(Entry, "invoice_id", balance.invoice.id)
        if entry.kind is EntryKind.FINALIZED and entry.reverses is None
        for posting in entry.postings
        if posting.debit == chart.DISCOUNTS
    }
    account = account_of(line) if account_of(line) in credited else chart.SALES
    return [recipes.discount_returned(account, part.discount_minor)]


def take_sold(
    decision: Decision, balance: InvoiceBalance, note: CreditNote, credits_minor: int
) -> int:
    """Take back credits that the invoice sold. Return those that were in the wallet.

    Credit and refund take credits out of the wallet first; an offset first takes credits that have
    not been paid for.
    """
    waiting = unlanded(decision, balance.invoice)
    given, _ = allocate(credits_minor, [note.credit_minor + note.refund_minor, note.offset_minor])
    taken = 0
    for lot in decision.of(Lot, "invoice_id", balance.invoice.id):
        taken = max(credits_minor - waiting, min(given, lot.left_minor))
        if taken:
            revoke(decision, lot, taken)
    return taken


def hand_on(decision: Decision, balance: InvoiceBalance, note: CreditNote) -> None:
    """On a voided invoice, take refund and credit out of what the void left held."""
    refund = recipes.refund_requested(chart.UNAPPLIED, note.refund_minor)
    if note.refund_minor:
        ask_refunds(decision, balance.payments, note.refund_minor, note, note.reason)
    given = drawn(decision, balance.settlements, note.credit_minor)
    legs = [refund, *given_legs(note.credit_to, given)]
    decision.enter(EntryKind.NOTE_SETTLED, note_context(note).post(*legs))
    fund(decision, note, given)
    land_credit(decision, note)


def given_legs(credit_to: CreditTo, given: list[Draw]) -> list[Leg]:
    """Return the legs that move credit from its sources to the note or the wallet."""
    target = _LIES_IN[credit_to]
    return [recipes.credit_given(draw.account, target, draw.amount_minor) for draw in given]


_LIES_IN = {CreditTo.NOTE: chart.NOTES, CreditTo.WALLET: chart.WALLETS}


def land_credit(decision: Decision, note: CreditNote) -> None:
    """Add credit that goes to a wallet to it, as a lot."""
    if note.credit_to is CreditTo.WALLET and note.credit_minor:
        credit_wallet(decision, note)
