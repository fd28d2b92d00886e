"""One invoice through the vendor's client: shown, annotated, deleted, disputed, collected."""

from functools import partial
from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import Invoice as Update

from dialects.lago.books import VAT, Books, line
from dialects.lago.said import error, invalid
from faults.world import at_once
from polaris.core import commands
from polaris.core.facts.invoice import InvoiceKind
from polaris.core.facts.payment import PaymentState
from polaris.core.facts.wallet import Lot
from polaris.engine import new_id

MISSING = error(404, "invoice_not_found")


def draft(books: Books) -> str:
    """A draft."""
    return books.draft(books.customer())


def issued(books: Books) -> str:
    """An issued one."""
    return books.invoice(books.customer())


def paid(books: Books) -> str:
    """A paid one."""
    invoice_id = issued(books)
    books.paid(invoice_id, 1200)
    return invoice_id


def voided(books: Books) -> str:
    """A voided one."""
    invoice_id = issued(books)
    books.client.invoices.void(invoice_id)
    return invoice_id


def deleted(books: Books) -> str:
    """A deleted draft."""
    invoice_id = draft(books)
    books.client.invoices.destroy(invoice_id)
    return invoice_id


def foreign(books: Books) -> str:
    """Another tenant's."""
    return issued(Books(books.database, books.url))


def unknown(_: Books) -> str:
    """Nobody's."""
    return new_id()


def named(made: Any) -> str:
    """Return the name of a test case."""
    return getattr(made, "__name__", str(made))


# ---------------------------------------------------------------- unknown invoices


@pytest.mark.parametrize("made", [unknown, foreign, deleted], ids=named)
def test_what_is_not_ours_to_see_is_not_there(books: Books, made: Any) -> None:
    """The answer of every route is 404."""
    invoice_id = made(books)
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("PUT", "/refresh"),
        ("PUT", "/finalize"),
        ("POST", "/void"),
        ("POST", "/lose_dispute"),
        ("PUT", "/lose_dispute"),
        ("POST", "/retry"),
        ("POST", "/retry_payment"),
        ("POST", "/payment_url"),
        ("POST", "/regenerate"),
        ("POST", "/regenerate/preview"),
    ):
        answer = books.http(method, f"/invoices/{invoice_id}{path}", json={"invoice": {}})
        assert (method, path, answer.json()) == (method, path, MISSING)


def test_what_is_no_id_names_nothing(books: Books) -> None:
    """For every malformed id; a NUL is a bad request."""
    for one in ("x", "1", new_id().upper(), new_id()[:-1], "é", "%F0%9F%92%A9"):
        assert books.http("GET", f"/invoices/{one}").json() == MISSING
    refused = books.http("GET", "/invoices/%00")
    assert (refused.status_code, refused.json()) == (
        400,
        {"status": 400, "error": "BadRequest: string contains null byte"},
    )


# ---------------------------------------------------------------- deleted, disputed


def test_a_draft_is_deleted(books: Books) -> None:
    """The answer shows the draft one last time."""
    invoice_id = draft(books)
    assert books.client.invoices.destroy(invoice_id).status == "deleted"
    with pytest.raises(LagoApiError) as gone:
        books.client.invoices.find(invoice_id)
    assert gone.value.response == MISSING


@pytest.mark.parametrize("made", [issued, paid, voided], ids=named)
def test_only_drafts_are_deleted(books: Books, made: Any) -> None:
    """An issued invoice cannot be deleted."""
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.destroy(made(books))
    assert refused.value.response == error(405, "not_deletable")


@pytest.mark.parametrize("made", [issued, paid, voided], ids=named)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_dispute_is_lost_once(books: Books, made: Any, method: str) -> None:
    """By either verb; repeated and concurrent calls change nothing."""
    invoice_id = made(books)
    before = books.client.invoices.find(invoice_id)
    assert before.payment_dispute_lost_at is None
    losing = partial(books.http, method, f"/invoices/{invoice_id}/lose_dispute")
    answers: list[Any] = at_once([losing] * 3)
    said = {answer.json()["invoice"]["payment_dispute_lost_at"] for answer in answers}
    assert len(said) == 1
    after = books.client.invoices.lose_dispute(invoice_id)
    assert after.payment_dispute_lost_at in said
    assert (after.status, after.payment_status) == (before.status, before.payment_status)


def test_a_draft_is_not_disputed(books: Books) -> None:
    """Nothing is asked for yet."""
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.lose_dispute(draft(books))
    assert refused.value.response == error(405, "not_disputable")


# ---------------------------------------------------------------- updates


def updated(books: Books, invoice_id: str, **said: object) -> Any:
    """Update the invoice by the vendor's client, and return the answer."""
    return books.client.invoices.update(Update.parse_obj(said), invoice_id)


