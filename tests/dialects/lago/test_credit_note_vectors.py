"""Lago's published numbers for credit notes: coupons, several taxes, rounding of the last note."""

from decimal import Decimal
from typing import Any

from dialects.lago.books import VAT, Books, line
from dialects.lago.crediting import fees_of
from polaris.core.commands.values import TaxRate

TEN = TaxRate(code="ten", name="Ten", rate=Decimal(10))
MORE = TaxRate(code="more", name="Ten more", rate=Decimal(10))


def estimated(books: Books, invoice_id: str, **items: int) -> dict[str, Any]:
    """Return the estimate for amounts by fee id."""
    asked = [{"fee_id": fee_id, "amount_cents": amount} for fee_id, amount in items.items()]
    body = {"credit_note": {"invoice_id": invoice_id, "items": asked}}
    answer = books.http("POST", "/credit_notes/estimate", json=body)
    assert answer.status_code == 200, answer.text
    estimate: dict[str, Any] = answer.json()["estimated_credit_note"]
    return estimate


def created(books: Books, invoice_id: str, fee_id: str, amount: int, credit: int) -> dict[str, Any]:
    """A note that gives credit for one fee."""
    note = {
        "invoice_id": invoice_id,
        "credit_amount_cents": credit,
        "items": [{"fee_id": fee_id, "amount_cents": amount}],
    }
    answer = books.http("POST", "/credit_notes", json={"credit_note": note})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["credit_note"]
    return made


def picked(shown: dict[str, Any], **expected: object) -> dict[str, object]:
    """Return the fields of an answer that the test expects."""
    return {name: shown[name] for name in expected}


def couponed(books: Books) -> str:
    """Two fees, one of them with two taxes and a coupon; 1,200 of it paid."""
    second = line(39900, TEN, MORE, discount_minor=25000)
    invoice_id = books.invoice(books.customer(), line(17900, TEN), second)
    books.paid(invoice_id, 1200)
    return invoice_id


def test_an_estimate_of_all_with_a_coupon_and_several_taxes(books: Books) -> None:
    """Taxes are credited on each fee less its coupon."""
    invoice_id = couponed(books)
    one, two = fees_of(books, invoice_id)
    expected: dict[str, object] = {
        "taxes_amount_cents": 4770,
        "precise_taxes_amount_cents": "4770.0",
        "sub_total_excluding_taxes_amount_cents": 32800,
        "max_creditable_amount_cents": 37570,
        "max_refundable_amount_cents": 1200,
        "max_offsettable_amount_cents": 36370,
        "coupons_adjustment_amount_cents": 25000,
        "precise_coupons_adjustment_amount_cents": "25000.0",
        "taxes_rate": 14.54268,
    }
    shown = estimated(books, invoice_id, **{one: 17900, two: 39900})
    assert picked(shown, **expected) == expected
    taxes = {tax["tax_code"]: tax for tax in shown["applied_taxes"]}
    bases = {code: (tax["base_amount_cents"], tax["amount_cents"]) for code, tax in taxes.items()}
    assert bases == {"ten": (32800, 3280), "more": (14900, 1490)}
    assert taxes["ten"].keys() == {
        *("lago_tax_id", "tax_name", "tax_code", "tax_rate", "tax_description"),
        *("base_amount_cents", "amount_cents", "amount_currency"),
    }


def test_an_estimate_of_part_of_a_fee_with_a_coupon(books: Books) -> None:
    """A part of a fee gets its share of the coupon."""
    invoice_id = couponed(books)
    _, two = fees_of(books, invoice_id)
    expected: dict[str, object] = {
        "coupons_adjustment_amount_cents": 16454,
        "precise_coupons_adjustment_amount_cents": "16453.63409",
        "sub_total_excluding_taxes_amount_cents": 9806,
        "taxes_amount_cents": 1961,
        "precise_taxes_amount_cents": "1961.27318",
        "max_creditable_amount_cents": 11767,
        "taxes_rate": 20.0,
    }
    shown = estimated(books, invoice_id, **{two: 26260})
    assert picked(shown, **expected) == expected
    assert shown["items"] == [{"lago_fee_id": two, "amount_cents": 26260}]


def test_the_last_note_evens_out_what_the_first_rounded(books: Books) -> None:
    """Two notes over all fees add up to the invoice, to the cent."""
    invoice_id = books.invoice(books.customer(), line(6833, VAT), line(6833, VAT))
    shown = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]
    assert (shown["taxes_amount_cents"], shown["total_amount_cents"]) == (2733, 16399)
    one, two = fees_of(books, invoice_id)
    notes = [
        created(books, invoice_id, one, 6833, 8200),
        created(books, invoice_id, two, 6833, 8199),
    ]
    amounts = [
        (
            note["taxes_amount_cents"],
            note["precise_taxes_amount_cents"],
            note["total_amount_cents"],
            note["precise_total_amount_cents"],
        )
        for note in notes
    ]
    assert amounts == [(1367, "1366.6", 8200, "8199.6"), (1366, "1366.2", 8199, "8199.2")]
    again = books.http("GET", f"/credit_notes/{notes[0]['lago_id']}").json()["credit_note"]
    assert again["precise_taxes_amount_cents"] == "1366.6"


def test_an_estimate_of_the_last_note_says_what_the_note_will(books: Books) -> None:
    """The estimate has the figures that the note then has."""
    invoice_id = books.invoice(books.customer(), line(6833, VAT), line(6833, VAT))
    one, two = fees_of(books, invoice_id)
    created(books, invoice_id, one, 6833, 8200)
    expected: dict[str, object] = {
        "taxes_amount_cents": 1366,
        "precise_taxes_amount_cents": "1366.2",
        "max_creditable_amount_cents": 8199,
    }
    assert picked(estimated(books, invoice_id, **{two: 6833}), **expected) == expected


def test_a_unit_more_or_less_is_taken_and_the_note_comes_to_its_lines(books: Books) -> None:
    """Clients may round otherwise; the difference goes to the credit, else to the refund."""
    invoice_id = books.invoice(books.customer(), line(6833, VAT), line(6833, VAT))
    books.paid(invoice_id, 16399)
    one, two = fees_of(books, invoice_id)
    note = created(books, invoice_id, one, 6833, 8201)
    assert (note["total_amount_cents"], note["credit_amount_cents"]) == (8200, 8200)
    asked = {
        "invoice_id": invoice_id,
        "refund_amount_cents": 8198,
        "items": [{"fee_id": two, "amount_cents": 6833}],
    }
    answer = books.http("POST", "/credit_notes", json={"credit_note": asked})
    refund = answer.json()["credit_note"]
    assert (refund["total_amount_cents"], refund["refund_amount_cents"]) == (8199, 8199)
    assert (refund["credit_amount_cents"], refund["refund_status"]) == (0, "pending")
