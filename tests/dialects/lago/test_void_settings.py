"""What a tenant's settings change of a void through Lago's API."""

import pytest

from dialects.lago.books import Books
from polaris.core import commands
from polaris.core.commands.values import Apply, CreditedLine
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.details import Details
from polaris.engine import new_id


def chosen(books: Books, **settings: object) -> None:
    """Change the tenant's settings."""
    details: Details = {"lago": settings}
    books.done(commands.SaveTenant(tenant_id=books.tenant_id, details=details))


@pytest.mark.parametrize("guarded", [True, False])
def test_a_paid_invoice_is_voided_unless_the_tenant_says_otherwise(
    books: Books, guarded: bool
) -> None:
    """A setting restores the refusal of older Lago versions; unpaid invoices are not affected."""
    chosen(books, refuse_void_when_paid=guarded)
    customer_id = books.customer()
    paid, unpaid = books.invoice(customer_id), books.invoice(customer_id)
    books.paid(paid, 1200)
    books.paid(unpaid, 1199)
    assert books.client.invoices.void(unpaid).status == "voided"
    answer = books.http("POST", f"/invoices/{paid}/void")
    assert (answer.status_code, answer.json().get("code")) == (
        (405, "not_voidable") if guarded else (200, None)
    )


@pytest.mark.parametrize(("setting", "balance"), [(None, 0), ("parked", 0), ("back", 700)])
def test_applied_credit_notes_wait_unless_the_tenant_says_otherwise(
    books: Books, setting: str | None, balance: int
) -> None:
    """As in Lago, the notes' credit stays blocked; a setting gives it back."""
    if setting:
        chosen(books, notes_on_void=setting)
    customer_id, note_id = books.customer(), new_id()
    credited = (CreditedLine(amount_minor=700, description="Sorry"),)
    books.done(
        commands.IssueStandaloneNote(
            note_id=note_id, customer_id=customer_id, currency="EUR", lines=credited
        )
    )
    invoice_id = books.draft(customer_id)
    books.done(commands.FinalizeInvoice(invoice_id=invoice_id, apply=Apply(notes=True)))
    after = books.client.invoices.void(invoice_id)
    assert (after.credit_notes_amount_cents, after.total_amount_cents) == (700, 500)
    (credit,) = after.credits.__root__
    assert (credit.item.lago_item_id, credit.amount_cents) == (note_id, 700)
    assert books.the(CreditNote, note_id, notes={note_id}).balance_minor == balance
