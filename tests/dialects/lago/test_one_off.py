"""One-off invoices over add-ons: issued through the vendor's client, or previewed."""

from decimal import Decimal
from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import InvoicePreview, OneOffInvoice
from lago_python_client.models.invoice import InvoiceFee, InvoiceFeesList

from dialects.lago.books import Books, line
from dialects.lago.said import error, invalid, timeless
from polaris.core import commands
from polaris.core.commands.values import TaxRate
from polaris.core.facts.invoice import InvoiceKind
from polaris.engine import new_id

Fee = dict[str, Any]


def add_on(books: Books, code: str = "setup", amount_minor: int = 5000, **named: Any) -> str:
    """Save an add-on; return its id."""
    add_on_id = new_id()
    asked = {"code": code, "name": "Setup", "amount_minor": amount_minor, "currency": "EUR"}
    books.done(commands.SaveCatalogueItem(catalogue_item_id=add_on_id, **{**asked, **named}))
    return add_on_id


def tax(books: Books, code: str, percent: int, by_default: bool = False) -> str:
    """Save a tax; return its id."""
    tax_code_id = new_id()
    books.done(
        commands.SaveTaxCode(
            tax_code_id=tax_code_id,
            code=code,
            name=code.upper(),
            rate=Decimal(percent),
            description=f"{percent} of a hundred",
            applied_by_default=by_default,
        )
    )
    return tax_code_id


def issued(books: Books, *fees: Fee, **named: Any) -> Any:
    """Issue an invoice by the vendor's client, and return the answer."""
    listed = InvoiceFeesList(__root__=[InvoiceFee(**fee) for fee in fees])
    asked = OneOffInvoice(external_customer_id="cust_1", fees=listed, **named)
    return books.client.invoices.create(asked)


def one_off_input(books: Books, *fees: Fee, **named: Any) -> Any:
    """Request an invoice without the client, and return the answer."""
    body = {"external_customer_id": "cust_1", "fees": fees, **named}
    return books.http("POST", "/invoices", json={"invoice": body})


# ---------------------------------------------------------------- issued


def test_it_is_issued_at_once(books: Books) -> None:
    """The fee has the add-on's price and names, and the caller's description."""
    books.customer(payment_term_days=30)
    add_on_id = add_on(books, description="All of it", invoice_display_name="Set-up")
    after = issued(books, {"add_on_code": "setup"}, purchase_order_number="  PO-7 ")
    assert (after.status, after.invoice_type, after.number) == (
        "finalized",
        "one_off",
        "ACM-1A2B-001-001",
    )
    assert (after.currency, after.total_amount_cents, after.payment_status) == (
        "EUR",
        5000,
        "pending",
    )
    assert (after.net_payment_term, after.purchase_order_number) == (30, "PO-7")
    (fee,) = after.fees.__root__
    assert (fee.item.type, fee.item.item_type) == ("add_on", "AddOn")
    assert (fee.item.code, fee.item.name, fee.item.lago_item_id) == ("setup", "Setup", add_on_id)
    assert fee.item.invoice_display_name == "Set-up"
    assert (fee.units, fee.precise_unit_amount, fee.description) == ("1.0", "50.0", "All of it")
    assert after.dict() == books.client.invoices.find(after.lago_id).dict()


def test_what_a_fee_says_goes_before_its_add_on(books: Books) -> None:
    """Price, units, names and period; the add-on's own name stays."""
    books.customer()
    add_on(books, description="All of it")
    fee = {
        "add_on_code": "setup",
        "invoice_display_name": "Half a set-up",
        "description": "Only a part",
        "unit_amount_cents": 5,
        "units": 2.5,
        "from_datetime": "2026-01-01T00:00:00+01:00",
        "to_datetime": "2026-02-01",
    }
    (shown,) = issued(books, fee).fees.__root__
    assert (shown.amount_cents, shown.units, shown.precise_unit_amount) == (13, "2.5", "0.05")
    assert shown.item.name == "Setup"
    assert (shown.item.invoice_display_name, shown.description) == ("Half a set-up", "Only a part")
    assert shown.from_date == "2025-12-31T23:00:00Z"
    assert shown.to_date == "2026-02-01T00:00:00Z"
    item = one_off_input(books, fee).json()["invoice"]["fees"][0]["item"]
    assert (item["name"], item["description"]) == ("Setup", "All of it")


