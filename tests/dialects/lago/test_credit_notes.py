"""Credit notes through the vendor's client, from their creation to their end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dialects.lago.books import VAT, Books, line
from dialects.lago.crediting import answer_to, fees_of, note, put, update
from dialects.lago.said import error, invalid
from polaris.core import commands
from polaris.core.commands.values import CreditedLine
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id, now

HIGHER = ["higher_than_remaining_invoice_amount"]


# ---------------------------------------------------------------- stories


def test_a_paid_invoice_is_credited_and_refunded(books: Books) -> None:
    """Credit 12 and refund 6 on two fees: 18 in all, 3 of it tax."""
    invoice_id = books.invoice(books.customer(), line(10, VAT), line(5, VAT))
    books.paid(invoice_id, 18)
    asked = note(
        *(books, invoice_id, 10, 5),
        reason="order_change",
        description="Two fees",
        credit_amount_cents=12,
        refund_amount_cents=6,
        metadata={"ticket": "7"},
    )
    made = books.client.credit_notes.create(asked)
    shown = books.http("GET", f"/credit_notes/{made.lago_id}").json()["credit_note"]
    number = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]["number"]
    expected = {
        "billing_entity_code": "faults",
        "sequential_id": 1,
        "number": f"{number}-CN001",
        "lago_invoice_id": invoice_id,
        "invoice_number": number,
        "purchase_order_number": None,
        "credit_status": "available",
        "refund_status": "pending",
        "reason": "order_change",
        "description": "Two fees",
        "currency": "EUR",
        "total_amount_cents": 18,
        "precise_total_amount_cents": "18.0",
        "taxes_amount_cents": 3,
        "precise_taxes_amount_cents": "3.0",
        "sub_total_excluding_taxes_amount_cents": 15,
        "balance_amount_cents": 12,
        "credit_amount_cents": 12,
        "refund_amount_cents": 6,
        "offset_amount_cents": 0,
        "coupons_adjustment_amount_cents": 0,
        "taxes_rate": 20.0,
        "file_url": None,
        "xml_url": None,
        "self_billed": False,
        "error_details": [],
        "metadata": {"ticket": "7"},
    }
    assert {name: shown[name] for name in expected} == expected
    assert [(one["amount_cents"], one["precise_amount_cents"]) for one in shown["items"]] == [
        (10, "10.0"),
        (5, "5.0"),
    ]
    assert [one["fee"]["lago_id"] for one in shown["items"]] == fees_of(books, invoice_id)
    (tax,) = shown["applied_taxes"]
    assert (tax["tax_code"], tax["base_amount_cents"], tax["amount_cents"]) == ("vat", 15, 3)
    assert tax["lago_credit_note_id"] == shown["lago_id"]
    assert shown["customer"]["external_id"] == "cust_1"


def test_an_offset_settles_what_is_due(books: Books) -> None:
    """A credit note off what is due leaves nothing to be paid; its void brings the debt back."""
    invoice_id = books.invoice(books.customer())
    made = books.client.credit_notes.create(
        note(books, invoice_id, 1000, offset_amount_cents=1200, reason="other")
    )
    assert (made.offset_amount_cents, made.balance_amount_cents) == (1200, 0)
    assert (made.credit_status, made.refund_status) == ("available", None)
    shown = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]
    assert shown["payment_status"] == "succeeded"
    assert shown["total_offsetted_credit_note_amount_cents"] == 1200
    assert books.client.credit_notes.void(made.lago_id).credit_status == "voided"
    after = books.client.invoices.find(invoice_id)
    assert (after.total_due_amount_cents, after.payment_status) == (1200, "pending")
    again = books.http("PUT", f"/credit_notes/{made.lago_id}/void")
    assert (again.status_code, again.json()) == (405, error(405, "no_voidable_amount"))


@pytest.mark.parametrize("credit", [0, 1, 600])
def test_a_void_takes_back_offset_and_balance_however_they_are_split(
    books: Books, credit: int
) -> None:
    """One cent of credit decides nothing."""
    invoice_id = books.invoice(books.customer())
    split = {"offset_amount_cents": 600 - credit, "credit_amount_cents": credit}
    made = books.client.credit_notes.create(note(books, invoice_id, 500, **split))
    assert books.client.invoices.find(invoice_id).total_due_amount_cents == 600 + credit
    assert books.client.credit_notes.void(made.lago_id).balance_amount_cents == 0
    assert books.client.invoices.find(invoice_id).total_due_amount_cents == 1200


def test_a_note_that_only_refunded_has_nothing_to_void(books: Books) -> None:
    invoice_id = books.invoice(books.customer())
    books.paid(invoice_id, 1200)
    made = books.client.credit_notes.create(note(books, invoice_id, 1000, refund_amount_cents=1200))
    answer = books.http("PUT", f"/credit_notes/{made.lago_id}/void")
    assert (answer.status_code, answer.json()) == (405, error(405, "no_voidable_amount"))


def test_a_voided_note_still_uses_up_its_fee(books: Books) -> None:
    """Its balance ends; the fee cannot be credited again, though the books would let it."""
    invoice_id = books.invoice(books.customer())
    asked = note(books, invoice_id, 1000, credit_amount_cents=1200)
    made = books.client.credit_notes.create(asked)
    voided = books.client.credit_notes.void(made.lago_id)
    assert (voided.credit_status, voided.balance_amount_cents) == ("voided", 0)
    assert voided.credit_amount_cents == 1200
    answer = books.http("PUT", f"/credit_notes/{made.lago_id}/void")
    assert answer.json() == error(405, "no_voidable_amount")
    again = books.http("POST", "/credit_notes", json={"credit_note": asked.dict()})
    assert again.json() == invalid(amount_cents=["higher_than_remaining_fee_amount"])


def test_a_fee_is_credited_once_however_many_ask_at_once(books: Books) -> None:
    """The rule is checked under the lock: of six clients, one gets the credit."""
    invoice_id = books.invoice(books.customer())
    asked = {"credit_note": note(books, invoice_id, 1000, credit_amount_cents=1200).dict()}
    with ThreadPoolExecutor(6) as clients:
        answers = list(
            clients.map(lambda _: books.http("POST", "/credit_notes", json=asked), range(6))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422, 422]


def test_a_voided_invoice_can_be_credited(books: Books) -> None:
    """Out of the money that the void left held; nothing is due, so nothing can be offset."""
    invoice_id = books.invoice(books.customer())
    books.paid(invoice_id, 300)
    books.client.invoices.void(invoice_id)
    refused = note(books, invoice_id, 1000, offset_amount_cents=1200)
    answer = books.http("POST", "/credit_notes", json={"credit_note": refused.dict()})
    assert answer.json() == invalid(offset_amount_cents=HIGHER)
    made = books.client.credit_notes.create(
        note(books, invoice_id, 1000, credit_amount_cents=900, refund_amount_cents=300)
    )
    assert (made.balance_amount_cents, made.refund_amount_cents) == (900, 300)


def test_the_notes_of_a_void_are_shown(books: Books) -> None:
    """A note with a reason unknown to Lago, and one that was void from the start."""
    invoice_id = books.invoice(books.customer())
    books.paid(invoice_id, 300)
    asked = {"generate_credit_note": True, "credit_amount": 300, "refund_amount": 300}
    assert books.http("POST", f"/invoices/{invoice_id}/void", json=asked).status_code == 200
    listed = books.client.credit_notes.find_all()["credit_notes"]
    shown = {
        (one.total_amount_cents, one.credit_status, one.balance_amount_cents) for one in listed
    }
    assert shown == {(600, "available", 300), (600, "voided", 0)}
    assert {one.reason for one in listed} == {"other"}
    assert {one.taxes_rate for one in listed} == {20.0}


def test_a_note_of_no_invoice_is_shown(books: Books) -> None:
    """Lago has no standalone notes; the invoice and the items' fees are null."""
    note_id = new_id()
    credited = CreditedLine(amount_minor=500, taxes=(VAT,), description="Goodwill")
    books.done(
        commands.IssueStandaloneNote(
            note_id=note_id,
            customer_id=books.customer(),
            currency="EUR",
            lines=(credited,),
        )
    )
    found = books.client.credit_notes.find(note_id)
    assert (found.lago_invoice_id, found.invoice_number) == (None, None)
    assert (found.total_amount_cents, found.taxes_rate) == (600, 20.0)
    shown = books.http("GET", f"/credit_notes/{note_id}").json()["credit_note"]
    assert [item["fee"] for item in shown["items"]] == [None]
    assert "metadata" not in shown


