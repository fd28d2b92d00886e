"""Issue a credit note: for lines of an invoice, or standing alone."""

from polaris.core import ledger
from polaris.core.arithmetic import Credited, PartOfLine, credited, standalone
from polaris.core.commands import IssueCreditNote, IssueStandaloneNote
from polaris.core.customer import Lot
from polaris.core.decision import Decision
from polaris.core.events import EventKind
from polaris.core.finalize import open_tax_account
from polaris.core.funding import Draw, drawn, fund, remembered
from polaris.core.invoice import Invoice, LineKind, SettlementKind, Status
from polaris.core.ledger import EntryKind, Leg, Place
from polaris.core.note import CreditNote, CreditTo, FundingKind, NotePurpose
from polaris.core.numbering import note_number
from polaris.core.position import Position
from polaris.core.refund import ask_refunds
from polaris.core.settle import settle
from polaris.core.wallet import credit_wallet, revoke


def issue(decision: Decision, command: IssueCreditNote) -> None:
    """Credit lines of an invoice. On a voided one nothing is left to take back, only to give."""
    invoice = decision.the(Invoice, command.invoice_id)
    position = Position(decision, invoice)
    sums = credited(position, command.lines)
    note = write(decision, invoice, command, sums)
    if invoice.status is Status.FINALIZED:
        correct(decision, position, note, sums)
    else:
        hand_on(decision, position, note)
    decision.tell(EventKind.CREDIT_NOTE_ISSUED, None, decision.the(CreditNote, note.id))


def write(
    decision: Decision, invoice: Invoice, command: IssueCreditNote, sums: Credited
) -> CreditNote:
    """Number and write the document with its lines and taxes."""
    series, number = note_number(decision, invoice.customer_id, invoice)
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
        issue_date=command.dated or decision.accounting_date(),
        issued_at=decision.at,
        details=command.details,
    )
    sums.write(decision, note.id)
    return decision.put(note)


def place(note: CreditNote) -> Place:
    """Where postings of a note belong."""
    return Place(note.currency, note.customer_id, note.invoice_id, CreditNote.table, note.id)


def correct(decision: Decision, position: Position, note: CreditNote, sums: Credited) -> None:
    """Take revenue and tax back; lower the receivable, give credit, ask for the refund."""
    take_back(decision, position, note, sums)
    given = ledger.note_settled(note.credit_minor, note.refund_minor, _LIES_IN[note.credit_to])
    decision.enter(EntryKind.NOTE_SETTLED, place(note).post(*given), note.issue_date)
    if note.refund_minor:
        ask_refunds(decision, position.payments, note.refund_minor, note, note.reason)
    if note.credit_minor:
        fund(decision, note, remembered(decision, position.live, note.credit_minor))
        land_credit(decision, note)
    if note.offset_minor:
        offset, day = SettlementKind.OFFSET, note.issue_date
        settle(decision, position.invoice.id, offset, note, note.offset_minor, None, day)


def take_back(decision: Decision, position: Position, note: CreditNote, sums: Credited) -> None:
    """Recipe 8, the note as a document."""
    accounts: dict[str, int] = {}
    for part in sums.lines:
        account = returned_from(decision, position, part)
        accounts[account] = accounts.get(account, 0) + part.net_minor
    for tax in sums.taxes:
        account = ledger.tax_account(tax.name)
        accounts[account] = accounts.get(account, 0) + tax.amount_minor
    legs = [ledger.note_issued(account, amount) for account, amount in accounts.items()]
    entry = decision.enter(EntryKind.NOTE_ISSUED, place(note).post(*legs), note.issue_date)
    decision.change(note, document_entry_id=entry.id if entry else None)


def returned_from(decision: Decision, position: Position, part: PartOfLine) -> str:
    """The account that a credited line comes out of; bought credits that landed are revoked."""
    line = part.line
    if line is None or line.kind is LineKind.CHARGE:
        return ledger.CUSTOMER_REFUNDS
    if line.kind is LineKind.TIP:
        return line.account or ledger.TIPS
    lots = decision.of(Lot, "invoice_id", position.invoice.id)
    for lot in lots:
        revoke(decision, lot, part.net_minor)
    return ledger.WALLETS if lots else ledger.UNEARNED


def hand_on(decision: Decision, position: Position, note: CreditNote) -> None:
    """On a voided invoice: refund and credit come out of what the void left held."""
    refund = ledger.refund_requested(ledger.UNAPPLIED, note.refund_minor)
    if note.refund_minor:
        ask_refunds(decision, position.payments, note.refund_minor, note, note.reason)
    given = drawn(decision, position.settlements, note.credit_minor)
    legs = [refund, *given_legs(note.credit_to, given)]
    decision.enter(EntryKind.NOTE_SETTLED, place(note).post(*legs), note.issue_date)
    fund(decision, note, given)
    land_credit(decision, note)


def given_legs(credit_to: CreditTo, given: list[Draw]) -> list[Leg]:
    """Credit out of its sources into where it goes."""
    target = _LIES_IN[credit_to]
    return [ledger.credit_given(draw.account, target, draw.amount_minor) for draw in given]


_LIES_IN = {CreditTo.NOTE: ledger.NOTES, CreditTo.WALLET: ledger.WALLETS}


def land_credit(decision: Decision, note: CreditNote) -> None:
    """Credit that goes to a wallet becomes a lot of it."""
    if note.credit_to is CreditTo.WALLET and note.credit_minor:
        credit_wallet(decision, note)


def issue_standalone(decision: Decision, command: IssueStandaloneNote) -> None:
    """Credit of no invoice: revenue and tax are given up for a balance."""
    sums = standalone(command.lines)
    series, number = note_number(decision, command.customer_id, None)
    note = CreditNote(
        id=command.note_id,
        customer_id=command.customer_id,
        purpose=NotePurpose.STANDALONE,
        number=number,
        series=series,
        reason=command.reason,
        description=command.description,
        currency=command.currency,
        net_minor=sums.net,
        tax_minor=sums.tax,
        total_minor=sums.total,
        credit_minor=sums.total,
        balance_minor=sums.total,
        issue_date=command.dated or decision.accounting_date(),
        issued_at=decision.at,
        details=command.details,
    )
    decision.put(note)
    sums.write(decision, note.id)
    fund(decision, note, [Draw(FundingKind.GRANT, note.total_minor)])
    book_standalone(decision, note, sums)
    decision.tell(EventKind.CREDIT_NOTE_ISSUED, None, decision.the(CreditNote, note.id))


def book_standalone(decision: Decision, note: CreditNote, sums: Credited) -> None:
    """Recipe 10."""
    legs: list[Leg] = []
    for part in sums.lines:
        account = part.asked.account or ledger.CUSTOMER_REFUNDS
        legs.append(ledger.standalone_note(account, part.net_minor))
    for tax in sums.taxes:
        open_tax_account(decision, tax.name)
        legs.append(ledger.standalone_note(ledger.tax_account(tax.name), tax.amount_minor))
    entry = decision.enter(EntryKind.NOTE_ISSUED, place(note).post(*legs), note.issue_date)
    decision.change(note, document_entry_id=entry.id if entry else None)