@pytest.mark.parametrize("units", [3, 3.0, "3", "3.00"])
def test_units_are_numbers_or_texts(books: Books, units: object) -> None:
    """Exact either way."""
    books.customer()
    add_on(books)
    answer = one_off_input(books, {"add_on_code": "setup", "units": units})
    assert answer.json()["invoice"]["fees_amount_cents"] == 15000


@pytest.mark.parametrize(
    ("customer", "named", "currency"),
    [("GBP", None, "GBP"), ("GBP", "JPY", "JPY"), (None, None, "EUR")],
)
def test_the_currency_is_the_one_named_else_the_customers_else_the_tenants(
    books: Books, customer: str | None, named: str | None, currency: str
) -> None:
    """A customer's currency is a default only."""
    books.done(commands.SaveCustomer(customer_id=new_id(), external_id="cust_1", currency=customer))
    add_on(books)
    assert issued(books, {"add_on_code": "setup"}, currency=named).currency == currency


@pytest.mark.parametrize(("skip", "status"), [("skip", "closed"), ("finalize", "finalized")])
def test_one_over_nothing_is_closed_where_the_customer_says_so(
    books: Books, skip: str, status: str
) -> None:
    """The answer shows it; it has no number, and cannot be found later."""
    books.customer(details={"lago": {"finalize_zero_amount_invoice": skip}})
    add_on(books)
    after = issued(books, {"add_on_code": "setup", "unit_amount_cents": 0})
    assert (after.status, after.payment_status) == (status, "succeeded")
    found = books.http("GET", f"/invoices/{after.lago_id}")
    assert found.status_code == (404 if status == "closed" else 200)
    assert issued(books, {"add_on_code": "setup"}).sequential_id == (1 if status == "closed" else 2)


def test_no_credit_is_applied(books: Books) -> None:
    """Wallet credits settle only subscription invoices."""
    wallet_id, customer_id = new_id(), books.customer()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"),
        commands.GrantCredits(lot_id=new_id(), wallet_id=wallet_id, amount_minor=500),
    )
    add_on(books)
    after = issued(books, {"add_on_code": "setup"})
    assert (after.prepaid_credit_amount_cents, after.total_due_amount_cents) == (0, 5000)


# ---------------------------------------------------------------- refused


GOOD = {"add_on_code": "setup"}
BAD_PERIOD = GOOD | {"from_datetime": "2026-01-01"}
FOREIGN = {"billing_entity_code": "elsewhere"}
BOUNDARIES = 422, invalid(boundaries=["values_are_invalid"])

IN_ORDER: list[tuple[dict[str, Any], tuple[int, object]]] = [
    (
        {"external_customer_id": "nobody", "fees": []} | FOREIGN,
        (404, error(404, "customer_not_found")),
    ),
    ({"fees": []} | FOREIGN, (404, error(404, "fees_not_found"))),
    ({"fees": None} | FOREIGN, (404, error(404, "fees_not_found"))),
    ({"fees": [GOOD, {"add_on_code": "x"}]} | FOREIGN, (404, error(404, "add_on_not_found"))),
    ({"fees": [{}]} | FOREIGN, (404, error(404, "add_on_not_found"))),
    ({"fees": [BAD_PERIOD]} | FOREIGN, (404, error(404, "billing_entity_not_found"))),
    ({"fees": [BAD_PERIOD | {"tax_codes": ["x"]}]}, BOUNDARIES),
    ({"fees": [GOOD | {"to_datetime": "2026-01-01"}]}, BOUNDARIES),
    ({"fees": [BAD_PERIOD | {"to_datetime": "x"}]}, BOUNDARIES),
    ({"fees": [BAD_PERIOD | {"to_datetime": "2025-12-31"}]}, BOUNDARIES),
    ({"fees": [BAD_PERIOD | {"to_datetime": "0001-01-01T00:00:00+14:00"}]}, BOUNDARIES),
    ({"fees": [GOOD | {"tax_codes": ["x"]}], "currency": "?"}, (404, error(404, "tax_not_found"))),
    ({"currency": "XXY"}, (422, invalid(currency=["value_is_invalid"]))),
    (
        {"purchase_order_number": "x" * 256},
        (422, invalid(purchase_order_number=["value_is_too_long"])),
    ),
    ({"fees": [GOOD | {"units": -1}]}, (422, invalid(fees=["value_is_out_of_range"]))),
    ({"fees": [GOOD | {"units": "1e999"}]}, (422, invalid(units=["value_is_invalid"]))),
    (
        {"fees": [GOOD | {"unit_amount_cents": 10**17}]},
        (422, invalid(fees=["value_is_out_of_range"])),
    ),
    ({"fees": [GOOD | {"units": "many"}]}, (422, invalid(units=["value_is_invalid"]))),
    (
        {"fees": [GOOD | {"unit_amount_cents": 1.5}]},
        (422, invalid(unit_amount_cents=["value_is_invalid"])),
    ),
    ({"fees": "setup"}, (422, invalid(fees=["value_is_invalid"]))),
    ({"currency": "E\0R"}, (422, invalid(currency=["value_is_invalid"]))),
]


