"""The list of credit notes, the page of one, its PDF, and its voiding."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from console.desk import TODAY, Desk, hidden
from polaris.core import commands
from polaris.core.commands.values import VoidNote
from polaris.engine import new_id
from polaris.operators.roles import Role

HERE = "/billing/credit-notes"


def note_id_of(desk: Desk, invoice_id: str) -> str:
    """Return the id of the note on an invoice."""
    query = "select id::text from credit_note where tenant_id = %(t)s and invoice_id = %(i)s"
    with desk.database.connect() as connection:
        ((note_id,),) = connection.execute(query, {"t": desk.tenant_id, "i": invoice_id}).fetchall()
    return str(note_id)


def shelf(desk: Desk) -> dict[str, str]:
    """A note of each kind: available, used, voided, and one whose refund is owed."""
    customer_id = desk.customer("ada-1", "Ada Books")
    available, voided = desk.note(customer_id, 100), desk.note(customer_id, 300)
    desk.done(commands.VoidCreditNote(note_id=voided))
    invoice_id = desk.invoice(customer_id)
    desk.paid(customer_id, 1200, invoice_id)
    desk.done(
        commands.VoidInvoice(invoice_id=invoice_id, refund_minor=400, note=VoidNote.REQUESTED)
    )
    refunded = note_id_of(desk, invoice_id)
    used = desk.note(customer_id, 200)
    desk.done(
        commands.ApplyCreditNote(note_id=used, invoice_id=desk.invoice(customer_id)),
    )
    return {"available": available, "voided": voided, "refunded": refunded, "used": used}


def test_each_tab_counts_and_sums_its_notes(desk: Desk) -> None:
    """100 available; 200 used and 400 refunded count as used; 300 voided."""
    shelf(desk)
    said = desk.words(HERE)
    assert "All 4 Available 1 Used 2 Voided 1 Refund owed 1" in said
    assert "4 credit notes · EUR 10.00 in total, EUR 1.00 available" in said
    sums = {
        "available": "1 credit note · EUR 1.00 in total, EUR 1.00 available",
        "used": "2 credit notes · EUR 6.00 in total",
        "voided": "1 credit note · EUR 3.00 in total",
        "refund_owed": "1 credit note · EUR 4.00 in total",
    }
    for status, sentence in sums.items():
        assert sentence in desk.words(f"{HERE}?status={status}")


def test_the_list_is_filtered_by_its_fields(desk: Desk) -> None:
    """By customer, number, invoice, day and currency; a whole number opens the note."""
    notes = shelf(desk)
    desk.note(desk.customer("other", "Other"), 700)
    assert "EUR 7.00" in desk.words(f"{HERE}?q=other")
    assert "4 credit notes" in desk.words(f"{HERE}?q=ada")
    assert "4 credit notes" in desk.words(f"{HERE}?customer={customer_of(desk, notes['used'])}")
    assert "1 credit note " in desk.words(f"{HERE}?q=INV-000001")
    assert "5 credit notes" in desk.words(f"{HERE}?from={TODAY}&to={TODAY}&currency=EUR")
    assert "No credit note matches" in desk.words(f"{HERE}?to=2020-01-01")
    assert "No credit note matches" in desk.words(f"{HERE}?customer=nobody")
    assert "This is not a day." in desk.words(f"{HERE}?from=soon")
    opened = desk.get(f"{HERE}?q=cn-000001", status=303)
    assert opened.headers["location"] == f"{HERE}/{notes['available']}"


def customer_of(desk: Desk, note_id: str) -> str:
    """Return the customer's id of a note."""
    query = "select customer_id::text from credit_note where tenant_id = %(t)s and id = %(n)s"
    with desk.database.connect() as connection:
        ((customer_id,),) = connection.execute(
            query, {"t": desk.tenant_id, "n": note_id}
        ).fetchall()
    return str(customer_id)


def test_the_list_is_paged_in_each_order(desk: Desk) -> None:
    """Sixty notes: fifty, then ten; back to fifty."""
    customer_id = desk.customer()
    for amount_minor in range(1, 61):
        desk.note(customer_id, amount_minor)
    for order in ("issue_date", "number", "total", "balance"):
        first = desk.get(f"{HERE}?sort={order}&dir=asc").text
        second = desk.get(link(first, "next")).text
        assert (first.count("row-link"), second.count("row-link")) == (50, 10)
        assert not notes_on(first) & notes_on(second)
        assert notes_on(desk.get(link(second, "prev")).text) == notes_on(first)


def link(page: str, rel: str) -> str:
    """Return the address of the link to another page."""
    return page.partition(f'rel="{rel}" href="')[2].partition('"')[0].replace("&amp;", "&")


def notes_on(page: str) -> set[str]:
    """Return the ids of the rows of a page."""
    return {piece.partition('"')[0] for piece in page.split('data-id="')[1:]}