def test_what_is_said_of_a_refund_happens(books: Books) -> None:
    """Until the provider reports another status; without either, the refund's state counts."""
    invoice_id = books.invoice(books.customer(), line(1000, VAT), line(1000, VAT))
    books.paid(invoice_id, 2400)
    asked = note(books, invoice_id, 1000, refund_amount_cents=1200)
    made = books.client.credit_notes.create(asked)
    assert (made.refund_status, made.credit_status) == ("pending", "available")
    client = books.client.credit_notes
    failed = client.update(update(refund_status="failed"), made.lago_id)
    assert failed.refund_status == "failed"
    paid = client.update(update(refund_status="succeeded"), made.lago_id)
    assert paid.refund_status == "succeeded"
    reported(books, made.lago_id, RefundState.FAILED)
    assert client.find(made.lago_id).refund_status == "failed"
    other = client.create(note(books, invoice_id, 0, 1000, refund_amount_cents=1200))
    reported(books, other.lago_id, RefundState.SETTLED)
    assert client.find(other.lago_id).refund_status == "succeeded"


def reported(books: Books, note_id: str, state: RefundState) -> None:
    """Report the state of a note's refund, as the provider does."""
    books.done(commands.UpdateRefund(refund_id=refund_of(books, note_id), state=state))


def refund_of(books: Books, note_id: str) -> str:
    """Return the id of the note's one refund."""
    with books.database.connect() as connection:
        query = "select id::text from refund where tenant_id = %s and note_id = %s"
        row = connection.execute(query.encode(), (books.tenant_id, note_id)).fetchone()
    assert row is not None
    return str(row[0])