def metadata(shown: Any) -> dict[str, str]:
    """The metadata of an answer."""
    return {one.key: one.value for one in shown.metadata.__root__}


def test_metadata_are_replaced(books: Books) -> None:
    """An entry with a known id is updated, one without an id is new, the others are removed."""
    invoice_id = issued(books)
    listed = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    first = updated(books, invoice_id, metadata=listed)
    assert metadata(first) == {"a": "1", "b": "2"}
    kept = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]["metadata"][1]
    asked = {"metadata": [{"id": kept["lago_id"], "value": "3"}, {"key": "c", "value": "4"}]}
    body = books.http("PUT", f"/invoices/{invoice_id}", json={"invoice": asked}).json()["invoice"]
    same, new = body["metadata"]
    assert same == {**kept, "value": "3"}
    assert (new["key"], new["value"]) == ("c", "4")
    assert new["lago_id"] != kept["lago_id"]
    assert metadata(updated(books, invoice_id, payment_status="failed")) == {
        "b": "3",
        "c": "4",
    }
    assert updated(books, invoice_id, metadata=[]).metadata.__root__ == []


@pytest.mark.parametrize("status", ["failed", "succeeded", "pending"])
def test_the_payments_state_is_said(books: Books, status: str) -> None:
    """The status of the invoice and of its fees changes; no money moves."""
    invoice_id = issued(books)
    after = updated(books, invoice_id, payment_status=status)
    assert after.payment_status == status
    assert [fee.payment_status for fee in after.fees.__root__] == [status]
    assert (after.total_paid_amount_cents, after.total_due_amount_cents) == (0, 1200)


def test_money_goes_before_what_was_said(books: Books) -> None:
    """A `failed` set by the caller ends when the invoice is paid."""
    invoice_id = issued(books)
    updated(books, invoice_id, payment_status="failed")
    books.paid(invoice_id, 1200)
    assert books.client.invoices.find(invoice_id).payment_status == "succeeded"


def test_credits_land_when_their_purchase_is_said_to_be_paid(books: Books) -> None:
    """Once, whatever is said or paid afterwards."""
    wallet_id, invoice_id = new_id(), new_id()
    books.done(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=books.customer(), currency="EUR"),
        commands.BuyCredits(invoice_id=invoice_id, wallet_id=wallet_id, amount_minor=5000),
    )
    for _ in range(2):
        after = updated(books, invoice_id, payment_status="succeeded")
        assert (after.invoice_type, after.payment_status) == ("credit", "succeeded")
    books.paid(invoice_id, 5000)
    lots: Any = books.facts(invoices={invoice_id}).tables[Lot].values()
    assert [lot.left_minor for lot in lots] == [5000]


def many(count: int) -> list[dict[str, str]]:
    """Return this number of metadata entries."""
    return [{"key": f"k{n}", "value": "v"} for n in range(count)]


STATUS = {"payment_status": "succeeded"}
BAD_STATUS = {"payment_status": "paid"}
VOIDED = error(405, "update_on_voided_invoice")
DRAFT_METADATA = error(405, "metadata_on_draft_invoice")
DRAFT_STATUS = error(405, "payment_status_update_on_draft_invoice")
COUNT = invalid(metadata=["invalid_count"])


@pytest.mark.parametrize(
    ("made", "asked", "expected"),
    [
        (voided, BAD_STATUS | {"metadata": many(6)}, VOIDED),
        (voided, {}, VOIDED),
        (draft, BAD_STATUS | {"metadata": many(6)}, DRAFT_METADATA),
        (draft, {"metadata": []}, DRAFT_METADATA),
        (draft, BAD_STATUS, invalid(payment_status=["value_is_invalid"])),
        (draft, STATUS, DRAFT_STATUS),
        (issued, BAD_STATUS | {"metadata": many(6)}, invalid(payment_status=["value_is_invalid"])),
        (issued, {"payment_status": ""}, invalid(payment_status=["value_is_invalid"])),
        (issued, {"metadata": many(6)}, COUNT),
        (issued, {"metadata": [{"key": "k"}]}, invalid(value=["value_is_mandatory"])),
        (issued, {"metadata": [{"value": "v"}]}, invalid(key=["value_is_mandatory"])),
        (issued, {"metadata": many(1) * 2}, invalid(key=["value_already_exist"])),
        (
            issued,
            {"metadata": [{"key": "k" * 21, "value": "v"}]},
            invalid(key=["value_is_too_long"]),
        ),
        (
            issued,
            {"metadata": [{"key": "k", "value": "v" * 141}]},
            invalid(value=["value_is_too_long"]),
        ),
        (issued, {"metadata": "k"}, invalid(metadata=["value_is_invalid"])),
        (issued, {"metadata": [{"key": 1, "value": "v"}]}, invalid(key=["value_is_invalid"])),
    ],
)
def test_what_is_wrong_with_an_update_is_said_in_order(
    books: Books, made: Any, asked: dict[str, object], expected: dict[str, object]
) -> None:
    """Lago checks the invoice's state first, then the values; nothing is stored."""
    invoice_id = made(books)
    before = books.http("GET", f"/invoices/{invoice_id}").json()
    answer = books.http("PUT", f"/invoices/{invoice_id}", json={"invoice": asked})
    assert (answer.status_code, answer.json()) == (expected["status"], expected)
    assert books.http("GET", f"/invoices/{invoice_id}").json() == before


