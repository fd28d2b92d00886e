"""Webhooks that are composed long after their event show the state at the event."""

from typing import Any, NamedTuple

import pytest

from dialects.lago.books import Books, line
from dialects.lago.deliveries import happened, late, sent
from dialects.lago.story import Story
from polaris.core import commands
from polaris.core.commands.values import Apply, CreditedLine
from polaris.core.facts.invoice import Line
from polaris.core.facts.payment import PaymentState, Refund, RefundState
from polaris.engine import new_id

PAID = "invoice.payment_status_updated"


class Chapter(Story):
    """More steps for the same customer."""

    def edited(self) -> None:
        self.do(commands.EditDraft(invoice_id=self.draft, lines=(line(700),)))

    def regenerated(self) -> None:
        self.do(commands.RegenerateInvoice(invoice_id=self.draft, new_invoice_id=new_id()))

    def partly_paid(self) -> None:
        self.payment = self.books.paid(self.draft, 400)

    def payment_reversed(self) -> None:
        self.do(commands.UpdatePayment(payment_id=self.payment, state=PaymentState.FAILED))

    def credited(self) -> None:
        self.credit(600, credit_minor=600)

    def offset(self) -> None:
        self.credit(500, offset_minor=500)

    def credit(self, amount_minor: int, **parts: Any) -> None:
        self.note = new_id()
        (line_id,) = self.books.facts(invoices={self.draft}).tables[Line]
        self.do(
            commands.IssueCreditNote(
                note_id=self.note,
                invoice_id=self.draft,
                lines=(CreditedLine(line_id=line_id, amount_minor=amount_minor),),
                **parts,
            )
        )

    def note_spent(self) -> None:
        self.draft = new_id()
        self.do(self.one_off(self.draft, apply=Apply(notes=True)))

    def note_taken_off(self) -> None:
        self.do(commands.RemoveCreditNote(note_id=self.note, invoice_id=self.draft))

    def written_off(self) -> None:
        self.loss = new_id()
        self.do(commands.WriteOffInvoice(invoice_id=self.draft, write_off_id=self.loss))

    def claimed_again(self) -> None:
        self.do(commands.ReverseWriteOff(write_off_id=self.loss))

    def voided_for_credit(self) -> None:
        self.note = new_id()
        void = commands.VoidInvoice(invoice_id=self.draft, note_id=self.note, credit_minor=400)
        self.do(void)

    def note_voided(self) -> None:
        self.do(commands.VoidCreditNote(note_id=self.note))

    def refund_settled(self) -> None:
        (refund_id,) = self.books.facts(notes={self.note}).tables[Refund]
        self.do(commands.UpdateRefund(refund_id=refund_id, state=RefundState.SETTLED))

    def wallet_renamed(self) -> None:
        self.do(commands.UpdateWallet(wallet_id=self.wallet, name="Third", priority=3))

    def customer_renamed(self) -> None:
        self.do(commands.SaveCustomer(customer_id=self.customer, name="Newest", email="a@b.c"))

    def perform(self, steps: str) -> None:
        for step in steps.split():
            getattr(self, step)()


class Case(NamedTuple):
    """The tested steps, those before them, and those that follow before webhooks are composed."""

    before: str
    then: str
    afterwards: str


CASES = [
    Case("", "customer_changed", "customer_renamed"),
    Case("", "drafted", "edited finalized paid"),
    Case("drafted", "finalized", "paid voided"),
    Case("drafted finalized", "paid", "payment_reversed voided"),
    Case("", "issued", "paid voided regenerated"),
    Case("", "issued", "partly_paid offset voided"),
    Case("issued partly_paid", "voided", "regenerated payment_reversed"),
    Case("issued paid credited", "voided", "note_voided regenerated"),
    Case("issued", "paid", "payment_reversed"),
    Case("issued", "paid", "unpaid voided"),
    Case("issued paid", "unpaid", "paid voided"),
    Case("issued", "said_paid", "paid voided"),
    Case("issued", "disputed", "paid"),
    Case("issued", "payment_failed", "paid voided"),
    Case("issued paid", "refunded", "refund_settled"),
    Case("issued paid", "credited", "note_voided"),
    Case("issued paid", "credited", "note_spent voided"),
    Case("issued", "offset", "paid voided"),
    Case("issued paid credited", "note_spent", "note_taken_off note_voided"),
    Case("issued paid credited note_spent", "voided", "regenerated note_voided"),
    Case("issued", "written_off", "claimed_again paid voided"),
    Case("issued written_off", "claimed_again", "paid"),
    Case("issued paid", "voided_for_credit", "note_voided regenerated"),
    Case("issued paid refunded", "refund_failed", "refund_settled"),
    Case("wallet_opened", "wallet_changed", "granted wallet_renamed spent wallet_terminated"),
    Case("wallet_opened granted", "wallet_changed", "spent given_back credits_voided"),
    Case("", "wallet_opened", "wallet_changed wallet_renamed bought paid"),
    Case("wallet_opened", "granted", "spent given_back credits_voided"),
    Case("wallet_opened", "bought", "paid spent"),
    Case("wallet_opened", "bought", "voided"),
    Case("wallet_opened bought", "paid", "spent"),
    Case("wallet_opened granted", "spent", "given_back regenerated"),
    Case("wallet_opened granted spent", "given_back", "spent"),
]


