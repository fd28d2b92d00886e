"""One invoice from its customer to its void, by the vendor's client alone; `make test-quick` too.

Every dialect has a file of this name.
"""

from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import Customer, OneOffInvoice, Payment, Tax

from dialects.lago.test_add_ons import SETUP
from dialects.lago.test_add_ons import add_on_input as add_on


def issued(client: Any) -> Any:
    """An invoice of 5,000 and a fifth of tax for a new customer."""
    client.taxes.create(
        Tax(name="VAT", code="vat", rate=20, description=None, applied_to_organization=False)
    )
    client.add_ons.create(add_on(**SETUP, tax_codes=["vat"]))
    client.customers.create(Customer.parse_obj({"external_id": "ada", "currency": "EUR"}))
    fees = [{"add_on_code": "setup", "units": 1}]
    return client.invoices.create(
        OneOffInvoice.parse_obj({"external_customer_id": "ada", "currency": "EUR", "fees": fees})
    )


def test_an_invoice_is_paid_in_part_and_voided(client: Any) -> None:
    """Of 6,000 with 2,500 paid, 1,500 are refunded and 500 become credit."""
    invoice = issued(client)
    assert (invoice.status, invoice.total_amount_cents) == ("finalized", 6000)
    client.payments.create(
        Payment(invoice_id=invoice.lago_id, amount_cents=2500, reference="bank", paid_at=None)
    )
    asked = {"generate_credit_note": True, "refund_amount": 1500, "credit_amount": 500}

    after = client.invoices.void_invoice(invoice.lago_id, asked)

    assert (after.status, after.number) == ("voided", invoice.number)
    assert (after.total_paid_amount_cents, after.total_due_amount_cents) == (2500, 0)
    notes = client.credit_notes.find_all()["credit_notes"]
    given = {(one.refund_amount_cents, one.balance_amount_cents) for one in notes}
    assert given == {(1500, 500), (0, 0)}


def test_a_voided_invoice_is_not_voided_again(client: Any) -> None:
    invoice = issued(client)
    client.invoices.void(invoice.lago_id)
    with pytest.raises(LagoApiError) as refused:
        client.invoices.void(invoice.lago_id)
    assert (refused.value.status_code, refused.value.response["code"]) == (405, "not_voidable")
    assert client.invoices.find(invoice.lago_id).status == "voided"
