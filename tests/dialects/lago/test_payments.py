"""Payments: what the vendor's client writes down and reads, and every way to be refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import Payment

from dialects.lago.books import VAT, Books, line
from dialects.lago.said import error, invalid
from faults.world import at_once
from polaris.core import commands
from polaris.core.facts.invoice import InvoiceKind
from polaris.core.facts.payment import PaymentState
from polaris.engine import new_id

UNKNOWN = "01890000-0000-7000-8000-000000000000"


def payment_input(
    invoice_id: object, amount_cents: object = 1200, **named: object
) -> dict[str, Any]:
    """A body; 1,200 is what a default invoice asks for."""
    inner = {"invoice_id": invoice_id, "amount_cents": amount_cents, "reference": "bank 7"}
    return {"payment": {**inner, **named}}


FORBIDDEN = error(403, "feature_unavailable")
NO_INVOICE = error(404, "invoice_not_found")


def top_up(books: Books, amount_minor: int = 1000) -> str:
    """The invoice that sells credits."""
    wallet_id, invoice_id = new_id(), new_id()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=books.customer(), currency="EUR"),
        commands.BuyCredits(invoice_id=invoice_id, wallet_id=wallet_id, amount_minor=amount_minor),
    )
    return invoice_id


def test_the_client_pays_in_two_parts(books: Books, client: Any) -> None:
    """Half leaves half to pay; the rest settles."""
    invoice_id = books.invoice(books.customer("pays"))
    first = client.payments.create(
        Payment(invoice_id=invoice_id, amount_cents=500, reference="half", paid_at="2026-03-01")
    )
    assert (first.payment_status, first.type, first.reference) == ("succeeded", "manual", "half")
    assert (first.amount_cents, first.amount_currency) == (500, "EUR")
    assert first.invoice_ids == [invoice_id]
    assert first.invoice_numbers == [client.invoices.find(invoice_id).number]
    assert first.created_at == "2026-03-01T00:00:00Z"
    half = client.invoices.find(invoice_id)
    assert (half.payment_status, half.total_paid_amount_cents) == ("pending", 500)
    client.payments.create(
        Payment(invoice_id=invoice_id, amount_cents=700, reference="rest", paid_at=None)
    )
    whole = client.invoices.find(invoice_id)
    assert (whole.payment_status, whole.total_paid_amount_cents) == ("succeeded", 1200)
    assert whole.total_due_amount_cents == 0


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_a_date_without_a_time_is_the_tenants_own_day(books: Books, zone: str) -> None:
    books.done(commands.SaveTenant(tenant_id=books.tenant_id, timezone=zone))
    invoice_id, day = books.invoice(books.customer(f"of {zone}")), date(2026, 11, 1)
    answer = books.http("POST", "/payments", json=payment_input(invoice_id, paid_at=str(day)))
    assert answer.status_code == 200, answer.text
    query = """select e.accounting_date from entry e
      join posting p on p.tenant_id = e.tenant_id and p.entry_id = e.id
     where e.tenant_id = %s and p.source_id = %s and e.kind = 'payment_received'"""
    with books.database.connect() as connection:
        asked = [books.tenant_id, answer.json()["payment"]["lago_id"]]
        assert connection.execute(query, asked).fetchall() == [(day,)]


def test_the_whole_payment_as_json(books: Books) -> None:
    customer_id = books.customer("json")
    invoice_id = books.invoice(customer_id)
    answer = books.http(
        "POST", "/payments", json=payment_input(invoice_id, paid_at="2026-03-01T10:00:00.5+02:00")
    )
    assert answer.status_code == 200, answer.text
    shown = answer.json()["payment"]
    payment_id = shown.pop("lago_id")
    number = books.client.invoices.find(invoice_id).number
    assert shown == {
        "lago_customer_id": customer_id,
        "external_customer_id": "json",
        "invoice_ids": [invoice_id],
        "invoice_numbers": [number],
        "lago_payable_id": invoice_id,
        "payable_type": "Invoice",
        "amount_cents": 1200,
        "amount_currency": "EUR",
        "status": "succeeded",
        "payment_status": "succeeded",
        "type": "manual",
        "reference": "bank 7",
        "payment_provider_code": None,
        "payment_provider_type": None,
        "external_payment_id": None,
        "provider_payment_id": None,
        "provider_customer_id": None,
        "next_action": {},
        "payment_method": None,
        "created_at": "2026-03-01T08:00:00Z",
    }
    again = books.http("GET", f"/payments/{payment_id}").json()["payment"]
    assert again == {"lago_id": payment_id, **shown}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"invoice_id": None, "amount_cents": 0}, invalid(invoice_id=["value_is_mandatory"])),
        ({"invoice_id": ""}, invalid(invoice_id=["value_is_mandatory"])),
        ({"invoice_id": 7}, invalid(invoice_id=["value_is_invalid"])),
        ({"invoice_id": "x", "amount_cents": 0}, invalid(amount_cents=["invalid_value"])),
        ({"amount_cents": -1}, invalid(amount_cents=["invalid_value"])),
        ({"amount_cents": None}, invalid(amount_cents=["invalid_value"])),
        ({"amount_cents": "1200"}, invalid(amount_cents=["invalid_value"])),
        ({"amount_cents": 12.5}, invalid(amount_cents=["invalid_value"])),
        ({"amount_cents": True}, invalid(amount_cents=["invalid_value"])),
        ({"invoice_id": UNKNOWN, "paid_at": "soon"}, NO_INVOICE),
        ({"invoice_id": "../1"}, NO_INVOICE),
        ({"paid_at": "soon", "reference": None}, invalid(paid_at=["invalid_date"])),
        ({"paid_at": "1066-10-14"}, invalid(paid_at=["invalid_date"])),
        ({"reference": None}, invalid(reference=["value_is_mandatory"])),
        ({"reference": "  "}, invalid(reference=["value_is_mandatory"])),
        ({"reference": "x" * 41}, invalid(reference=["value_is_too_long"])),
        ({"reference": "x" * 9000}, invalid(reference=["value_is_too_long"])),
        ({"reference": "a\0b"}, invalid(reference=["value_is_invalid"])),
        ({"amount_cents": 1201}, invalid(amount_cents=["value_is_out_of_range"])),
        ({"amount_cents": 10**40}, invalid(amount_cents=["value_is_out_of_range"])),
        (
            {"amount_cents": 1201, "reference": ""},
            invalid(amount_cents=["value_is_out_of_range"], reference=["value_is_mandatory"]),
        ),
    ],
)
def test_what_is_refused(
    shared: Books, payable: str, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    """In the order of the contract; nothing is paid."""
    answer = shared.http(
        "POST", "/payments", json=payment_input(**{"invoice_id": payable, **change})
    )
    assert (answer.status_code, answer.json()) == (expected["status"], expected)
    assert shared.client.invoices.find(payable).total_paid_amount_cents == 0


@pytest.fixture(scope="module")
def payable(shared: Books) -> str:
    """An invoice that nobody pays."""
    return shared.invoice(shared.customer("nobody_pays"))


@pytest.mark.parametrize("body", [None, {}, {"payment": None}, {"payment": 1}, [1]])
def test_a_body_without_its_root_is_a_bad_request(shared: Books, body: object) -> None:
    answer = shared.http("POST", "/payments", json=body)
    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    assert answer.json()["error"].startswith("BadRequest: ")


def draft(books: Books) -> str:
    return books.draft(books.customer())


def voided(books: Books) -> str:
    invoice_id = books.invoice(books.customer())
    books.done(commands.VoidInvoice(invoice_id=invoice_id))
    return invoice_id


def deleted(books: Books) -> str:
    invoice_id = draft(books)
    books.done(commands.DeleteDraft(invoice_id=invoice_id))
    return invoice_id


@pytest.mark.parametrize(
    ("made", "expected"), [(draft, FORBIDDEN), (voided, FORBIDDEN), (deleted, NO_INVOICE)]
)
def test_only_an_issued_invoice_is_paid(
    books: Books, made: Callable[[Books], str], expected: dict[str, Any]
) -> None:
    """The state comes before whatever else is wrong."""
    wrong = payment_input(made(books), 99999, paid_at="soon", reference="")
    answer = books.http("POST", "/payments", json=wrong)
    assert (answer.status_code, answer.json()) == (expected["status"], expected)


def test_credits_are_paid_at_once_and_land(books: Books, client: Any) -> None:
    invoice_id = top_up(books)
    partly = books.http("POST", "/payments", json=payment_input(invoice_id, 999))
    assert partly.json() == invalid(amount_cents=["invalid_amount"])
    over = books.http("POST", "/payments", json=payment_input(invoice_id, 1001))
    assert over.json() == invalid(amount_cents=["value_is_out_of_range", "invalid_amount"])
    client.payments.create(
        Payment(invoice_id=invoice_id, amount_cents=1000, reference="credits", paid_at=None)
    )
    assert client.invoices.find(invoice_id).payment_status == "succeeded"
    left = books.http("GET", "/payments", params={"invoice_id": invoice_id}).json()
    assert left["meta"]["total_count"] == 1


def test_of_two_payments_at_once_one_is_too_much(books: Books, client: Any) -> None:
    """Both ask for all that is due; who comes second is refused under the lock."""
    for _ in range(5):
        invoice_id = books.invoice(books.customer(new_id()))
        pay = partial(books.http, "POST", "/payments", json=payment_input(invoice_id))
        answers = at_once([pay, pay])
        told = [one.json() for one in answers if not isinstance(one, BaseException)]
        refused = [one for one in told if "payment" not in one]
        assert len(told) == 2
        assert refused == [invalid(amount_cents=["value_is_out_of_range"])]
        assert client.invoices.find(invoice_id).total_paid_amount_cents == 1200


@pytest.mark.parametrize(
    ("states", "status", "payment_status"),
    [
        ((PaymentState.IN_PROGRESS,), "processing", "processing"),
        ((PaymentState.NEEDS_ATTENTION,), "requires_action", "processing"),
        ((PaymentState.SUCCEEDED,), "succeeded", "succeeded"),
        ((PaymentState.FAILED,), "failed", "failed"),
        ((PaymentState.SUCCEEDED, PaymentState.REVERSED), "failed", "failed"),
    ],
)
def test_a_providers_payment_is_shown_as_it_stands(
    books: Books,
    client: Any,
    states: tuple[PaymentState, ...],
    status: str,
    payment_status: str,
) -> None:
    """Its reference is the provider's id, not a text: that is never null for the client."""
    invoice_id, payment_id = books.invoice(books.customer()), new_id()
    books.done(
        commands.ReceivePayment(
            payment_id=payment_id,
            currency="EUR",
            amount_minor=1200,
            state=states[0],
            provider="stripe",
            reference="pi_1",
            received_at=datetime(2026, 3, 1, tzinfo=UTC),
            apply_to={invoice_id: 1200},
        ),
        *(commands.UpdatePayment(payment_id=payment_id, state=state) for state in states[1:]),
    )
    shown = client.payments.find(payment_id)
    assert (shown.payment_status, shown.type, shown.reference) == (payment_status, "provider", "")
    assert (shown.external_payment_id, shown.invoice_ids) == ("pi_1", [invoice_id])
    whole = books.http("GET", f"/payments/{payment_id}").json()["payment"]
    assert (whole["status"], whole["payment_provider_code"]) == (status, "stripe")


