"""Replace a voided invoice by a corrected one, which is an extension to Lago's API."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from dialects.lago.books import VAT, Books, line
from dialects.lago.said import error, invalid, timeless
from faults.world import at_once
from polaris.core import commands
from polaris.core.facts.invoice import InvoiceKind
from polaris.core.facts.wallet import Lot
from polaris.engine import new_id


def add_on(books: Books, code: str = "setup", amount_minor: int = 5000) -> None:
    """Save an add-on with this price."""
    books.done(
        commands.SaveCatalogueItem(
            catalogue_item_id=new_id(),
            code=code,
            name=code.title(),
            amount_minor=amount_minor,
            currency="EUR",
        )
    )


def tax(books: Books, code: str, percent: int, **named: Any) -> str:
    """Save a tax; return its id."""
    tax_code_id = new_id()
    books.done(
        commands.SaveTaxCode(
            tax_code_id=tax_code_id, code=code, name=code, rate=Decimal(percent), **named
        )
    )
    return tax_code_id


def one_off(books: Books, *fees: dict[str, Any], **named: Any) -> Any:
    """Issue an invoice over add-ons, and return the answer."""
    asked = {"external_customer_id": "cust_1", "fees": fees, **named}
    answer = books.http("POST", "/invoices", json={"invoice": asked})
    assert answer.status_code == 200, answer.text
    return answer.json()["invoice"]


def regenerated(books: Books, invoice_id: str, **body: Any) -> Any:
    """Regenerate an invoice, and return the new one from the answer."""
    answer = books.http("POST", f"/invoices/{invoice_id}/regenerate", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["invoice"]


def get_invoice(books: Books, invoice_id: str) -> Any:
    """Return the invoice as it is now."""
    return books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]


def fee_sums(invoice: Any) -> list[tuple[str, str, int, int]]:
    """Return the name, units, amount and tax of each fee."""
    return [
        (
            fee["item"]["invoice_display_name"],
            fee["units"],
            fee["amount_cents"],
            fee["taxes_amount_cents"],
        )
        for fee in invoice["fees"]
    ]


# ---------------------------------------------------------------- as it was


def test_a_voided_one_is_issued_again_as_it_was(books: Books) -> None:
    """The new invoice has its own number, and each refers to the other."""
    books.customer(payment_term_days=14)
    add_on(books)
    old = one_off(books, {"add_on_code": "setup", "units": 2}, purchase_order_number="PO-1")
    books.client.invoices.void(old["lago_id"])
    new = regenerated(books, old["lago_id"])
    assert (new["status"], new["number"]) == ("finalized", "ACM-1A2B-001-002")
    assert (new["voided_invoice_id"], new["regenerated_invoice_id"]) == (old["lago_id"], None)
    again = get_invoice(books, old["lago_id"])
    assert (again["status"], again["voided_invoice_id"]) == ("voided", None)
    assert again["regenerated_invoice_id"] == new["lago_id"]
    assert fee_sums(new) == fee_sums(old)
    for name in ("purchase_order_number", "net_payment_term", "total_amount_cents", "currency"):
        assert new[name] == old[name]
    assert [fee["lago_original_fee_id"] for fee in new["fees"]] == [old["fees"][0]["lago_id"]]
    assert new["fees"][0]["item"]["lago_item_id"] == old["fees"][0]["item"]["lago_item_id"]
    assert new["fees"][0]["lago_id"] != old["fees"][0]["lago_id"]


def test_it_is_voided_first_when_that_is_asked(books: Books) -> None:
    """One call voids and replaces; an invoice that is already voided is only replaced."""
    invoice_id = books.invoice(books.customer())
    new = regenerated(books, invoice_id, void=True)
    assert (new["status"], get_invoice(books, invoice_id)["status"]) == ("finalized", "voided")
    books.client.invoices.void(new["lago_id"])
    assert regenerated(books, new["lago_id"], void="true")["number"] == "ACM-1A2B-001-003"


def test_a_draft_is_made_when_that_is_asked(books: Books) -> None:
    """To be looked at, and finalized by itself."""
    customer_id = books.customer()
    invoice_id = books.invoice(customer_id, kind=InvoiceKind.ONE_OFF)
    new = regenerated(books, invoice_id, void=True, status="draft")
    assert (new["status"], new["number"]) == ("draft", "ACM-1A2B-DRAFT")
    final = books.client.invoices.finalize(new["lago_id"])
    assert (final.number, final.total_amount_cents) == ("ACM-1A2B-001-002", 1200)


def test_a_draft_that_is_deleted_makes_room_for_another(books: Books) -> None:
    invoice_id = books.invoice(books.customer())
    draft = regenerated(books, invoice_id, void=True, status="draft")
    books.client.invoices.destroy(draft["lago_id"])
    again = regenerated(books, invoice_id)
    assert again["voided_invoice_id"] == invoice_id
    assert books.client.invoices.find(again["lago_id"]).status == "finalized"


def test_a_chain_of_corrections(books: Books) -> None:
    """Each invoice replaces the one before."""
    invoice_id, chain = books.invoice(books.customer()), []
    for _ in range(3):
        chain.append(regenerated(books, invoice_id, void=True))
        assert chain[-1]["voided_invoice_id"] == invoice_id
        invoice_id = chain[-1]["lago_id"]
    assert [one["total_amount_cents"] for one in chain] == [1200] * 3


def test_credit_given_back_by_the_void_settles_the_new_one(books: Books) -> None:
    """The wallet's credits went back, and are spent again."""
    customer_id, wallet_id, lot_id = books.customer(), new_id(), new_id()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"),
        commands.GrantCredits(lot_id=lot_id, wallet_id=wallet_id, amount_minor=500),
    )
    invoice_id = books.draft(customer_id)
    assert books.client.invoices.finalize(invoice_id).prepaid_credit_amount_cents == 500
    new = regenerated(books, invoice_id, void=True)
    assert (new["prepaid_credit_amount_cents"], new["total_due_amount_cents"]) == (500, 700)
    assert books.the(Lot, lot_id, lots={lot_id}).left_minor == 0


