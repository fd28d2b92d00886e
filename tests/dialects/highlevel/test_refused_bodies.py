"""Bad values are refused with 422 that names the field, and nothing is changed."""

import json
from typing import Any

import pytest

from dialects.highlevel.books import CARA, OVEN, Books
from dialects.lago.kept import rows

NOT_A_NUMBER = "items.amount must be a number"
VAT = {"_id": "vat", "name": "VAT", "rate": 20}


def item(**changes: Any) -> dict[str, Any]:
    """A change of the only item."""
    return {"items": [{**OVEN, **changes}]}


BAD_DRAFTS: list[tuple[dict[str, Any], str]] = [
    (item(amount="999"), NOT_A_NUMBER),
    (item(amount=True), NOT_A_NUMBER),
    (item(amount=None), NOT_A_NUMBER),
    (item(amount=[1]), NOT_A_NUMBER),
    (item(amount=float("nan")), NOT_A_NUMBER),
    (item(amount=float("inf")), NOT_A_NUMBER),
    (item(amount=10**400), "items.amount has too many digits"),
    (item(amount=10**19), "items.0.amount is too large"),
    (item(amount=-1), "items.0.amount must not be less than 0"),
    (item(amount=9.999), "items.0.amount must have at most 2 decimal places in USD"),
    (item(qty=-1), "items.0.qty must not be less than 0"),
    (item(qty="1"), "items.qty must be a number"),
    (item(name=5), "items.name must be a string"),
    (item(color="red"), "property items.color should not exist"),
    (item(currency="EUR"), "items.0.currency must be the currency of the invoice, USD"),
    (item(taxInclusive=True), "items.0.taxInclusive must be false: prices include no tax"),
    (
        item(taxes=[{**VAT, "calculation": "inclusive"}]),
        "items.0.taxes.0.calculation must be exclusive: prices include no tax",
    ),
    (item(taxes=[{**VAT, "rate": -1}]), "items.0.taxes.0.rate must not be less than 0"),
    (item(taxes=[{"name": "VAT", "rate": 1}]), "items.taxes._id is required"),
    (item(type="daily"), "items.type has an unknown value"),
    ({"items": []}, "items: The command has no lines. Send at least one line."),
    ({"items": {}}, "items must be an array"),
    ({"name": None}, "name must be a string"),
    ({"name": "a\0b"}, "name is not valid"),
    ({"liveMode": "true"}, "liveMode must be a boolean"),
    ({"liveMode": False}, "liveMode must be true: see the setting live_mode of the tenant"),
    ({"issueDate": "05.01.2026"}, "issueDate must be a date like 2026-02-28"),
    ({"issueDate": "2026-02-30"}, "issueDate must be a date like 2026-02-28"),
    ({"dueDate": "2026-01-04"}, "dueDate must not be before issueDate"),
    ({"discount": {"type": "percentage", "value": 101}}, "discount.value must be a percentage"),
    ({"discount": {"type": "percentage", "value": -1}}, "discount.value must be a percentage"),
    ({"discount": {"type": "fixed", "value": 0.001}}, "discount.value must have at most 2"),
    ({"discount": {"type": "fixed", "value": 999.01}}, "discount.value must not be more than the"),
    ({"discount": {"type": "gift"}}, "discount.type has an unknown value"),
    ({"discount": None}, "discount must be an object"),
    ({"contactDetails": {"name": "Cara"}}, "contactDetails.id is required"),
    ({"contactDetails": {**CARA, "id": " "}}, "contactDetails.id is required"),
    (
        {"contactDetails": {**CARA, "address": {"countryCode": "USA"}}},
        "contactDetails.address.countryCode must be two letters, such as US",
    ),
    ({"automaticTaxesEnabled": True}, "automaticTaxesEnabled is not supported"),
    ({"paymentSchedule": {"type": "fixed", "schedules": []}}, "paymentSchedule is not supported"),
    (
        {"tipsConfiguration": {"tipsPercentage": [], "tipsEnabled": True}},
        "tipsConfiguration is not supported",
    ),
    ({"lateFeesConfiguration": {"enable": True}}, "lateFeesConfiguration is not supported"),
    ({"miscellaneousCharges": {"charges": [{}]}}, "miscellaneousCharges is not supported"),
    ({"attachments": [{}]}, "attachments is not supported"),
    ({"surprise": 1}, "property surprise should not exist"),
    ({"altType": "company"}, "altType must be location"),
    ({"altId": None}, "altId must be a string"),
]


def sendable(body: object) -> bytes:
    """Return JSON, also with numbers that it does not have."""
    return json.dumps(body).encode()