@pytest.mark.parametrize(("body", "expected"), IN_ORDER)
def test_what_is_wrong_is_said_in_order(
    shared: Books, body: dict[str, Any], expected: tuple[int, object]
) -> None:
    """Checked in this order: customer, fees, add-ons, billing entity, period, taxes, the rest."""
    prepared(shared)
    answer = one_off_input(shared, **{"fees": [GOOD], **body})
    assert (answer.status_code, answer.json()) == expected


def prepared(books: Books) -> None:
    """Create the customer and the add-on."""
    if books.http("GET", "/customers/cust_1").status_code == 404:
        books.customer()
        add_on(books)


@pytest.mark.parametrize("body", [{}, {"invoice": None}, [], "x", None])
def test_a_body_without_its_root_is_a_bad_request(shared: Books, body: object) -> None:
    """Every body without the root key `invoice` is refused."""
    answer = shared.http("POST", "/invoices", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("BadRequest: param is missing")


def test_the_client_hears_the_code(shared: Books) -> None:
    """The client's exception has the code of the refusal."""
    prepared(shared)
    with pytest.raises(LagoApiError) as refused:
        issued(shared, {"add_on_code": "x"})
    assert refused.value.response == error(404, "add_on_not_found")


def test_an_add_on_that_was_deleted_is_not_there(books: Books) -> None:
    """Existing fees keep its name."""
    books.customer()
    add_on_id = add_on(books)
    before = issued(books, GOOD)
    books.done(commands.DeleteCatalogueItem(catalogue_item_id=add_on_id))
    assert one_off_input(books, GOOD).json() == error(404, "add_on_not_found")
    assert books.client.invoices.find(before.lago_id).dict() == before.dict()


# ---------------------------------------------------------------- taxes


@pytest.mark.parametrize(
    ("explicit", "of_add_on", "of_customer", "expected"),
    [
        (["c", "c"], ["a"], ["b"], {"c": 3}),
        ([], ["a"], ["b"], {"a": 1}),
        (None, [], ["b", "gone"], {"b": 2}),
        (None, [], [], {"d": 4, "e": 5}),
        (["a", "b"], [], [], {"a": 1, "b": 2}),
    ],
)
def test_taxes_are_looked_up_in_order(
    books: Books,
    explicit: list[str] | None,
    of_add_on: list[str],
    of_customer: list[str],
    expected: dict[str, float],
) -> None:
    """The requested taxes, else the add-on's, the customer's, the default ones."""
    ids = {code: tax(books, code, percent) for percent, code in enumerate("abc", 1)}
    ids |= {code: tax(books, code, percent, True) for percent, code in enumerate("de", 4)}
    gone = {code: tax(books, code, 9) for code in of_customer if code not in ids}
    books.customer(tax_codes=tuple(of_customer))
    books.done(*(commands.DeleteTaxCode(tax_code_id=one) for one in gone.values()))
    add_on(books, tax_codes=tuple(of_add_on))
    after = issued(books, GOOD | {"tax_codes": explicit})
    taxes = {one.tax_code: one.tax_rate for one in after.applied_taxes.__root__}
    assert taxes == expected
    for one in after.applied_taxes.__root__:
        assert (one.lago_tax_id, one.tax_name) == (ids[one.tax_code], one.tax_code.upper())
        assert one.tax_description == f"{one.tax_rate:.0f} of a hundred"
        assert one.amount_cents == 50 * one.tax_rate
    assert after.taxes_amount_cents == 50 * sum(expected.values())


def test_fees_of_several_taxes_with_a_coupon(books: Books) -> None:
    """The published vector: each tax by its share, rounded once."""
    one, other = (TaxRate(code=code, name=code, rate=Decimal(10)) for code in "ab")
    lines = line(17900, one), line(39900, one, other, discount_minor=25000)
    invoice_id = books.invoice(books.customer(), *lines, kind=InvoiceKind.ONE_OFF)
    shown = books.client.invoices.find(invoice_id)
    assert (shown.fees_amount_cents, shown.coupons_amount_cents) == (57800, 25000)
    assert shown.sub_total_excluding_taxes_amount_cents == 32800
    assert (shown.taxes_amount_cents, shown.total_amount_cents) == (4770, 37570)
    taxes = [
        (tax.tax_code, tax.amount_cents, tax.fees_amount_cents)
        for tax in shown.applied_taxes.__root__
    ]
    assert taxes == [("a", 3280, 32800), ("b", 1490, 14900)]
    assert [fee.taxes_rate for fee in shown.fees.__root__] == [10, 20]
    assert [fee.taxes_amount_cents for fee in shown.fees.__root__] == [1790, 2980]
    assert [fee.precise_coupons_amount_cents for fee in shown.fees.__root__] == ["0.0", "25000.0"]


def test_tax_is_rounded_once(books: Books) -> None:
    """Two fees of 6,833 at a fifth: 2,733 and not 2,734."""
    books.customer()
    add_on(books, amount_minor=6833)
    tax(books, "vat", 20, by_default=True)
    after = issued(books, GOOD, GOOD)
    assert (after.taxes_amount_cents, after.total_amount_cents) == (2733, 16399)
    assert [fee.taxes_precise_amount for fee in after.fees.__root__] == ["13.666", "13.666"]


# ---------------------------------------------------------------- previews


def previewed(books: Books, **body: Any) -> Any:
    """Preview an invoice, and return the answer."""
    return books.http("POST", "/invoices/preview", json=body)


def test_a_preview_shows_what_would_be_issued_and_writes_nothing(books: Books) -> None:
    """The preview equals the invoice issued afterwards, except for its ids."""
    books.customer(payment_term_days=7)
    add_on(books)
    tax(books, "vat", 20, by_default=True)
    fee = GOOD | {"units": "2.5", "description": "x"}
    first = previewed(books, external_customer_id="cust_1", fees=[fee]).json()["invoice"]
    again = previewed(books, customer={"external_id": "cust_1"}, fees=[fee]).json()["invoice"]
    assert books.client.invoices.find_all()["meta"]["total_count"] == 0
    after = one_off_input(books, fee).json()["invoice"]
    assert timeless(first) == timeless(again) == timeless(after)
    assert after["number"] == "ACM-1A2B-001-001"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"coupons": {}, "subscriptions": []}, 400, "coupons_must_be_an_array"),
        ({"subscriptions": [], "billing_entity_code": "x"}, 400, "subscriptions_must_be_an_object"),
        (
            {"billing_entity_code": "x", "customer": {"external_id": "y"}},
            404,
            "billing_entity_not_found",
        ),
        ({"customer": {"external_id": "y"}, "plan_code": "p"}, 404, "customer_not_found"),
        ({"plan_code": "p"}, 404, "plan_not_found"),
        ({}, 404, "plan_not_found"),
        ({"subscriptions": {"external_ids": ["s"]}}, 404, "subscription_not_found"),
        ({"fees": [GOOD]}, 404, "customer_not_found"),
        ({"fees": [GOOD], "coupons": [{"code": "c"}]}, 404, "coupon_not_found"),
        ({"fees": [], "external_customer_id": "cust_1"}, 404, "fees_not_found"),
    ],
)
def test_a_preview_is_refused_in_order(
    shared: Books, body: dict[str, object], status: int, code: str
) -> None:
    """Checked in this order: form, billing entity, customer, then plans and subscriptions."""
    prepared(shared)
    answer = previewed(shared, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_clients_preview_is_refused_by_its_plan(shared: Books) -> None:
    """The client sends null for every field that is not set."""
    with pytest.raises(LagoApiError) as refused:
        shared.client.invoices.preview(InvoicePreview.parse_obj({"plan_code": "gold"}))
    assert refused.value.response == error(404, "plan_not_found")