def test_a_sale_of_credits_is_made_again(books: Books) -> None:
    """The credits of the new one land when it is paid."""
    wallet_id, invoice_id = new_id(), new_id()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=books.customer(), currency="EUR"),
        commands.BuyCredits(invoice_id=invoice_id, wallet_id=wallet_id, amount_minor=5000),
    )
    new = regenerated(books, invoice_id, void=True)
    assert (new["invoice_type"], new["payment_status"]) == ("credit", "pending")
    books.paid(new["lago_id"], 5000)
    lots: Any = books.facts(wallets={wallet_id}, invoices={new["lago_id"]}).tables[Lot].values()
    assert [lot.left_minor for lot in lots] == [5000]


# ---------------------------------------------------------------- corrected


def test_the_fees_listed_are_all_of_the_new_one(books: Books) -> None:
    """One changed, one as it was, one left out, one added."""
    books.customer()
    add_on(books)
    add_on(books, "extra", 300)
    tax(books, "vat", 10, applied_by_default=True)
    named = {"add_on_code": "setup", "description": "On site", "from_datetime": "2026-01-01"}
    named["to_datetime"] = "2026-01-31"
    fees = ({**named, "invoice_display_name": name} for name in ("One", "Two", "Three"))
    old = one_off(books, *fees)
    one, two, three = (fee["lago_id"] for fee in old["fees"])
    listed = [
        {"id": two, "units": "1.5", "unit_amount_cents": 1000, "invoice_display_name": "Second"},
        {"id": three, "remove": True},
        {"id": one},
        {"add_on_code": "extra", "units": 2},
    ]
    new = regenerated(books, old["lago_id"], void=True, fees=listed)
    assert fee_sums(new) == [
        ("Second", "1.5", 1500, 150),
        ("One", "1.0", 5000, 500),
        ("Extra", "2.0", 600, 60),
    ]
    assert [fee["lago_original_fee_id"] for fee in new["fees"]] == [two, one, None]
    assert [fee["description"] for fee in new["fees"]] == ["On site", "On site", None]
    assert [fee["from_date"][:10] for fee in new["fees"][:2]] == ["2026-01-01"] * 2
    assert [fee["item"]["name"] for fee in new["fees"]] == ["Setup", "Setup", "Extra"]
    assert new["total_amount_cents"] == 7810