def test_nothing_said_changes_nothing(books: Books) -> None:
    """Explicit nulls change nothing."""
    invoice_id = issued(books)
    before = books.http("GET", f"/invoices/{invoice_id}").json()
    asked = {"invoice": {"payment_status": None, "metadata": None}}
    assert books.http("PUT", f"/invoices/{invoice_id}", json=asked).json() == before
    assert books.http("PUT", f"/invoices/{invoice_id}", json={}).status_code == 400


# ---------------------------------------------------------------- retries of the payment


@pytest.mark.parametrize("made", [draft, issued, paid, voided], ids=named)
def test_none_is_retried(books: Books, made: Any) -> None:
    """No invoice is ever in status `failed`."""
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.retry(made(books))
    assert refused.value.response == error(405, "invalid_status")


def test_the_money_is_asked_for_again(books: Books) -> None:
    """The answer is empty; a webhook reports that there is no provider."""
    invoice_id = issued(books)
    assert books.client.invoices.retry_payment(invoice_id) is None
    answer = books.http(
        "POST", f"/invoices/{invoice_id}/retry_payment", json={"payment_method": {}}
    )
    assert (answer.status_code, answer.content) == (200, b"")


def said_to_be_paid(books: Books) -> str:
    """An invoice that a caller has marked as paid."""
    invoice_id = issued(books)
    updated(books, invoice_id, payment_status="succeeded")
    return invoice_id


@pytest.mark.parametrize("made", [draft, paid, voided, said_to_be_paid], ids=named)
def test_nothing_is_asked_for_where_nothing_is_owed(books: Books, made: Any) -> None:
    """Drafts, voided and paid ones."""
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.retry_payment(made(books))
    assert refused.value.response == error(405, "invalid_status")


def test_nothing_is_asked_for_while_a_payment_is_under_way(books: Books) -> None:
    """The payment can still arrive."""
    invoice_id = issued(books)
    books.done(
        commands.ReceivePayment(
            payment_id=new_id(),
            currency="EUR",
            amount_minor=1200,
            state=PaymentState.IN_PROGRESS,
            apply_to={invoice_id: 1200},
        )
    )
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.retry_payment(invoice_id)
    expected = error(405, "payment_processor_is_currently_handling_payment")
    assert refused.value.response == expected


@pytest.mark.parametrize("made", [draft, issued, paid, voided], ids=named)
def test_there_is_no_page_to_pay_on(books: Books, made: Any) -> None:
    """No customer is linked to a provider."""
    with pytest.raises(LagoApiError) as refused:
        books.client.invoices.payment_url(made(books))
    assert refused.value.response == invalid(base=["no_linked_payment_provider"])


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("kind", list(InvoiceKind)[:2])
def test_an_invoice_is_shown_whole(books: Books, kind: InvoiceKind) -> None:
    """The answer has every sum, the fee with its tax, and the customer."""
    customer_id = books.customer("cust_1", name="Ada", email="ada@example.com")
    lines = line(1000, VAT, discount_minor=100, code="seat"), line(250)
    invoice_id = books.invoice(customer_id, *lines, kind=kind)
    books.paid(invoice_id, 330)
    shown = books.client.invoices.find(invoice_id)
    sums = {name: value for name, value in shown.dict().items() if name.endswith("_cents")}
    assert {name: value for name, value in sums.items() if value} == {
        "fees_amount_cents": 1250,
        "coupons_amount_cents": 100,
        "sub_total_excluding_taxes_amount_cents": 1150,
        "taxes_amount_cents": 180,
        "sub_total_including_taxes_amount_cents": 1330,
        "total_amount_cents": 1330,
        "total_paid_amount_cents": 330,
        "total_due_amount_cents": 1000,
    }
    assert (shown.customer.external_id, shown.customer.name) == ("cust_1", "Ada")
    first, second = shown.fees.__root__
    assert (first.amount_cents, first.taxes_amount_cents, first.total_amount_cents) == (
        1000,
        180,
        1080,
    )
    assert (first.item.code, first.taxes_rate) == ("seat", 20)
    assert (second.amount_cents, second.taxes_amount_cents) == (250, 0)
