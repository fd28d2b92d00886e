"""Distantly related rows are loaded too, in histories that random tests rarely produce."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest

from polaris.core import commands as asked
from polaris.core.commands import Command
from polaris.core.commands.values import Apply, CreditedLine, GiveBack, NewLine, TaxRate
from polaris.core.facts.credit_note import CreditNote, NoteLine, NoteTax
from polaris.core.facts.invoice import Settlement
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.core.facts.wallet import Lot
from polaris.core.ledger.posting import Entry, EntryKind
from polaris.core.scope import Scope
from polaris.store.engine.load import load, resolve
from polaris.store.server.database import connect
from store.twice import History

TOTAL = 1000
TAX = (TaxRate(code="vat", name="VAT", rate=Decimal(20)),)
OF_INVOICE = (EntryKind.FINALIZED, EntryKind.PAYMENT_APPLIED)


class Story(History):
    """A history in which no command may be refused."""

    def does(self, wish: Command) -> None:
        """Perform a command that must be done."""
        self.perform([wish])
        assert self.done.pop(type(wish)) == 1

    def invoice(self, paid_minor: int = 0) -> str:
        """Create an invoice with one line, which has the invoice's id; pay it on request."""
        invoice_id = next(self.ids)
        line = NewLine(id=invoice_id, amount_minor=TOTAL)
        self.does(
            asked.RecordInvoice(
                invoice_id=invoice_id, customer_id=self.customers[0], currency="EUR", lines=(line,)
            )
        )
        if paid_minor:
            self.payment(paid_minor, {invoice_id: paid_minor})
        return invoice_id

    def payment(self, amount_minor: int, apply_to: dict[str, int] | None = None) -> str:
        """Receive a payment."""
        payment_id = next(self.ids)
        self.does(
            asked.ReceivePayment(
                payment_id=payment_id,
                customer_id=self.customers[0],
                currency="EUR",
                amount_minor=amount_minor,
                apply_to=apply_to or {},
            )
        )
        return payment_id

    def note(self, invoice_id: str, credit_minor: int, refund_minor: int = 0) -> str:
        """Create a credit note."""
        note_id, total = next(self.ids), credit_minor + refund_minor
        self.does(
            asked.IssueCreditNote(
                note_id=note_id,
                invoice_id=invoice_id,
                lines=(CreditedLine(line_id=invoice_id, amount_minor=total),),
                credit_minor=credit_minor,
                refund_minor=refund_minor,
            )
        )
        return note_id

    def refund(self, amount_minor: int, **source: str) -> str:
        """Request a refund."""
        refund_id = next(self.ids)
        self.does(asked.RequestRefund(refund_id=refund_id, amount_minor=amount_minor, **source))
        return refund_id

    def converted(self, refund_id: str) -> str:
        """Convert a refund to a credit note. Return the note's id."""
        note_id = next(self.ids)
        self.does(asked.ConvertRefund(refund_id=refund_id, note_id=note_id))
        return note_id

    def unused(self, payment_id: str) -> int:
        row = self.whole.tables[Payment][payment_id]
        assert isinstance(row, Payment)
        return row.unused_minor


@pytest.fixture
def story(own_database_url: str) -> Iterator[Story]:
    with connect(own_database_url) as connection:
        yield Story(connection, 0)


def test_credit_out_of_an_excess_goes_back_to_its_payment(story: Story) -> None:
    """No invoice stands between the note and the payment."""
    payment_id = story.payment(700)
    note_id = story.converted(story.refund(300, payment_id=payment_id))
    assert story.unused(payment_id) == 400
    story.does(asked.VoidCreditNote(note_id=note_id))
    assert story.unused(payment_id) == 700


def test_credit_out_of_an_excess_is_lost_with_its_payment(story: Story) -> None:
    payment_id = story.payment(700)
    story.converted(story.refund(300, payment_id=payment_id))
    story.does(asked.UpdatePayment(payment_id=payment_id, state=PaymentState.REVERSED))
    assert story.unused(payment_id) == 0


def test_credit_out_of_held_money_goes_back_to_the_invoice(story: Story) -> None:
    """The note is of no invoice, and yet a voided one holds what stands behind it."""
    invoice_id = story.invoice(paid_minor=TOTAL)
    story.does(asked.VoidInvoice(invoice_id=invoice_id))
    note_id = story.converted(story.refund(300, invoice_id=invoice_id))
    story.does(asked.VoidCreditNote(note_id=note_id))
    assert sum(one.held_minor for one in held(story)) == TOTAL


def held(story: Story) -> list[Settlement]:
    rows = story.whole.tables[Settlement].values()
    return [row for row in rows if isinstance(row, Settlement)]


def test_a_note_knows_that_its_invoice_was_voided(story: Story) -> None:
    """Granted credit no longer reduces revenue."""
    invoice_id = story.invoice()
    note_id = story.note(invoice_id, 400)
    story.does(asked.VoidInvoice(invoice_id=invoice_id))
    story.does(asked.VoidCreditNote(note_id=note_id))
    assert note_id in story.whole.tables[CreditNote]