def test_what_is_said_of_a_fee_goes_before_what_it_was(books: Books) -> None:
    """Its words and its period; what is not said stays."""
    books.customer()
    add_on(books)
    old = one_off(books, {"add_on_code": "setup", "description": "Old"})
    said = {
        "id": old["fees"][0]["lago_id"],
        "description": "New",
        "from_datetime": "2026-02-01",
        "to_datetime": "2026-02-28",
    }
    (fee,) = regenerated(books, old["lago_id"], void=True, fees=[said])["fees"]
    assert (fee["description"], fee["amount_cents"]) == ("New", 5000)
    assert (fee["from_date"], fee["to_date"]) == ("2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z")


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({}, "PO-1"),
        ({"purchase_order_number": " PO-2 "}, "PO-2"),
        ({"purchase_order_number": None}, None),
        ({"purchase_order_number": ""}, None),
    ],
)
def test_the_order_number_is_kept_replaced_or_cleared(
    books: Books, body: dict[str, object], number: str | None
) -> None:
    """Only fields that are not given stay."""
    books.customer()
    add_on(books)
    old = one_off(books, {"add_on_code": "setup"}, purchase_order_number="PO-1")
    new = regenerated(books, old["lago_id"], void=True, **body)
    assert new["purchase_order_number"] == number


@pytest.mark.parametrize(
    ("cents", "discount", "total"), [(None, 200, 960), (500, 200, 360), (100, 100, 0)]
)
def test_a_coupon_stays_as_far_as_there_is_something(
    books: Books, cents: int | None, discount: int, total: int
) -> None:
    """A discount is at most its line."""
    invoice_id = books.invoice(books.customer(), line(1000, VAT, discount_minor=200))
    (fee,) = get_invoice(books, invoice_id)["fees"]
    listed = [{"id": fee["lago_id"], "unit_amount_cents": cents}]
    new = regenerated(books, invoice_id, void=True, fees=listed)
    assert (new["coupons_amount_cents"], new["total_amount_cents"]) == (discount, total)


# ---------------------------------------------------------------- taxed as today


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (None, None, {"mine": 5}),  # the customer's own by now, no more the default
        (["old"], None, {"old": 12}),  # asked for then, at today's rate
        (["old"], ["mine", "vat"], {"mine": 5, "vat": 20}),
        (["gone"], None, {"mine": 5}),
    ],
)
def test_it_is_taxed_as_today(
    books: Books, then: list[str] | None, now: list[str] | None, expected: dict[str, int]
) -> None:
    """The taxes of this request, else of the original's, else today's default ones."""
    tax(books, "vat", 20, applied_by_default=True)
    old_id, gone_id = tax(books, "old", 10), tax(books, "gone", 1)
    customer_id = books.customer()
    add_on(books)
    old = one_off(books, {"add_on_code": "setup", "tax_codes": then})
    tax(books, "mine", 5)
    books.done(
        commands.SaveTaxCode(tax_code_id=old_id, rate=Decimal(12)),
        commands.DeleteTaxCode(tax_code_id=gone_id),
        commands.SaveCustomer(customer_id=customer_id, tax_codes=("mine",)),
    )
    listed = [{"id": old["fees"][0]["lago_id"], "tax_codes": now}]
    new = regenerated(books, old["lago_id"], void=True, fees=listed)
    assert {one["tax_code"]: one["tax_rate"] for one in new["applied_taxes"]} == expected
    assert all(one["lago_tax_id"] for one in new["applied_taxes"])
    assert new["taxes_amount_cents"] == 50 * sum(expected.values())


@pytest.mark.parametrize(("percent", "total"), [(None, 1200), (25, 1250)])
def test_a_line_of_no_add_on_keeps_its_taxes(books: Books, percent: int | None, total: int) -> None:
    """At today's rate, where the catalogue has one."""
    tax(books, "other", 50, applied_by_default=True)
    if percent:
        tax(books, "vat", percent)
    invoice_id = books.invoice(books.customer())
    assert regenerated(books, invoice_id, void=True)["total_amount_cents"] == total


# ---------------------------------------------------------------- refused


def draft(books: Books) -> str:
    """A draft."""
    return books.draft(books.customer())


