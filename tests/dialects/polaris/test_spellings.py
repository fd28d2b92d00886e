"""Every bad spelling of a value in a command is refused with 422, and nothing is changed."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from dialects.polaris.admin import Admin
from faults.world import opened
from polaris.engine import new_id

AMOUNTS = ['"120.00"', '"12.9"', '"abc"', "true", '"1e3"', "null", "1e3", "12.9", "[]", "{}", '"5"']
DECIMALS = ['"NaN"', '"1e3"', '"1_0"', '" 5"', '"Infinity"', "true", "[]", '"1e99999"']
DATES = ['"2026-02-30"', '"20260228"', '"soon"', "5", "true", "[]", '"2026-W01-1"']
TIMES = ['"2026-02-28T10:00:00"', '"2026-02-28"', "5", '"soon"', '"2026-02-30T00:00:00Z"', "true"]
BOOLEANS = ['"maybe"', '"true"', "1", "null", "[]"]

FIELDS = [
    ("VoidInvoice", "refund_minor", AMOUNTS),
    ("VoidInvoice", "credit_minor", AMOUNTS),
    ("VoidInvoice", "dated", DATES),
    ("ReceivePayment", "amount_minor", AMOUNTS),
    ("ReceivePayment", "received_at", TIMES),
    ("SaveTaxCode", "rate", DECIMALS),
    ("SaveTaxCode", "applied_by_default", BOOLEANS),
    ("FinalizeInvoice", "skip_zero", BOOLEANS),
]
REST = {
    "VoidInvoice": '"invoice_id": "INVOICE"',
    "FinalizeInvoice": '"invoice_id": "INVOICE"',
    "ReceivePayment": '"payment_id": "NEW", "currency": "EUR", "amount_minor": 1',
    "SaveTaxCode": '"tax_code_id": "NEW", "code": "vat", "name": "VAT"',
}
"""The other fields of each command; a field that is named twice has its last value."""


@pytest.fixture(scope="module")
def admin(database_url: str, serving: Serving) -> Iterator[Admin]:
    with opened(database_url) as database:
        yield Admin(database, serving.url)


@pytest.mark.parametrize(("command", "field", "values"), FIELDS)
def test_a_bad_spelling_is_refused(
    admin: Admin, command: str, field: str, values: list[str]
) -> None:
    admin.issue(invoice_id := new_id(), admin.customer())
    rest = REST[command].replace("INVOICE", invoice_id).replace("NEW", new_id())
    for value in values:
        body = f'{{"command": "{command}", {rest}, "{field}": {value}}}'
        answer = admin.send("/commands", body.encode())
        assert (answer.status_code, answer.json()["refusals"]) == (422, []), (value, answer.text)
        assert field in answer.json()["error"]["message"], value
    assert admin.done("VoidInvoice", invoice_id=invoice_id)["replayed"] is False


def test_a_number_that_is_not_json_is_refused(admin: Admin) -> None:
    answer = admin.send("/commands", b'{"command": "VoidInvoice", "refund_minor": NaN}')
    assert answer.status_code == 400
