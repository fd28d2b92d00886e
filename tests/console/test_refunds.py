"""Billing → Refunds: the list with its tabs, one refund, and its changes."""

import re
from html import unescape

import pytest

from console.tenant import SCRIPT, Tenant, hidden
from polaris.core import commands
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id
from polaris.operators.roles import Role

LIST = "/billing/refunds"
EVIL = "<script>alert(1)</script>"
AMOUNT = "EUR 4.00"


def requested(tenant: Tenant, name: str = "Ada Books", provider: str = "manual") -> str:
    """Request a refund of 400 from a payment of 1,000. Return the refund's id."""
    payment_id, refund_id = new_id(), new_id()
    tenant.perform(
        commands.ReceivePayment(
            payment_id=payment_id,
            customer_id=tenant.customer(name=name),
            currency="EUR",
            amount_minor=1000,
            provider=provider,
            reference=f"pay {name}",
        ),
        commands.RequestRefund(refund_id=refund_id, payment_id=payment_id, amount_minor=400),
    )
    return refund_id


def told(tenant: Tenant, refund_id: str, *states: RefundState) -> None:
    """Report states of a refund, one after the other."""
    for state in states:
        tenant.perform(commands.UpdateRefund(refund_id=refund_id, state=state))


def send(
    tenant: Tenant, path: str, text: str = "", status: int = 303, **others: str
) -> dict[str, str]:
    """Open the form of a change and send it. Return the fields."""
    fields = {**hidden(tenant.get(path, Role.OPERATOR).text), "text": text, **others}
    tenant.post(path, fields, status=status)
    return fields


# ---------------------------------------------------------------- the list


def test_without_refunds_the_list_says_when_one_appears(tenant: Tenant) -> None:
    assert "No refunds yet" in tenant.words(LIST)
    assert "No refund fits these filters." in tenant.words(f"{LIST}?status=settled")


def test_each_tab_has_its_refunds(tenant: Tenant) -> None:
    """One refund in each state. A converted one is only among all."""
    sent, pending, unknown = RefundState.SENT, RefundState.PENDING, RefundState.UNKNOWN
    requested(tenant, "By hand")
    requested(tenant, "Queued", "stripe")
    told(tenant, requested(tenant, "Sent", "stripe"), sent)
    told(tenant, requested(tenant, "Accepted", "stripe"), sent, pending)
    told(tenant, requested(tenant, "Unclear", "stripe"), sent, unknown)
    told(tenant, requested(tenant, "Broken"), RefundState.FAILED)
    told(tenant, requested(tenant, "Paid out"), RefundState.SETTLED)
    converted = requested(tenant, "Credited")
    tenant.perform(commands.ConvertRefund(refund_id=converted, note_id=new_id()))
    everyone = ["By hand", "Queued", "Sent", "Accepted", "Unclear", "Broken", "Paid out"]
    assert names(tenant, "") == [*everyone, "Credited"][::-1]
    assert names(tenant, "?status=by_hand") == ["By hand"]
    assert names(tenant, "?status=under_way") == ["Queued", "Sent", "Accepted"]
    assert names(tenant, "?status=failed") == ["Unclear", "Broken"]
    assert names(tenant, "?status=settled") == ["Paid out"]
    assert names(tenant, "?status=x") == names(tenant, "")


def names(tenant: Tenant, query: str) -> list[str]:
    """Return the customers of the listed refunds, in order."""
    return re.findall(r'class="row-link"[^>]*>([^<]*)<', tenant.get(f"{LIST}{query}").text)


def test_a_row_has_the_amount_the_payment_and_the_documents(tenant: Tenant) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    tenant.perform(commands.VoidInvoice(invoice_id=invoice_id, refund_minor=700))
    whole = tenant.whole(invoice_id)
    [note] = whole.credit_notes
    row = tenant.words(LIST)
    for text in (whole.invoice.number, note.number, "Manual", "EUR 7.00"):
        assert str(text) in row