def test_metadata_are_added_replaced_and_forgotten(books: Books) -> None:
    """Updates add metadata; the metadata calls of the client replace, merge or delete them."""
    made = books.client.credit_notes.create(
        note(books, books.invoice(books.customer()), 1000, credit_amount_cents=1200)
    )
    note_id, client = made.lago_id, books.client.credit_notes
    gone = books.http("DELETE", f"/credit_notes/{note_id}/metadata")
    assert (gone.status_code, gone.json()) == (404, error(404, "metadata_not_found"))
    updated = client.update(update(metadata={"a": "1", "b": None}), note_id)
    assert updated.metadata == {"a": "1", "b": None}
    assert client.merge_metadata(note_id, {"a": "2", "c/d": "3"}) == {
        "a": "2",
        "b": None,
        "c/d": "3",
    }
    assert put(books, f"/credit_notes/{note_id}", metadata={"e": "4"})["credit_note"][
        "metadata"
    ] == {"a": "2", "b": None, "c/d": "3", "e": "4"}
    assert client.delete_metadata_key(note_id, "c/d") == {"a": "2", "b": None, "e": "4"}
    gone = books.http("DELETE", f"/credit_notes/{note_id}/metadata/c")
    assert gone.json() == error(404, "metadata_not_found")
    assert client.replace_metadata(note_id, {"z": "9"}) == {"z": "9"}
    assert client.find(note_id).metadata == {"z": "9"}
    assert client.delete_all_metadata(note_id) is None
    assert "metadata" not in books.http("GET", f"/credit_notes/{note_id}").json()["credit_note"]