def issued(books: Books) -> str:
    """An issued one."""
    return books.invoice(books.customer())


def replaced(books: Books) -> str:
    """One that has a successor."""
    invoice_id = issued(books)
    regenerated(books, invoice_id, void=True)
    return invoice_id


FEE_MISSING = error(404, "fee_not_found")


@pytest.mark.parametrize(
    ("made", "body", "expected"),
    [
        (issued, {}, error(405, "not_voided")),
        (draft, {}, error(405, "not_voided")),
        (draft, {"void": True}, error(405, "not_voidable")),
        (replaced, {}, error(405, "already_regenerated")),
        (replaced, {"void": True}, error(405, "already_regenerated")),
        (issued, {"void": True, "fees": []}, error(404, "fees_not_found")),
        (issued, {"void": True, "fees": [{"id": new_id()}]}, FEE_MISSING),
        (issued, {"void": True, "fees": [{"id": "x"}]}, FEE_MISSING),
        (issued, {"void": True, "fees": [{}]}, error(404, "add_on_not_found")),
        (issued, {"void": True, "status": "voided"}, invalid(status=["value_is_invalid"])),
        (
            issued,
            {"void": True, "purchase_order_number": "x" * 256},
            invalid(purchase_order_number=["value_is_too_long"]),
        ),
    ],
)
def test_what_cannot_be_regenerated(
    books: Books, made: Any, body: dict[str, Any], expected: dict[str, object]
) -> None:
    """The preview and the call are refused alike, and nothing is voided."""
    invoice_id = made(books)
    before = get_invoice(books, invoice_id)
    for path in ("/regenerate/preview", "/regenerate"):
        answer = books.http("POST", f"/invoices/{invoice_id}{path}", json=body)
        assert (answer.status_code, answer.json()) == (expected["status"], expected)
    assert get_invoice(books, invoice_id) == before


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"tax_codes": ["x"]}, error(404, "tax_not_found")),
        ({"units": -1}, invalid(fees=["value_is_out_of_range"])),
        ({"units": "x"}, invalid(units=["value_is_invalid"])),
        ({"from_datetime": "2026-01-01"}, invalid(boundaries=["values_are_invalid"])),
    ],
)
def test_what_cannot_be_said_of_a_fee(
    books: Books, said: dict[str, Any], expected: dict[str, object]
) -> None:
    """As for an invoice over add-ons."""
    invoice_id = issued(books)
    (fee,) = get_invoice(books, invoice_id)["fees"]
    body = {"void": True, "fees": [{"id": fee["lago_id"], **said}]}
    answer = books.http("POST", f"/invoices/{invoice_id}/regenerate", json=body)
    assert answer.json() == expected


def test_of_many_at_once_one_regenerates(books: Books) -> None:
    """The other calls find it replaced, or voided."""
    invoice_id = issued(books)
    asking = partial(books.http, "POST", f"/invoices/{invoice_id}/regenerate", json={"void": True})
    answers: list[Any] = at_once([asking] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 405, 405, 405]
    assert books.client.invoices.find_all()["meta"]["total_count"] == 2


# ---------------------------------------------------------------- previewed


@pytest.mark.parametrize("void_first", [True, False])
def test_a_preview_shows_the_new_one_and_writes_nothing(books: Books, void_first: bool) -> None:
    """The preview equals the invoice issued afterwards, except for its ids."""
    books.customer()
    add_on(books)
    tax(books, "vat", 20, applied_by_default=True)
    old = one_off(books, {"add_on_code": "setup", "units": 3})
    if not void_first:
        books.client.invoices.void(old["lago_id"])
    before = get_invoice(books, old["lago_id"])
    body = {"void": void_first, "fees": [{"id": old["fees"][0]["lago_id"], "units": 1}]}
    path = f"/invoices/{old['lago_id']}/regenerate/preview"
    preview = books.http("POST", path, json=body).json()["invoice"]
    assert get_invoice(books, old["lago_id"]) == before
    assert books.client.invoices.find_all()["meta"]["total_count"] == 1
    new = regenerated(books, old["lago_id"], **body)
    assert timeless(preview) == timeless(new)
    assert (new["total_amount_cents"], new["number"]) == (6000, "ACM-1A2B-001-002")
