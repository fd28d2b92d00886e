"""Void, with and without the vendor's client: what is refused, given back and left as it is."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError

from dialects.lago.books import VAT, Books, line
from dialects.lago.said import error
from dialects.lago.voiding import (
    BODIES,
    EXPECTED,
    NOTE,
    Answer,
    Made,
    credit_made,
    deleted,
    draft,
    foreign,
    no_id,
    notes_made,
    notes_of,
    paid,
    refused,
    refused_field,
    top_up,
    unknown,
    unpaid,
    voided,
    voided_with_note,
)
from faults.world import at_once
from polaris.core import commands
from polaris.core.commands.values import CreditedLine
from polaris.core.facts.credit_note import NoteStatus
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind
from polaris.core.facts.wallet import Lot
from polaris.engine import new_id

DIAGONAL = [
    (unknown, "no body"),
    (no_id, "a note"),
    (foreign, "no body"),
    (foreign, "refund"),
    (deleted, "credit"),
    (draft, "no body"),
    (draft, "refund"),
    (voided, "a note"),
    (voided, "too much credit"),
    (voided_with_note, "amounts without a note"),
    (voided_with_note, "credit"),
    (unpaid, "no body"),
    (unpaid, "credit"),
    (unpaid, "refund"),
    (unpaid, "too much together"),
    (paid, "a note"),
    (paid, "credit"),
    (paid, "refund"),
    (paid, "too much together"),
    (top_up, "amounts without a note"),
    (top_up, "credit"),
]
"""Cases of the table in `voiding`: each body and each answer once. `test_void_rules` has all."""


@pytest.mark.parametrize(
    ("made", "body"), DIAGONAL, ids=lambda one: one if isinstance(one, str) else one.__name__
)
def test_what_is_asked_in_a_state_has_one_answer(books: Books, made: Made, body: str) -> None:
    """The vendor's client gets the answers of the table."""
    assert asked_by_client(books, made(books), BODIES[body]) == EXPECTED[made][body]


def asked_by_client(books: Books, invoice_id: str, body: object) -> Answer:
    """Void by the vendor's client, and return the answer."""
    calls = books.client.invoices
    try:
        after = calls.void(invoice_id) if body is None else calls.void_invoice(invoice_id, body)
    except LagoApiError as refused:
        return refused.status_code, refused.response
    return (200, None) if after.status == "voided" else (200, after.dict())


def test_the_diagonal_meets_every_body_and_every_answer_of_every_state() -> None:
    """Any answer missing here would be tested in memory only."""
    assert {body for _, body in DIAGONAL} == BODIES.keys()
    for made, answers in EXPECTED.items():
        met = [EXPECTED[made][body] for one, body in DIAGONAL if one is made]
        assert all(answer in met for answer in answers.values()), made.__name__


@pytest.mark.parametrize(("said", "notes"), [("off", 0), ("on", 1)])
def test_yes_and_no(books: Books, said: object, notes: int) -> None:
    """One of each; all are in `test_void_rules`."""
    assert notes_made(books, said) == notes


def test_an_amount_as_text(books: Books) -> None:
    """The client sends what the program gives it."""
    assert credit_made(books, "300") == 300


@pytest.mark.parametrize("said", ["120.00", "9" * 400])
def test_an_amount_that_cannot_be_read_is_refused(books: Books, said: object) -> None:
    """Two of them; all are in `test_void_rules`."""
    code = "value_is_invalid" if said == "120.00" else "value_is_out_of_range"
    assert refused_field(books, refund_amount=said) == refused(refund_amount=[code])


# ---------------------------------------------------------------- what does not change


def test_an_unpaid_one_is_voided(books: Books) -> None:
    """Nothing is due any more, but the sums stay readable."""
    customer_id = books.customer()
    invoice_id = books.invoice(customer_id)
    before = books.client.invoices.find(invoice_id)
    after = books.client.invoices.void(invoice_id)
    assert (after.status, after.total_due_amount_cents) == ("voided", 0)
    assert after.voided_at is not None
    assert same(before) == same(after)
    assert after.dict() == books.client.invoices.find(invoice_id).dict()


def test_a_paid_one_is_voided(books: Books) -> None:
    """The payment is neither refunded nor removed from the invoice."""
    invoice_id = paid(books)
    before = books.client.invoices.find(invoice_id)
    after = books.client.invoices.void(invoice_id)
    assert after.status == "voided"
    assert same(before) == same(after)
    assert (after.payment_status, after.total_paid_amount_cents) == ("succeeded", 1200)
    (held,) = settlements(books, invoice_id, SettlementKind.PAYMENT)
    assert held.held_minor == 1200


