"""What the dialog of a void says: about its fields, and about what has changed since it opened."""

import re

import pytest

from console.tenant import SCRIPT, Tenant, hidden, text_of
from operators.staff import Browser
from polaris.core.commands import LoseDispute, ReceivePayment, SaveCustomer, UpdatePayment
from polaris.core.facts.payment import PaymentState
from polaris.engine import new_id


def void_path(invoice_id: str) -> str:
    return f"/billing/invoices/{invoice_id}/void"


def pay_by_bank(tenant: Tenant, invoice_id: str, state: PaymentState) -> str:
    """Receive EUR 3.00 for an invoice by a provider, in this state. Return the payment's id."""
    payment_id = new_id()
    tenant.perform(
        ReceivePayment(
            payment_id=payment_id,
            currency="EUR",
            amount_minor=300,
            state=state,
            provider="bank",
            reference="bt-4711",
            apply_to={invoice_id: 300},
        )
    )
    return payment_id


# ---------------------------------------------------------------- the fields


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("refund", "twelve", "This is not an amount in EUR. Type it like 1234.50."),
        ("refund", "-1", "This is not an amount in EUR. Type it like 1234.50."),
        ("refund", "12.01", "At most EUR\N{NO-BREAK SPACE}12.00."),
        ("credit", "12.01", "At most EUR\N{NO-BREAK SPACE}12.00."),
        ("credit", "1.234", "This is not an amount in EUR. Type it like 1234.50."),
    ],
)
def test_a_wrong_amount_is_named_at_its_field_while_it_is_typed(
    browser: Browser, tenant: Tenant, field: str, typed: str, sentence: str
) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    preview = browser.post(f"{void_path(invoice_id)}/preview", {field: typed}, **SCRIPT)
    faults = dict(re.findall(r'hx-swap-oob="innerHTML:#(\w+)-fault">([^<]*)<', preview.text))
    other = "credit" if field == "refund" else "refund"
    assert faults == {field: sentence, other: "", "comment": ""}
    assert "<button" not in preview.text  # nothing can be confirmed


def test_a_wrong_amount_is_named_at_its_field_after_it_was_sent(
    browser: Browser, tenant: Tenant
) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    answer = browser.post(void_path(invoice_id), {"refund": "12.01"})
    assert answer.status_code == 422
    (refund,) = re.findall(r'<input id="refund"[^>]*>', answer.text)
    assert 'aria-describedby="refund-fault refund-hint" aria-invalid="true"' in refund
    (said,) = re.findall(r'id="refund-fault"[^>]*>([^<]*)<', answer.text)
    assert said == "At most EUR\N{NO-BREAK SPACE}12.00."
    (credit,) = re.findall(r'<input id="credit"[^>]*>', answer.text)
    assert "aria-invalid" not in credit


# ---------------------------------------------------------------- payments and disputes


def test_a_payment_under_way_is_named_with_what_the_void_does_to_it(
    browser: Browser, tenant: Tenant
) -> None:
    invoice_id = tenant.invoice()
    assert "is under way" not in browser.get(void_path(invoice_id)).text
    payment_id = pay_by_bank(tenant, invoice_id, PaymentState.IN_PROGRESS)
    page = browser.get(void_path(invoice_id)).text
    said = text_of(page)
    assert "Payment bt-4711 of EUR 3.00 at bank is under way." in said
    assert "The void asks bank to cancel it." in said
    assert "it is held for the customer" in said
    assert "payment.cancel_requested" in said  # among the events of the effects
    assert browser.post(void_path(invoice_id), hidden(page)).status_code == 303
    tenant.perform(UpdatePayment(payment_id=payment_id, state=PaymentState.SUCCEEDED))
    whole = tenant.whole(invoice_id)
    assert whole.invoice.status == "voided"
    assert [row.held_minor for row in whole.settlements] == [300]
    shown = text_of(browser.get(f"/billing/invoices/{invoice_id}?show=payments").text)
    assert "3.00 held" in shown


def test_a_lost_dispute_is_named_and_a_second_return_of_the_money_is_an_effect(
    browser: Browser, tenant: Tenant
) -> None:
    """The void itself stays possible: the runbook asks for it when a customer wins a dispute."""
    invoice_id = tenant.invoice(paid_minor=1200)
    assert "A dispute" not in browser.get(void_path(invoice_id)).text
    tenant.perform(LoseDispute(invoice_id=invoice_id))
    page = browser.get(void_path(invoice_id)).text
    assert "A dispute about this invoice was lost on" in text_of(page)
    assert "invoice.double_return_suspected" not in page
    preview = browser.post(f"{void_path(invoice_id)}/preview", {"refund": "1"}, **SCRIPT).text
    assert "invoice.double_return_suspected" in preview
    assert browser.post(void_path(invoice_id), hidden(page)).status_code == 303
    shown = browser.get(f"/billing/invoices/{invoice_id}").text
    assert "The invoice is already voided." in shown


# ---------------------------------------------------------------- what has changed


def test_choices_whose_effects_were_not_shown_are_shown_first(
    browser: Browser, tenant: Tenant
) -> None:
    """A box is ticked, and the form is sent before its preview arrives, or without scripts."""
    invoice_id = tenant.invoice()
    form = hidden(browser.get(void_path(invoice_id)).text)
    answer = browser.post(void_path(invoice_id), {**form, "replace": "on"})
    assert answer.status_code == 409
    said = text_of(answer.text)
    assert "The effects of what you chose last were not shown yet. Nothing was done." in said
    assert "A new draft replaces INV-000001" in said
    assert "Something changed" not in said
    assert tenant.whole(invoice_id).invoice.status == "finalized"
    again = browser.post(void_path(invoice_id), {**hidden(answer.text), "replace": "on"})
    assert again.status_code == 303
    assert tenant.whole(invoice_id).invoice.status == "voided"


def test_everything_that_was_done_since_the_dialog_opened_is_named(
    browser: Browser, tenant: Tenant
) -> None:
    """Not only the last change, and not what was done before."""
    invoice_id = tenant.invoice()
    path = void_path(invoice_id)
    opened = hidden(browser.get(path).text)
    tenant.pay(tenant.acme, 300, invoice_id)
    renamed = SaveCustomer(customer_id=tenant.acme, external_id="acme", name="Acme & Co")
    tenant.perform(renamed, actor="key:shop")
    tenant.customer("somebody else")
    preview = browser.post(f"{path}/preview", {"opened_at": opened["opened_at"]}, **SCRIPT)
    tenant.pay(tenant.acme, 100, invoice_id)
    answer = browser.post(path, {**opened, **hidden(preview.text)})
    assert answer.status_code == 409
    _, _, said = text_of(answer.text).partition("Done since you opened this: ")
    names = re.findall(r"(\w+ \w+), by ([\w ]+), \w+ \d+, \d{4}", said)
    assert names == [
        ("Receive payment", "System"),
        ("Save customer", "API key shop"),
        ("Receive payment", "System"),
    ]
