"""Every refusal of a credit note, with Lago's codes and in Lago's order."""

import pytest

from dialects.lago.books import VAT, Books, line
from dialects.lago.crediting import answer_to, fees_of, note, put
from dialects.lago.said import error, invalid
from polaris.core import commands
from polaris.engine import new_id
from polaris.keys import KeyScope

HIGHER = ["higher_than_remaining_invoice_amount"]
POSITIVE = ["total_amount_must_be_positive"]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def credited(shared: Books) -> tuple[str, list[str]]:
    """An invoice of two fees, each 1,200 with tax, and 300 paid; its id and fees. Never changed."""
    invoice_id = shared.invoice(shared.customer("table"), line(1000, VAT), line(1000, VAT))
    shared.paid(invoice_id, 300)
    return invoice_id, fees_of(shared, invoice_id)


MISMATCH = ["does_not_match_item_amounts"]

REFUSED: list[tuple[dict[str, object], dict[str, object]]] = [
    ({"items": "x"}, invalid(items=["must_be_an_array"])),
    ({"items": {"fee_id": UNKNOWN}}, invalid(items=["must_be_an_array"])),
    ({"items": None}, invalid(items=["must_be_an_array"])),
    ({"items": [{"fee_id": UNKNOWN, "amount_cents": 1}]}, error(404, "fee_not_found")),
    ({"items": [{"amount_cents": 1}]}, error(404, "fee_not_found")),
    ({"items": [-1, 5000]}, invalid(amount_cents=["invalid_value"])),
    ({"items": [1001, -1]}, invalid(amount_cents=["higher_than_remaining_fee_amount"])),
    ({"items": [10**9]}, invalid(amount_cents=["higher_than_remaining_fee_amount"])),
    ({"items": [10**40]}, invalid(amount_cents=["value_is_out_of_range"])),
    ({"items": []}, invalid(base=POSITIVE)),
    ({"items": [0, 0]}, invalid(base=POSITIVE)),
    ({"items": [1000], "credit_amount_cents": 1198}, invalid(base=MISMATCH)),
    ({"items": [1000], "credit_amount_cents": 1202}, invalid(base=MISMATCH)),
    ({"items": [1000]}, invalid(base=[*MISMATCH, *POSITIVE])),
    (
        {"items": [1000], "credit_amount_cents": 899, "refund_amount_cents": 301},
        invalid(refund_amount_cents=HIGHER),
    ),
    (
        {"items": [1000, 1000], "offset_amount_cents": 2101, "refund_amount_cents": 299},
        invalid(offset_amount_cents=HIGHER),
    ),
    (
        {"items": [1000, 1000], "credit_amount_cents": 2402},
        invalid(base=[*MISMATCH, *HIGHER], credit_amount_cents=HIGHER),
    ),
    (
        {"items": [1000], "credit_amount_cents": 1200, "reason": "because"},
        invalid(reason=["value_is_invalid"]),
    ),
    (
        {"items": [1000], "credit_amount_cents": -100, "offset_amount_cents": 1300},
        invalid(credit_amount_cents=["value_is_out_of_range"]),
    ),
    (
        {"items": [1000], "credit_amount_cents": 1200, "description": "\0"},
        invalid(description=["value_is_invalid"]),
    ),
    ({"items": [], "metadata": ["x"]}, invalid(metadata=["value_is_invalid"])),
]


@pytest.mark.parametrize(("asked", "said"), REFUSED)
def test_a_note_that_cannot_be_is_refused_in_lagos_words(
    shared: Books,
    credited: tuple[str, list[str]],
    asked: dict[str, object],
    said: dict[str, object],
) -> None:
    """The first bad item is answered alone; all errors of the note as a whole come together."""
    invoice_id, fees = credited
    items = asked["items"]
    if isinstance(items, list) and all(isinstance(amount, int) for amount in items):
        items = [
            {"fee_id": fee, "amount_cents": amount}
            for fee, amount in zip(fees, items, strict=False)
        ]
    body = {"credit_note": {"invoice_id": invoice_id, **asked, "items": items}}
    answer = shared.http("POST", "/credit_notes", json=body)
    assert (answer.status_code, answer.json()) == (said["status"], said)


def test_a_fee_named_twice_is_left_less_for_the_second(
    shared: Books, credited: tuple[str, list[str]]
) -> None:
    """Both count, and come to one item's tax."""
    invoice_id, (fee, _) = credited
    for first, status in ((400, 200), (401, 422)):
        items = [{"fee_id": fee, "amount_cents": amount} for amount in (first, 600)]
        body = {"credit_note": {"invoice_id": invoice_id, "items": items}}
        answer = shared.http("POST", "/credit_notes/estimate", json=body)
        assert answer.status_code == status, answer.text
        if status == 200:
            shown = answer.json()["estimated_credit_note"]
            assert (shown["max_creditable_amount_cents"], len(shown["items"])) == (1200, 2)


