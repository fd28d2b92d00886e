"""The list of credit notes, the page of one, its PDF, and its voiding."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from console.tenant import TODAY, Tenant, hidden
from polaris.core import commands
from polaris.core.commands.values import VoidNote
from polaris.engine import new_id
from polaris.operators.roles import Role

HERE = "/billing/credit-notes"


def note_id_of(tenant: Tenant, invoice_id: str) -> str:
    """Return the id of the note on an invoice."""
    query = "select id::text from credit_note where tenant_id = %(t)s and invoice_id = %(i)s"
    with tenant.database.connect() as connection:
        ((note_id,),) = connection.execute(query, {"t": tenant.id, "i": invoice_id}).fetchall()
    return str(note_id)


def shelf(tenant: Tenant) -> dict[str, str]:
    """A note of each kind: available, used, voided, and one whose refund is owed."""
    customer_id = tenant.customer("ada-1", "Ada Books")
    available, voided = tenant.note(customer_id, 100), tenant.note(customer_id, 300)
    tenant.perform(commands.VoidCreditNote(note_id=voided))
    invoice_id = tenant.invoice(customer_id)
    tenant.pay(customer_id, 1200, invoice_id)
    tenant.perform(
        commands.VoidInvoice(invoice_id=invoice_id, refund_minor=400, note=VoidNote.REQUESTED)
    )
    refunded = note_id_of(tenant, invoice_id)
    used = tenant.note(customer_id, 200)
    tenant.perform(
        commands.ApplyCreditNote(note_id=used, invoice_id=tenant.invoice(customer_id)),
    )
    return {"available": available, "voided": voided, "refunded": refunded, "used": used}


def test_each_tab_counts_and_sums_its_notes(tenant: Tenant) -> None:
    """100 available; 200 used and 400 refunded count as used; 300 voided."""
    shelf(tenant)
    said = tenant.words(HERE)
    assert "All 4 Available 1 Used 2 Voided 1 Refund owed 1" in said
    assert "4 credit notes · EUR 10.00 in total, EUR 1.00 available" in said
    sums = {
        "available": "1 credit note · EUR 1.00 in total, EUR 1.00 available",
        "used": "2 credit notes · EUR 6.00 in total",
        "voided": "1 credit note · EUR 3.00 in total",
        "refund_owed": "1 credit note · EUR 4.00 in total",
    }
    for status, sentence in sums.items():
        assert sentence in tenant.words(f"{HERE}?status={status}")


def test_the_list_is_filtered_by_its_fields(tenant: Tenant) -> None:
    """By customer, number, invoice, day and currency; a whole number opens the note."""
    notes = shelf(tenant)
    tenant.note(tenant.customer("other", "Other"), 700)
    assert "EUR 7.00" in tenant.words(f"{HERE}?q=other")
    assert "4 credit notes" in tenant.words(f"{HERE}?q=ada")
    assert "4 credit notes" in tenant.words(f"{HERE}?customer={customer_of(tenant, notes['used'])}")
    assert "1 credit note " in tenant.words(f"{HERE}?q=INV-000001")
    assert "5 credit notes" in tenant.words(f"{HERE}?from={TODAY}&to={TODAY}&currency=EUR")
    assert "No credit note matches" in tenant.words(f"{HERE}?to=2020-01-01")
    assert "No credit note matches" in tenant.words(f"{HERE}?customer=nobody")
    assert "This is not a day." in tenant.words(f"{HERE}?from=soon")
    opened = tenant.get(f"{HERE}?q=cn-000001", status=303)
    assert opened.headers["location"] == f"{HERE}/{notes['available']}"


def customer_of(tenant: Tenant, note_id: str) -> str:
    """Return the customer's id of a note."""
    query = "select customer_id::text from credit_note where tenant_id = %(t)s and id = %(n)s"
    with tenant.database.connect() as connection:
        ((customer_id,),) = connection.execute(query, {"t": tenant.id, "n": note_id}).fetchall()
    return str(customer_id)


def test_the_list_is_paged_in_each_order(tenant: Tenant) -> None:
    """Sixty notes: fifty, then ten; back to fifty."""
    customer_id = tenant.customer()
    for amount_minor in range(1, 61):
        tenant.note(customer_id, amount_minor)
    for order in ("issue_date", "number", "total", "balance"):
        first = tenant.get(f"{HERE}?sort={order}&dir=asc").text
        second = tenant.get(link(first, "next")).text
        assert (first.count("row-link"), second.count("row-link")) == (50, 10)
        assert not notes_on(first) & notes_on(second)
        assert notes_on(tenant.get(link(second, "prev")).text) == notes_on(first)


def link(page: str, rel: str) -> str:
    """Return the address of the link to another page."""
    return page.partition(f'rel="{rel}" href="')[2].partition('"')[0].replace("&amp;", "&")


def notes_on(page: str) -> set[str]:
    """Return the ids of the rows of a page."""
    return {piece.partition('"')[0] for piece in page.split('data-id="')[1:]}