def test_a_refund_fails_after_it_had_settled(story: Story) -> None:
    """The entry of its settlement belongs to no invoice."""
    refund_id = story.refund(300, payment_id=story.payment(700))
    for state in (RefundState.PENDING, RefundState.SETTLED, RefundState.FAILED):
        story.does(asked.UpdateRefund(refund_id=refund_id, state=state))
    row = story.whole.tables[Refund][refund_id]
    assert isinstance(row, Refund) and row.entry_id is None


def test_a_refund_of_a_note_is_reported_and_converted(story: Story) -> None:
    """The refund leads to the note, the payment, and the invoice between them."""
    invoice_id = story.invoice(paid_minor=TOTAL)
    note_id = story.note(invoice_id, 400, refund_minor=200)
    first, second = story.refund(100, note_id=note_id), story.refund(50, note_id=note_id)
    story.does(asked.UpdateRefund(refund_id=first, state=RefundState.SETTLED))
    story.converted(second)
    story.does(asked.VoidInvoice(invoice_id=invoice_id, refund_minor=100))
    assert len(story.whole.tables[Refund]) == 4


def test_a_note_on_two_invoices_leads_to_both(story: Story) -> None:
    note_id = story.note(story.invoice(paid_minor=TOTAL), 600)
    one, other = story.invoice(), story.invoice()
    for invoice_id in (one, other):
        wish = asked.ApplyCreditNote(note_id=note_id, invoice_id=invoice_id, amount_minor=200)
        story.does(wish)
    scope = resolve(story.connection, story.tenant_id, Scope(notes={note_id}))
    assert scope.invoices > {one, other}
    story.does(asked.VoidInvoice(invoice_id=one, give_back=GiveBack(notes=False)))
    story.does(asked.RemoveCreditNote(note_id=note_id, invoice_id=one))
    story.does(asked.VoidCreditNote(note_id=note_id))


def test_a_page_needs_a_notes_lines_but_no_entries(story: Story) -> None:
    note_id = next(story.ids)
    story.does(
        asked.IssueStandaloneNote(
            note_id=note_id,
            customer_id=story.customers[0],
            currency="EUR",
            lines=(CreditedLine(amount_minor=5, taxes=TAX), CreditedLine(amount_minor=7)),
        )
    )
    named = Scope(notes={note_id}, invoices={story.invoice(paid_minor=TOTAL)})
    for booked in (True, False):
        scope = msgspec.structs.replace(named, booked=booked)
        facts = load(story.connection, story.tenant_id, scope).facts
        assert [len(facts.tables[kind]) for kind in (NoteLine, NoteTax, Settlement)] == [2, 1, 1]
        kinds = {row.kind for row in facts.tables[Entry].values() if isinstance(row, Entry)}
        assert kinds == {EntryKind.NOTE_ISSUED, *(OF_INVOICE if booked else ())}


def test_what_is_said_of_a_notes_refund_moves_it(story: Story) -> None:
    """Of no invoice; and when its payment went back, nothing but the refund names that any more."""
    payment_id = story.payment(700)
    note_id = story.converted(story.refund(300, payment_id=payment_id))
    refund_id = story.refund(100, note_id=note_id)
    for state in (RefundState.SETTLED, RefundState.FAILED):
        story.does(asked.AnnotateCreditNote(note_id=note_id, refund_status=state))
    story.does(asked.UpdatePayment(payment_id=payment_id, state=PaymentState.REVERSED))
    story.does(asked.AnnotateCreditNote(note_id=note_id, refund_status=RefundState.SETTLED))
    refund = story.whole.tables[Refund][refund_id]
    assert isinstance(refund, Refund)
    assert refund.state is RefundState.SETTLED


def test_a_void_knows_that_a_wallet_was_terminated(story: Story) -> None:
    wallet_id, lot_id, invoice_id = (next(story.ids) for _ in range(3))
    customer_id = story.customers[0]
    story.does(asked.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"))
    story.does(asked.GrantCredits(lot_id=lot_id, wallet_id=wallet_id, amount_minor=300))
    story.does(
        asked.IssueInvoice(
            invoice_id=invoice_id,
            customer_id=customer_id,
            currency="EUR",
            lines=(NewLine(amount_minor=TOTAL),),
            apply=Apply(wallet=True),
        )
    )
    story.does(asked.TerminateWallet(wallet_id=wallet_id))
    story.does(asked.VoidInvoice(invoice_id=invoice_id))
    assert [one.held_minor for one in held(story)] == [300]


def test_credits_of_a_wallet_are_voided_in_all_its_lots(story: Story) -> None:
    wallet_id = next(story.ids)
    customer_id = story.customers[0]
    story.does(asked.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"))
    for _ in range(2):
        lot_id = next(story.ids)
        story.does(asked.GrantCredits(lot_id=lot_id, wallet_id=wallet_id, amount_minor=300))
    story.does(asked.VoidWalletCredits(wallet_id=wallet_id, amount_minor=500))
    lots = [row for row in story.whole.tables[Lot].values() if isinstance(row, Lot)]
    assert sorted(lot.left_minor for lot in lots) == [0, 100]