@pytest.mark.parametrize(("before", "then", "afterwards"), CASES)
def test_webhooks_are_the_same_however_late_they_are_composed(
    books: Books, before: str, then: str, afterwards: str
) -> None:
    story = Chapter(books)
    story.perform(before)
    events = happened(books, lambda: story.perform(then))
    first = late(books, events)
    story.perform(afterwards)
    assert first
    assert [webhook.payload for webhook in late(books, events)] == [
        webhook.payload for webhook in first
    ]


def test_a_void_is_told_with_what_was_paid_and_due_at_the_void(books: Books) -> None:
    story = Chapter(books)
    story.perform("issued partly_paid")
    events = happened(books, story.voided)
    story.perform("regenerated payment_reversed customer_renamed")
    body = sent(late(books, events), "invoice.voided")
    assert (body["status"], body["payment_status"]) == ("voided", "pending")
    assert (body["total_paid_amount_cents"], body["total_due_amount_cents"]) == (400, 0)
    assert body["regenerated_invoice_id"] is None
    (voided,) = [event for event in events if event.kind == "invoice.voided"]
    assert voided.before is not None
    assert (voided.before["outstanding_minor"], voided.after["paid_at_void_minor"]) == (600, 400)


def test_an_invoice_is_told_as_created_though_paid_and_voided_since(books: Books) -> None:
    story = Chapter(books)
    events = happened(books, story.issued)
    story.perform("paid voided regenerated")
    body = sent(late(books, events), "invoice.one_off_created")
    assert (body["status"], body["payment_status"]) == ("finalized", "pending")
    assert (body["total_paid_amount_cents"], body["total_due_amount_cents"]) == (0, 1000)
    assert (body["voided_at"], body["updated_at"]) == (None, body["created_at"])
    assert body["fees"][0]["payment_status"] == "pending"


def test_what_settled_an_invoice_at_once_belongs_to_its_creation(books: Books) -> None:
    story = Chapter(books)
    story.perform("wallet_opened granted")
    events = happened(books, story.spent)
    story.perform("given_back")
    body = sent(late(books, events), "invoice.one_off_created")
    assert (body["status"], body["payment_status"]) == ("finalized", "pending")
    assert (body["prepaid_credit_amount_cents"], body["total_due_amount_cents"]) == (700, 300)


def test_a_payment_is_told_as_it_succeeded_though_it_was_reversed_since(books: Books) -> None:
    story = Chapter(books)
    story.issued()
    events = happened(books, story.paid)
    story.payment_reversed()
    payment = sent(late(books, events), "payment.succeeded")
    assert (payment["status"], payment["invoice_ids"]) == ("succeeded", [story.draft])
    invoice = sent(late(books, events), PAID)
    assert (invoice["payment_status"], invoice["total_paid_amount_cents"]) == ("succeeded", 1000)
    assert books.http("GET", f"/payments/{story.payment}").json()["payment"]["status"] == "failed"


def test_a_credit_note_is_told_as_issued_though_it_was_voided_since(books: Books) -> None:
    story = Chapter(books)
    story.perform("issued paid")
    events = happened(books, story.credited)
    story.note_voided()
    note = sent(late(books, events), "credit_note.created")
    assert (note["credit_status"], note["balance_amount_cents"]) == ("available", 600)
    assert note["updated_at"] == note["created_at"]


def test_each_change_of_a_wallet_is_told_with_its_name_and_its_balance_then(books: Books) -> None:
    story = Chapter(books)
    story.wallet_opened()
    first = happened(books, story.wallet_changed)
    story.granted()
    second = happened(books, story.wallet_renamed)
    story.spent()
    told = [sent(late(books, events), "wallet.updated") for events in (first, second)]
    assert [(one["name"], one["balance_cents"]) for one in told] == [("Other", 0), ("Third", 700)]
    assert [one["consumed_credits"] for one in told] == ["0.0", "0.0"]


def test_each_change_of_a_customer_is_told_as_it_was(books: Books) -> None:
    story = Chapter(books)
    first = happened(books, story.customer_changed)
    second = happened(books, story.customer_renamed)
    told = [sent(late(books, events), "customer.updated") for events in (first, second)]
    assert [(one["name"], one["email"]) for one in told] == [("New", None), ("Newest", "a@b.c")]


def test_credits_are_told_with_what_was_left_of_them(books: Books) -> None:
    story = Chapter(books)
    story.wallet_opened()
    bought = happened(books, story.bought)
    landed = happened(books, story.paid)
    story.spent()
    pending = sent(late(books, bought), "wallet_transaction.created")
    assert (pending["status"], pending["settled_at"]) == ("pending", None)
    settled = sent(late(books, landed), "wallet_transaction.updated")
    assert (settled["status"], settled["remaining_amount_cents"]) == ("settled", 1000)