def test_refunds_are_paged(tenant: Tenant) -> None:
    """Fifty-one refunds: fifty, then one, and back."""
    for number in range(51):
        requested(tenant, f"Customer {number:02}")
    first = tenant.get(f"{LIST}?status=by_hand").text
    assert first.count('class="row-link"') == 50
    following = unescape(re.findall(r'rel="next" href="([^"]*)"', first)[0])
    second = tenant.get(following).text
    assert re.findall(r'class="row-link"[^>]*>([^<]*)<', second) == ["Customer 50"]
    before = unescape(re.findall(r'rel="prev" href="([^"]*)"', second)[0])
    assert tenant.get(before).text.count('class="row-link"') == 50
    tenant.get(f"{LIST}?after=x~{new_id()}")


def test_the_refunds_of_a_customer(tenant: Tenant) -> None:
    refund_id = requested(tenant, "Ada Books")
    requested(tenant, "Ben Books")
    customer = re.findall(r"/billing/customers/([^\"?]*)", tenant.get(f"{LIST}/{refund_id}").text)
    payments = tenant.get(f"/billing/customers/{customer[0]}?show=payments").text
    assert f'href="{LIST}?customer={customer[0]}"' in payments
    assert names(tenant, f"?customer={customer[0]}") == ["Ada Books"]
    assert names(tenant, "?customer=x") == []


# ---------------------------------------------------------------- one refund


def test_a_refund_links_to_what_it_belongs_to(tenant: Tenant) -> None:
    """The invoice's payments, the note and the receipt link to the refund, and it links back."""
    invoice_id = tenant.invoice(paid_minor=1200)
    tenant.perform(commands.VoidInvoice(invoice_id=invoice_id, refund_minor=700))
    whole = tenant.whole(invoice_id)
    [refund], [note] = whole.refunds, whole.credit_notes
    shown = tenant.get(f"{LIST}/{refund.id}").text
    assert f'href="/billing/invoices/{invoice_id}?show=payments"' in shown
    assert f'href="/billing/credit-notes/{note.id}"' in shown
    assert f'href="/billing/customers/{whole.invoice.customer_id}"' in shown
    for page in (
        f"/billing/invoices/{invoice_id}?show=payments",
        f"/billing/credit-notes/{note.id}",
    ):
        assert f'href="{LIST}/{refund.id}"' in tenant.get(page).text


def test_a_refund_shows_the_calls_of_its_provider(tenant: Tenant) -> None:
    refund_id = requested(tenant, EVIL, "stripe")
    assert "The provider has not been called yet." in tenant.words(f"{LIST}/{refund_id}")
    tenant.calls_provider(refund_id, f"timed out {EVIL}")
    page = tenant.get(f"{LIST}/{refund_id}").text
    assert EVIL not in page
    shown = tenant.words(f"{LIST}/{refund_id}")
    for text in ("No clear answer", "Asked to send the money", "timed out", '"key": "rk_•••"'):
        assert text in shown
    assert EVIL not in tenant.get(LIST).text


def test_an_unknown_refund_and_that_of_another_tenant_are_not_found(
    tenant: Tenant, foreign: Tenant
) -> None:
    refund_id = requested(tenant)
    tenant.get(f"{LIST}/x", status=404)
    tenant.get(f"{LIST}/{new_id()}", status=404)
    foreign.get(f"{LIST}/{refund_id}", status=404)
    assert names(foreign, "") == []
    for change in ("settle", "fail", "convert"):
        path = f"{LIST}/{refund_id}/{change}"
        foreign.get(path, Role.OPERATOR, 404)
        foreign.post(path, {"text": "x"}, status=404)


# ---------------------------------------------------------------- its changes


def test_a_refund_is_marked_as_paid_once(tenant: Tenant) -> None:
    """The money leaves the bank: what was owed to the customer is paid out in cash."""
    path = f"{LIST}/{requested(tenant)}"
    form = tenant.words(f"{path}/settle", Role.OPERATOR)
    assert "The refund is paid out" in form
    assert AMOUNT in form
    fields = send(tenant, f"{path}/settle", "bank 2026-117")
    tenant.post(f"{path}/settle", fields)  # the same form again
    shown = tenant.words(path, Role.OPERATOR)
    assert "Settled to Ada Books" in shown
    assert "bank 2026-117" in shown
    assert "Convert to credit" not in shown
    assert names(tenant, "?status=settled") == ["Ada Books"]