def same(shown: Any) -> dict[str, object]:
    """Return the fields that a void does not change."""
    names = "number sequential_id payment_status currency issuing_date payment_due_date"
    sums = (name for name in shown.dict() if name.endswith("_amount_cents") and "due" not in name)
    return {name: getattr(shown, name) for name in (*names.split(), *sums)}


def settlements(books: Books, invoice_id: str, kind: SettlementKind) -> list[Settlement]:
    """Return the invoice's settlements of one kind."""
    rows: Any = books.facts(invoices={invoice_id}).tables[Settlement].values()
    return [row for row in rows if row.kind is kind and row.invoice_id == invoice_id]


def test_an_overdue_one_is_not_overdue_any_more(books: Books) -> None:
    """A voided invoice is not overdue."""
    invoice_id = books.draft(books.customer())
    books.done(commands.FinalizeInvoice(invoice_id=invoice_id, issue_date=date(2024, 1, 1)))
    assert books.client.invoices.find(invoice_id).payment_overdue
    assert not books.client.invoices.void(invoice_id).payment_overdue


def test_what_may_be_done_with_a_voided_one(books: Books) -> None:
    """It cannot be changed, finalized or deleted; a dispute about it can be lost."""
    invoice_id = voided(books)
    with pytest.raises(LagoApiError) as again:
        books.client.invoices.void(invoice_id)
    assert again.value.response == error(405, "not_voidable")
    said = {"invoice": {"payment_status": "failed"}}
    for method, path, expected in (
        ("PUT", "", error(405, "update_on_voided_invoice")),
        ("PUT", "/finalize", error(404, "invoice_not_found")),
        ("DELETE", "", error(405, "not_deletable")),
    ):
        assert books.http(method, f"/invoices/{invoice_id}{path}", json=said).json() == expected
    assert books.client.invoices.lose_dispute(invoice_id).payment_dispute_lost_at is not None


def test_one_that_was_credited_in_full_is_voided_too(books: Books) -> None:
    """Polaris's own rule against it does not apply to Lago."""
    invoice_id = unpaid(books)
    (fee,) = books.client.invoices.find(invoice_id).fees.__root__
    credited = CreditedLine(line_id=fee.lago_id, amount_minor=1000)
    books.done(
        commands.IssueCreditNote(
            note_id=new_id(), invoice_id=invoice_id, lines=(credited,), offset_minor=1200
        )
    )
    assert books.client.invoices.void(invoice_id).status == "voided"


# ---------------------------------------------------------------- with a credit note


def test_all_of_it_as_credit(books: Books) -> None:
    """One note, whose credit can be spent."""
    invoice_id = unpaid(books)
    books.client.invoices.void_invoice(invoice_id, NOTE | {"credit_amount": 1200})
    (note,) = notes_of(books, invoice_id)
    assert (note.credit_minor, note.balance_minor, note.total_minor) == (1200, 1200, 1200)
    assert note.number == "ACM-1A2B-001-001-CN001"
    assert note.description == f"Credit of the voided invoice {invoice_id}"


@pytest.mark.parametrize("body", [None, NOTE, NOTE | {"credit_amount": 1200}])
def test_no_comment_is_stored_that_nobody_gave(books: Books, body: object) -> None:
    """The text about the voided invoice belongs to the note."""
    invoice_id = unpaid(books)
    assert asked_by_client(books, invoice_id, body) == (200, None)
    row = books.the(Invoice, invoice_id, invoices={invoice_id})
    assert (row.void_reason, row.void_comment) == (None, None)


def test_all_of_it_as_refund(books: Books) -> None:
    """One note with a refund; the invoice still counts as paid."""
    invoice_id = paid(books)
    after = books.client.invoices.void_invoice(invoice_id, NOTE | {"refund_amount": 1200})
    (note,) = notes_of(books, invoice_id)
    assert (note.refund_minor, note.credit_minor, note.balance_minor) == (1200, 0, 0)
    assert (after.payment_status, after.total_paid_amount_cents) == ("succeeded", 1200)