def test_the_page_shows_amounts_refunds_and_entries(tenant: Tenant) -> None:
    """A void that refunds 400 out of 1,200 that were paid."""
    notes = shelf(tenant)
    said = tenant.words(f"{HERE}/{notes['refunded']}")
    assert "Total EUR 4.00 Refund EUR 4.00 Available EUR 0.00" in said
    assert "Documents the void of the invoice" in said
    assert "card Queued EUR 4.00" in said
    assert "REFUND_LIABILITIES 4.00" in said
    used = tenant.words(f"{HERE}/{notes['used']}")
    assert "Goodwill" in used
    assert "What it settled Invoices that this note settled Invoice When Amount INV-000002" in used


def test_an_operator_voids_what_is_left_once(tenant: Tenant) -> None:
    """The form states the amount; sent twice, it is done once; then the page says so."""
    note_id = tenant.note(tenant.customer(), 100)
    form = tenant.get(f"{HERE}/{note_id}/void", Role.OPERATOR).text
    assert "take back EUR\N{NO-BREAK SPACE}1.00" in form
    fields = hidden(form)
    for _ in range(2):
        sent = tenant.post(f"{HERE}/{note_id}/void", fields)
        assert sent.headers["location"] == f"{HERE}/{note_id}"
    query = """select count(*) from audit
                where tenant_id = %(t)s and command = 'VoidCreditNote' and outcome = 'done'"""
    with tenant.database.connect() as connection:
        assert connection.execute(query, {"t": tenant.id}).fetchone() == (1,)
    shown = tenant.words(f"{HERE}/{note_id}", Role.OPERATOR)
    assert "Voided" in shown
    assert "The credit note is already voided." in shown or "already" in shown


def test_a_refused_void_says_why_and_changes_nothing(tenant: Tenant) -> None:
    """Nothing is left of a used note."""
    note_id = shelf(tenant)["used"]
    shown = tenant.get(f"{HERE}/{note_id}", Role.OPERATOR).text
    assert f"{HERE}/{note_id}/void" not in shown
    refused = tenant.post(f"{HERE}/{note_id}/void", {"request_id": new_id()}, status=422)
    assert "nothing" in refused.text.lower()
    assert "Used" in tenant.words(f"{HERE}/{note_id}")


def test_a_note_that_was_used_meanwhile_is_not_voided(tenant: Tenant) -> None:
    """The operator confirmed 100; 60 are left, so nothing is done before a new look."""
    customer_id = tenant.customer()
    note_id = tenant.note(customer_id, 100)
    form = tenant.get(f"{HERE}/{note_id}/void", Role.OPERATOR).text
    fields = hidden(form)
    invoice_id = tenant.invoice(customer_id)
    tenant.perform(
        commands.ApplyCreditNote(note_id=note_id, invoice_id=invoice_id, amount_minor=40)
    )
    changed = tenant.post(f"{HERE}/{note_id}/void", fields, status=409).text
    assert "Nothing was done" in changed
    assert "take back EUR\N{NO-BREAK SPACE}0.60" in changed
    assert "Available" in tenant.words(f"{HERE}/{note_id}")


def test_a_viewer_sees_but_does_not_void(tenant: Tenant) -> None:
    note_id = tenant.note(tenant.customer(), 100)
    assert "Voiding needs the role operator" in tenant.words(f"{HERE}/{note_id}")
    tenant.get(f"{HERE}/{note_id}/void", status=403)
    tenant.post(f"{HERE}/{note_id}/void", {}, Role.VIEWER, status=403)
    assert "Available" in tenant.words(f"{HERE}/{note_id}")


def test_another_tenants_note_is_not_there(tenant: Tenant, foreign: Tenant) -> None:
    note_id = foreign.note(foreign.customer(), 100)
    for path in (note_id, f"{note_id}/pdf", new_id(), "x", "x/pdf"):
        tenant.get(f"{HERE}/{path}", status=404)
    tenant.get(f"{HERE}/{note_id}/void", Role.OPERATOR, status=404)
    tenant.post(f"{HERE}/{note_id}/void", {}, status=404)
    assert "Available" in foreign.words(f"{HERE}/{note_id}")


@pytest.mark.parametrize("kind", ["note", "invoice", "draft"])
def test_documents_are_sent_as_pdf(tenant: Tenant, kind: str) -> None:
    """A note, an invoice, and a draft that says that it is one."""
    customer_id = tenant.customer("ada-1", "Ada Books")
    if kind == "note":
        path, words = f"{HERE}/{tenant.note(customer_id, 100)}", "CN-000001"
    elif kind == "invoice":
        path, words = f"/billing/invoices/{tenant.invoice(customer_id)}", "INV-000001"
    else:
        path, words = f"/billing/invoices/{tenant.draft(customer_id)}", "Draft invoice"
    answer = tenant.get(f"{path}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert words in text
    assert "Ada Books" in text
    assert ("Amount due" in text) is (kind == "invoice")