def test_the_page_shows_amounts_refunds_and_entries(desk: Desk) -> None:
    """A void that refunds 400 out of 1,200 that were paid."""
    notes = shelf(desk)
    said = desk.words(f"{HERE}/{notes['refunded']}")
    assert "Total EUR 4.00 Refund EUR 4.00 Available EUR 0.00" in said
    assert "Documents the void of the invoice" in said
    assert "card queued EUR 4.00" in said
    assert "REFUND_LIABILITIES 4.00" in said
    used = desk.words(f"{HERE}/{notes['used']}")
    assert "Goodwill" in used
    assert "What it settled Invoices that this note settled Invoice When Amount INV-000002" in used


def test_an_operator_voids_what_is_left_once(desk: Desk) -> None:
    """The form states the amount; sent twice, it is done once; then the page says so."""
    note_id = desk.note(desk.customer(), 100)
    form = desk.get(f"{HERE}/{note_id}/void", Role.OPERATOR).text
    assert "take back EUR\N{NO-BREAK SPACE}1.00" in form
    fields = {name: hidden(form, name) for name in ("request_id", "expect", "expected")}
    for _ in range(2):
        sent = desk.post(f"{HERE}/{note_id}/void", fields)
        assert sent.headers["location"] == f"{HERE}/{note_id}"
    query = """select count(*) from audit
                where tenant_id = %(t)s and command = 'VoidCreditNote' and outcome = 'done'"""
    with desk.database.connect() as connection:
        assert connection.execute(query, {"t": desk.tenant_id}).fetchone() == (1,)
    shown = desk.words(f"{HERE}/{note_id}", Role.OPERATOR)
    assert "Voided" in shown
    assert "The credit note is already voided." in shown or "already" in shown


def test_a_refused_void_says_why_and_changes_nothing(desk: Desk) -> None:
    """Nothing is left of a used note."""
    note_id = shelf(desk)["used"]
    shown = desk.get(f"{HERE}/{note_id}", Role.OPERATOR).text
    assert f"{HERE}/{note_id}/void" not in shown
    refused = desk.post(f"{HERE}/{note_id}/void", {"request_id": new_id()}, status=422)
    assert "nothing" in refused.text.lower()
    assert "Used" in desk.words(f"{HERE}/{note_id}")


def test_a_note_that_was_used_meanwhile_is_not_voided(desk: Desk) -> None:
    """The operator confirmed 100; 60 are left, so nothing is done before a new look."""
    customer_id = desk.customer()
    note_id = desk.note(customer_id, 100)
    form = desk.get(f"{HERE}/{note_id}/void", Role.OPERATOR).text
    fields = {name: hidden(form, name) for name in ("request_id", "expect", "expected")}
    invoice_id = desk.invoice(customer_id)
    desk.done(commands.ApplyCreditNote(note_id=note_id, invoice_id=invoice_id, amount_minor=40))
    changed = desk.post(f"{HERE}/{note_id}/void", fields, status=409).text
    assert "Nothing was done" in changed
    assert "take back EUR\N{NO-BREAK SPACE}0.60" in changed
    assert "Available" in desk.words(f"{HERE}/{note_id}")


def test_a_viewer_sees_but_does_not_void(desk: Desk) -> None:
    note_id = desk.note(desk.customer(), 100)
    assert "Voiding needs the role operator" in desk.words(f"{HERE}/{note_id}")
    desk.get(f"{HERE}/{note_id}/void", status=403)
    desk.post(f"{HERE}/{note_id}/void", {}, Role.VIEWER, status=403)
    assert "Available" in desk.words(f"{HERE}/{note_id}")


def test_another_tenants_note_is_not_there(desk: Desk, foreign: Desk) -> None:
    note_id = foreign.note(foreign.customer(), 100)
    for path in (note_id, f"{note_id}/pdf", new_id(), "x", "x/pdf"):
        desk.get(f"{HERE}/{path}", status=404)
    desk.get(f"{HERE}/{note_id}/void", Role.OPERATOR, status=404)
    desk.post(f"{HERE}/{note_id}/void", {}, status=404)
    assert "Available" in foreign.words(f"{HERE}/{note_id}")


@pytest.mark.parametrize("kind", ["note", "invoice", "draft"])
def test_documents_are_sent_as_pdf(desk: Desk, kind: str) -> None:
    """A note, an invoice, and a draft that says that it is one."""
    customer_id = desk.customer("ada-1", "Ada Books")
    if kind == "note":
        path, words = f"{HERE}/{desk.note(customer_id, 100)}", "CN-000001"
    elif kind == "invoice":
        path, words = f"/billing/invoices/{desk.invoice(customer_id)}", "INV-000001"
    else:
        path, words = f"/billing/invoices/{desk.draft(customer_id)}", "Draft invoice"
    answer = desk.get(f"{path}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert words in text
    assert "Ada Books" in text
    assert ("Amount due" in text) is (kind == "invoice")