@pytest.mark.parametrize("payment_id", [UNKNOWN, "x", "%20", UNKNOWN.upper()])
def test_an_unknown_payment_is_not_found(shared: Books, payment_id: str) -> None:
    answer = shared.http("GET", f"/payments/{payment_id}")
    assert answer.json() == error(404, "payment_not_found")


def test_lists_and_their_filters(books: Books, client: Any) -> None:
    """The newest first; by invoice, by customer, by page; what was voided keeps its payment."""
    one, other = books.customer("one"), books.customer("other")
    first, second, third = books.invoice(one), books.invoice(one), books.invoice(other)
    paid = [books.paid(*pair) for pair in ((first, 100), (second, 200), (third, 300), (first, 400))]
    books.done(commands.VoidInvoice(invoice_id=first))

    def ids(path: str = "/payments", **params: object) -> list[str]:
        answer = books.http("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return [row["lago_id"] for row in answer.json()["payments"]]

    assert ids() == paid[::-1]
    assert ids(invoice_id=first) == [paid[3], paid[0]]
    assert ids(external_customer_id="one") == [paid[3], paid[1], paid[0]]
    assert ids(external_customer_id="one", invoice_id=third) == []
    assert ids(external_customer_id="nobody") == []
    assert ids("/customers/other/payments") == [paid[2]]
    assert ids(per_page=1, page=2) == [paid[2]]
    found = client.payments.find_all({"invoice_id": second})
    assert [row.lago_id for row in found["payments"]] == [paid[1]]
    assert found["meta"]["total_count"] == 1
    assert client.payments.find(paid[0]).invoice_ids == [first]
    nobody = books.http("GET", "/customers/nobody/payments")
    assert nobody.json() == error(404, "customer_not_found")
    malformed = books.http("GET", "/payments", params={"invoice_id": "7"})
    assert malformed.json() == invalid(invoice_id=["value_is_invalid"])


def test_money_on_several_invoices_names_them_all(books: Books, client: Any) -> None:
    """A payment that is not applied names no invoice."""
    customer_id = books.customer()
    invoices = [books.invoice(customer_id, kind=InvoiceKind.ONE_OFF) for _ in range(2)]
    spread, loose = new_id(), new_id()
    books.done(
        commands.ReceivePayment(
            payment_id=spread,
            currency="EUR",
            amount_minor=2000,
            apply_to={invoices[0]: 1200, invoices[1]: 500},
        ),
        commands.ReceivePayment(
            payment_id=loose, customer_id=customer_id, currency="EUR", amount_minor=5
        ),
    )
    assert client.payments.find(spread).invoice_ids == invoices
    assert client.payments.find(loose).invoice_ids == []


def test_another_tenants_payment_does_not_exist(books: Books, client: Any) -> None:
    invoice_id = books.invoice(books.customer(), line(100, VAT, quantity=Decimal(1)))
    payment_id = books.paid(invoice_id, 10)
    stranger = Books(books.database, books.url)
    with pytest.raises(LagoApiError) as caught:
        stranger.client.payments.find(payment_id)
    assert caught.value.response == error(404, "payment_not_found")
    answer = stranger.http("POST", "/payments", json=payment_input(invoice_id, 1))
    assert answer.json() == NO_INVOICE
    assert stranger.http("GET", "/payments").json()["payments"] == []
    assert client.invoices.find(invoice_id).total_paid_amount_cents == 10