def test_a_part_as_credit_and_refund(books: Books) -> None:
    """Of 1,200 with 300 paid: a note of 600, and one of 600 that is void from the start."""
    invoice_id = unpaid(books)
    books.paid(invoice_id, 300)
    asked = NOTE | {"credit_amount": 300, "refund_amount": 300}
    after = books.client.invoices.void_invoice(invoice_id, asked)
    given, rest = notes_of(books, invoice_id)
    assert (given.total_minor, given.credit_minor, given.refund_minor) == (600, 300, 300)
    assert (given.status, given.balance_minor) == (NoteStatus.ISSUED, 300)
    assert (rest.total_minor, rest.status, rest.balance_minor) == (600, NoteStatus.VOIDED, 0)
    assert (after.payment_status, after.total_paid_amount_cents) == ("pending", 300)
    assert after.total_due_amount_cents == 0


def test_a_note_of_no_amounts_is_void_from_the_start(books: Books) -> None:
    """The note covers the whole invoice."""
    invoice_id = unpaid(books)
    books.client.invoices.void_invoice(invoice_id, NOTE)
    (note,) = notes_of(books, invoice_id)
    assert (note.total_minor, note.status, note.balance_minor) == (1200, NoteStatus.VOIDED, 0)


@pytest.mark.parametrize(("credit", "status"), [(960, 200), (961, 422)])
def test_a_coupon_lowers_what_can_be_credited(books: Books, credit: int, status: int) -> None:
    """1,000 less 200, with a fifth of tax."""
    invoice_id = books.invoice(books.customer(), line(1000, VAT, discount_minor=200))
    asked = NOTE | {"credit_amount": credit}
    answer = books.http("POST", f"/invoices/{invoice_id}/void", json=asked)
    assert answer.status_code == status, answer.text
    given = sum(note.credit_minor for note in notes_of(books, invoice_id))
    assert given == (credit if status == 200 else 0)


# ---------------------------------------------------------------- what is given back


def spent(books: Books, granted_minor: int = 500) -> tuple[str, str, str]:
    """Create an invoice of 1,200, partly settled by granted credits; return it, lot and wallet."""
    customer_id, wallet_id, lot_id = books.customer(), new_id(), new_id()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"),
        commands.GrantCredits(lot_id=lot_id, wallet_id=wallet_id, amount_minor=granted_minor),
    )
    invoice_id = books.draft(customer_id)
    assert books.client.invoices.finalize(invoice_id).prepaid_credit_amount_cents == 500
    return invoice_id, lot_id, wallet_id


def test_credits_go_back_into_their_wallet(books: Books) -> None:
    """They can be spent again, and the invoice still shows what they had settled."""
    invoice_id, lot_id, _ = spent(books)
    after = books.client.invoices.void(invoice_id)
    assert books.the(Lot, lot_id, lots={lot_id}).left_minor == 500
    assert (after.prepaid_credit_amount_cents, after.total_amount_cents) == (500, 700)
    assert after.prepaid_granted_credit_amount_cents == 500


def test_a_terminated_wallet_gets_nothing_back(books: Books) -> None:
    """The credits stay blocked until somebody releases them."""
    invoice_id, lot_id, wallet_id = spent(books)
    books.done(commands.TerminateWallet(wallet_id=wallet_id))
    assert books.client.invoices.void(invoice_id).status == "voided"
    assert books.the(Lot, lot_id, lots={lot_id}).left_minor == 0
    (parked,) = settlements(books, invoice_id, SettlementKind.WALLET)
    assert parked.held_minor == 500


def test_with_a_note_credits_fund_it(books: Books) -> None:
    """The credits are not given back in addition."""
    invoice_id, lot_id, _ = spent(books)
    books.client.invoices.void_invoice(invoice_id, NOTE | {"credit_amount": 1200})
    assert books.the(Lot, lot_id, lots={lot_id}).left_minor == 0
    (note,) = notes_of(books, invoice_id)
    assert note.balance_minor == 1200


def test_credits_that_were_sold_stay_in_the_wallet(books: Books) -> None:
    """A void of the invoice does not take the bought credits back."""
    invoice_id = top_up(books)
    books.paid(invoice_id, 5000)
    assert books.client.invoices.void(invoice_id).status == "voided"
    lots: Any = books.facts(invoices={invoice_id}).tables[Lot].values()
    assert [lot.left_minor for lot in lots] == [5000]


# ---------------------------------------------------------------- concurrent voids


def test_of_two_voids_at_once_one_succeeds(books: Books) -> None:
    """The second void finds the invoice voided."""
    for invoice_id in [books.invoice(books.customer(f"c{n}")) for n in range(5)]:
        voiding = partial(books.http, "POST", f"/invoices/{invoice_id}/void")
        answers: list[Any] = at_once([voiding] * 4)
        assert sorted(answer.status_code for answer in answers) == [200, 405, 405, 405]