@pytest.mark.parametrize("timezone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_a_note_is_dated_where_the_customer_is_but_never_into_closed_books(
    books: Books, timezone: str
) -> None:
    """At any hour one of the two is on another day than the tenant."""
    invoice_id = books.invoice(books.customer(timezone=timezone), line(1000, VAT))
    today = now().date()
    books.done(commands.CloseBooks(through=today - timedelta(days=1)))
    made = note(books, invoice_id, 1000, credit_amount_cents=1200)
    shown = answer_to(books, made)["credit_note"]
    there = now().astimezone(ZoneInfo(timezone)).date()
    assert shown["issuing_date"] == max(there, today).isoformat()


# ---------------------------------------------------------------- credits that were sold


def top_up(books: Books, paid: bool = True) -> tuple[str, str]:
    """A wallet, and the invoice by which 500 of its credits were sold."""
    wallet_id, invoice_id, customer_id = new_id(), new_id(), books.customer()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"),
        commands.BuyCredits(invoice_id=invoice_id, wallet_id=wallet_id, amount_minor=500),
    )
    if paid:
        books.paid(invoice_id, 500)
    return wallet_id, invoice_id


def test_credits_not_paid_for_can_only_be_offset_whole(books: Books) -> None:
    """Otherwise nothing was received that could be given back."""
    _, invoice_id = top_up(books, paid=False)
    for part in ("credit_amount_cents", "refund_amount_cents"):
        asked = note(books, invoice_id, 500, **{part: 500})
        assert answer_to(books, asked) == error(405, "invalid_type_or_status")
    asked = note(books, invoice_id, 200, offset_amount_cents=200)
    assert answer_to(books, asked) == invalid(offset_amount_cents=["not_equal_to_total_amount"])
    made = books.client.credit_notes.create(note(books, invoice_id, 500, offset_amount_cents=500))
    assert (made.offset_amount_cents, made.total_amount_cents) == (500, 500)


def test_credits_that_were_paid_can_be_refunded_as_far_as_they_are_left(books: Books) -> None:
    """The wallet gives up what is sent back."""
    wallet_id, invoice_id = top_up(books)
    books.done(commands.VoidWalletCredits(wallet_id=wallet_id, amount_minor=100))
    asked = note(books, invoice_id, 450, refund_amount_cents=450)
    assert answer_to(books, asked) == invalid(amount_cents=["higher_than_wallet_balance"])
    asked = note(books, invoice_id, 400, credit_amount_cents=400)
    assert answer_to(books, asked) == invalid(credit_amount_cents=["cannot_credit_invoice"])
    asked = note(books, invoice_id, 400, offset_amount_cents=400)
    assert answer_to(books, asked) == invalid(
        offset_amount_cents=[*HIGHER, "cannot_apply_to_paid_invoice"]
    )
    body = {"credit_note": asked.dict()}
    shown = books.http("POST", "/credit_notes/estimate", json=body).json()
    most = shown["estimated_credit_note"]
    assert [most[f"max_{part}able_amount_cents"] for part in ("credit", "refund", "offsett")] == [
        *(0, 400, 0),
    ]
    made = books.client.credit_notes.create(note(books, invoice_id, 400, refund_amount_cents=400))
    assert made.refund_amount_cents == 400


def test_credits_of_a_closed_wallet_cannot_be_given_back(books: Books) -> None:
    """Its credits could not be spent any more."""
    wallet_id, invoice_id = top_up(books)
    books.done(commands.TerminateWallet(wallet_id=wallet_id))
    asked = note(books, invoice_id, 500, refund_amount_cents=500)
    assert answer_to(books, asked) == error(405, "invalid_type_or_status")