@pytest.mark.parametrize(("changes", "message"), BAD_DRAFTS)
def test_a_bad_draft(shared: Books, changes: dict[str, Any], message: str) -> None:
    before = rows(shared, "command", "audit")
    headers = {"Content-Type": "application/json"}
    content = sendable(shared.body(**changes))
    answer = shared.raw("POST", "/", content=content, headers=headers)
    read = answer.json()
    assert answer.status_code == 422, read
    assert read["error"] == "Unprocessable Entity"
    assert read["statusCode"] == 422
    assert len(read["message"]) == 1
    assert read["message"][0].startswith(message)
    assert rows(shared, "command", "audit") == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e400", "items.amount has too many digits"),
        ("9" * 5000, "items.amount has too many digits"),
        ("1e-400", "items.amount has too many digits"),
        ("0.1000000000000000001", "items.0.amount must have at most 2 decimal places in USD"),
        ("99999999999999.99", "items.0.amount is too large"),
        ("NaN", NOT_A_NUMBER),
        ("-Infinity", NOT_A_NUMBER),
    ],
)
def test_a_number_is_read_as_it_is_written(shared: Books, text: str, message: str) -> None:
    """A binary fraction would hide the last digits of some of these."""
    content = sendable(shared.body(**item(amount=12345678))).replace(b"12345678", text.encode())
    headers = {"Content-Type": "application/json"}
    answer = shared.raw("POST", "/", content=content, headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (422, [message])


@pytest.mark.parametrize("written", ["100", "100.00", "1e2", "1E+2", "100.0000000000000000000"])
def test_other_spellings_of_a_number_are_the_same(shared: Books, written: str) -> None:
    content = sendable(shared.body(**item(amount=12345678))).replace(b"12345678", written.encode())
    headers = {"Content-Type": "application/json"}
    answer = shared.raw("POST", "/", content=content, headers=headers)
    assert answer.json()["total"] == 100


@pytest.mark.parametrize(
    ("currency", "amount", "places"), [("JPY", 1.5, 0), ("BHD", 1.2345, 3), ("EUR", 0.001, 2)]
)
def test_the_places_of_a_currency(shared: Books, currency: str, amount: float, places: int) -> None:
    body = shared.body(currency=currency, **item(currency=currency, amount=amount))
    answer = shared.raw("POST", "/", json=body)
    message = f"items.0.amount must have at most {places} decimal places in {currency}"
    assert (answer.status_code, answer.json()["message"]) == (422, [message])


def test_all_wrong_fields_are_named(shared: Books) -> None:
    body = shared.body(name=1, issueDate="x", **item(amount="1"))
    del body["currency"]
    answer = shared.raw("POST", "/", json=body)
    assert set(answer.json()["message"]) == {
        "name must be a string",
        "issueDate must be a date like 2026-02-28",
        "items.amount must be a number",
        "currency is required",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "the body must be JSON"), (b"[]", "body must be an object"), (b"", "body is required")],
)
@pytest.mark.parametrize("path", ["/", "/{id}/void", "/{id}/send", "/{id}/record-payment"])
def test_a_body_that_is_no_object(shared: Books, path: str, content: bytes, message: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = shared.raw("POST", path.format(id="0" * 24), content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["message"] == [message]


BAD_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("void", {"reason": "x"}, "property reason should not exist"),
    ("send", {"action": "fax"}, "action has an unknown value"),
    ("send", {"liveMode": False}, "liveMode must be true: see the setting live_mode of the tenant"),
    ("send", {"autoPayment": {"enable": True}}, "autoPayment is not supported"),
    ("send", {"userId": None}, "userId must be a string"),
    ("record-payment", {"mode": "gold"}, "mode has an unknown value"),
    ("record-payment", {"amount": 0}, "amount must be more than 0"),
    ("record-payment", {"amount": -1}, "amount must not be less than 0"),
    ("record-payment", {"amount": 0.001}, "amount must have at most 2 decimal places in USD"),
    ("record-payment", {"amount": "1"}, "amount must be a number"),
    ("record-payment", {"amount": True}, "amount must be a number"),
    ("record-payment", {"fulfilledAt": "now"}, "fulfilledAt must be a time like"),
    ("record-payment", {"paymentScheduleIds": ["1"]}, "paymentScheduleIds is not supported"),
]


@pytest.fixture(scope="module")
def invoice(shared: Books) -> Any:
    return shared.sent()


@pytest.mark.parametrize(("call", "changes", "message"), BAD_CALLS)
def test_a_bad_call(
    shared: Books, invoice: Any, call: str, changes: dict[str, Any], message: str
) -> None:
    usual: dict[str, dict[str, Any]] = {
        "void": {},
        "send": {"userId": "u", "action": "email", "liveMode": True},
        "record-payment": {"mode": "cash"},
    }
    before = rows(shared, "command", "audit")
    body = {**shared.location, **usual[call], **changes}
    answer = shared.raw("POST", f"/{invoice['_id']}/{call}", json=body)
    assert answer.status_code == 422
    (found,) = answer.json()["message"]
    assert found.startswith(message)
    assert rows(shared, "command", "audit") == before
