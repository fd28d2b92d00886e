"""Issue a credit note that belongs to no invoice."""

from polaris.core.actions.finalize import open_tax_account
from polaris.core.actions.issue_credit_note import note_context
from polaris.core.balances.credit_amounts import Credited, standalone
from polaris.core.balances.funding import Draw, fund
from polaris.core.balances.numbering import note_number
from polaris.core.balances.parties import current_parties
from polaris.core.commands import IssueStandaloneNote
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, FundingKind, NotePurpose
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import EntryKind, Leg


def issue(decision: Decision, command: IssueStandaloneNote) -> None:
    """Create a credit note without an invoice: its balance is booked against revenue and tax."""
    decision.book_on(command.dated)
    customer = decision.the(Customer, command.customer_id)
    sums = standalone(command.lines)
    series, number = note_number(decision, command.note_id, command.customer_id, None)
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
        issue_date=command.dated or decision.document_day(customer),
        issued_at=decision.at,
        metadata=command.metadata,
        parties=current_parties(decision, command.customer_id),
        details=command.details,
    )
    decision.put(note)
    sums.write(decision, note.id)
    fund(decision, note, [Draw(FundingKind.GRANT, note.total_minor)])
    book_standalone(decision, note, sums)
    decision.emit(EventKind.CREDIT_NOTE_ISSUED, None, decision.the(CreditNote, note.id))


def book_standalone(decision: Decision, note: CreditNote, sums: Credited) -> None:
    """Book the credit of a standalone note (recipe 10)."""
    legs: list[Leg] = []
    for part in sums.lines:
        account = part.asked.account or chart.CUSTOMER_REFUNDS
        legs.append(recipes.standalone_note(account, part.net_minor))
    for tax in sums.taxes:
        open_tax_account(decision, tax.name)
        legs.append(recipes.standalone_note(chart.tax_account(tax.name), tax.amount_minor))
    entry = decision.enter(EntryKind.NOTE_ISSUED, note_context(note).post(*legs))
    decision.change(note, document_entry_id=entry.id if entry else None)