def test_an_unpaid_invoice_refunds_nothing(shared: Books) -> None:
    """Told with what else is wrong with the refund."""
    invoice_id = shared.invoice(shared.customer("unpaid"))
    asked = note(shared, invoice_id, 1000, refund_amount_cents=1200)
    wrong = ["cannot_refund_unpaid_invoice", *HIGHER]
    assert answer_to(shared, asked) == invalid(refund_amount_cents=wrong)


def test_an_invoice_said_to_be_unpaid_refunds_nothing(shared: Books) -> None:
    """Even if the invoice was paid."""
    invoice_id = shared.invoice(shared.customer("said"))
    shared.paid(invoice_id, 1200)
    shared.done(commands.AnnotateInvoice(invoice_id=invoice_id, payment_status="failed"))
    asked = note(shared, invoice_id, 1000, refund_amount_cents=1200)
    assert answer_to(shared, asked) == invalid(refund_amount_cents=["cannot_refund_unpaid_invoice"])


@pytest.mark.parametrize("path", ["/credit_notes", "/credit_notes/estimate"])
def test_what_is_no_invoice_to_credit_is_refused(shared: Books, path: str) -> None:
    """Before its items are looked at."""
    draft = shared.draft(shared.customer(new_id()))
    deleted = shared.draft(shared.customer(new_id()))
    shared.done(commands.DeleteDraft(invoice_id=deleted))
    said = {
        draft: error(405, "invalid_type_or_status"),
        deleted: error(404, "invoice_not_found"),
        UNKNOWN: error(404, "invoice_not_found"),
        "x": error(404, "invoice_not_found"),
        None: error(404, "invoice_not_found"),
    }
    for invoice_id, body in said.items():
        answer = shared.http("POST", path, json={"credit_note": {"invoice_id": invoice_id}})
        assert (answer.status_code, answer.json()) == (body["status"], body)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/credit_notes/{id}"),
        ("PUT", "/credit_notes/{id}"),
        ("PUT", "/credit_notes/{id}/void"),
        ("POST", "/credit_notes/{id}/metadata"),
        ("PATCH", "/credit_notes/{id}/metadata"),
        ("DELETE", "/credit_notes/{id}/metadata"),
        ("DELETE", "/credit_notes/{id}/metadata/key"),
    ],
)
@pytest.mark.parametrize("note_id", [UNKNOWN, "x", "a-note-of-another-tenant"])
def test_an_unknown_note_is_not_found(
    shared: Books, foreign_note: str, method: str, path: str, note_id: str
) -> None:
    """Another tenant's note is not found either."""
    named = path.format(id=foreign_note if note_id.startswith("a-note") else note_id)
    asked = {"credit_note": {"refund_status": "failed"}, "metadata": {}}
    body = None if method in ("GET", "DELETE") else asked
    answer = shared.http(method, named, json=body)
    assert (answer.status_code, answer.json()) == (404, error(404, "credit_note_not_found"))


@pytest.fixture(scope="module")
def foreign_note(shared: Books) -> str:
    """Another tenant's note."""
    other = Books(shared.database, shared.url)
    made = other.client.credit_notes.create(
        note(other, other.invoice(other.customer()), 1000, credit_amount_cents=1200)
    )
    return str(made.lago_id)


def test_an_unknown_refund_status_is_refused(books: Books) -> None:
    """The rest of the update is not done either."""
    made = books.client.credit_notes.create(
        note(books, books.invoice(books.customer()), 1000, credit_amount_cents=1200)
    )
    said = put(books, f"/credit_notes/{made.lago_id}", refund_status="lost", metadata={"a": "b"})
    assert said == invalid(refund_status=["value_is_invalid"])
    assert books.client.credit_notes.find(made.lago_id).metadata is None


def test_a_body_without_its_root_is_a_bad_request(shared: Books) -> None:
    """Also if the update has only metadata."""
    for method, path in (
        ("POST", "/credit_notes"),
        ("POST", "/credit_notes/estimate"),
        ("PUT", f"/credit_notes/{UNKNOWN}"),
        ("PATCH", f"/credit_notes/{UNKNOWN}/metadata"),
    ):
        answer = shared.http(method, path, json={"x": 1})
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("BadRequest: ")


def test_a_key_that_may_only_read_writes_no_note(shared: Books) -> None:
    """An estimate stores nothing, but in Lago every POST needs the write scope."""
    key = shared.new_key(KeyScope.READ)
    answer = shared.http("POST", "/credit_notes", key, json={"credit_note": {}})
    assert answer.json() == error(403, "write_action_not_allowed_for_credit_note")
    assert shared.http("GET", "/credit_notes", key).status_code == 200