def test_a_paid_refund_fails_with_a_reason(tenant: Tenant) -> None:
    path = f"{LIST}/{requested(tenant)}"
    send(tenant, f"{path}/settle")
    send(tenant, f"{path}/fail", f"The account is closed {EVIL}")
    assert "The account is closed" in tenant.words(path)
    assert EVIL not in tenant.get(path).text
    assert names(tenant, "?status=failed") == ["Ada Books"]


def test_a_failure_without_a_reason_is_refused_at_its_field(tenant: Tenant) -> None:
    path = f"{LIST}/{requested(tenant)}"
    fields = hidden(tenant.get(f"{path}/fail", Role.OPERATOR).text)
    refused = tenant.post(f"{path}/fail", {**fields, "text": " "}, status=422).text
    assert 'aria-describedby="text-fault"' in refused
    assert "Write why the refund failed." in refused
    assert "Requested to Ada Books" in tenant.words(path)


def test_a_reason_that_is_too_long_changes_nothing(tenant: Tenant) -> None:
    path = f"{LIST}/{requested(tenant)}"
    send(tenant, f"{path}/fail", "x" * 501, status=422)
    assert "Requested to Ada Books" in tenant.words(path)


def test_a_refund_is_given_as_credit(tenant: Tenant) -> None:
    path = f"{LIST}/{requested(tenant)}"
    send(tenant, f"{path}/convert")
    shown = tenant.words(path, Role.OPERATOR)
    assert "Converted to Ada Books" in shown
    assert "Mark as" not in shown
    assert AMOUNT in tenant.words("/billing/credit-notes")


def test_a_refund_under_way_cannot_become_credit(tenant: Tenant) -> None:
    """The form was opened before the provider was called; its way out is to wait."""
    refund_id = requested(tenant, provider="stripe")
    path = f"{LIST}/{refund_id}"
    fields = hidden(tenant.get(f"{path}/convert", Role.OPERATOR).text)
    told(tenant, refund_id, RefundState.SENT)
    refused = tenant.post(f"{path}/convert", fields, status=422).text
    sentence = "The payment provider may be sending the money of the refund"
    assert sentence in refused
    assert "or record that the refund failed" in refused
    assert fields["request_id"] in refused
    assert sentence in tenant.words(path, Role.OPERATOR)
    assert "Sent to Ada Books" in tenant.words(path)


def test_a_form_whose_effects_have_changed_is_not_done(tenant: Tenant) -> None:
    """It was opened before the refund failed, so the state before is another one."""
    refund_id = requested(tenant)
    path = f"{LIST}/{refund_id}/settle"
    fields = hidden(tenant.get(path, Role.OPERATOR).text)
    told(tenant, refund_id, RefundState.FAILED)
    again = tenant.post(path, fields, status=409).text
    assert "Something changed since you opened this. Nothing was done." in again
    assert names(tenant, "?status=failed") == ["Ada Books"]


@pytest.mark.parametrize("change", ["settle", "fail", "convert"])
def test_a_viewer_changes_nothing(tenant: Tenant, change: str) -> None:
    path = f"{LIST}/{requested(tenant)}"
    tenant.get(f"{path}/{change}", Role.VIEWER, 403)
    tenant.post(f"{path}/{change}", {"text": "x"}, Role.VIEWER, 403)
    shown = tenant.words(path)
    assert "Changing a refund needs the role operator." in shown
    assert "Mark as paid" not in shown


def test_the_script_of_the_page_gets_the_form_and_then_the_refund(tenant: Tenant) -> None:
    path = f"{LIST}/{requested(tenant)}"
    operator = tenant.browser(Role.OPERATOR)
    form = operator.get(f"{path}/settle", **SCRIPT)
    assert form.text.lstrip().startswith("<form")
    done = operator.post(f"{path}/settle", {**hidden(form.text), "text": ""}, **SCRIPT)
    assert (done.status_code, done.headers["hx-redirect"]) == (204, path)


def test_a_task_links_to_its_refund(tenant: Tenant) -> None:
    refund_id = requested(tenant)
    told(tenant, refund_id, RefundState.FAILED)
    assert f'href="{LIST}/{refund_id}"' in tenant.get("/tasks").text
