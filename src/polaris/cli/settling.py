"""`polaris invoice apply` and `remove`: settle an invoice with a payment or a credit note."""

from typing import Annotated

import typer

from polaris.cli.invoices import Named, OnlyPreview, carry_out, minor
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import open_session
from polaris.core.commands import ApplyCreditNote, ApplyPayment, RemoveCreditNote, RemovePayment

Payment = Annotated[str | None, typer.Option("--payment", metavar="ID", help="Id of the payment.")]
Note = Annotated[
    str | None, typer.Option("--credit-note", metavar="ID", help="Id of the credit note.")
]
Amount = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Amount to apply, in the invoice's currency, such as 12.50. Default: as much as "
        "the source has and the invoice needs.",
    ),
]


def apply(
    invoice: Named,
    tenant: TenantId = None,
    payment: Payment = None,
    credit_note: Note = None,
    amount: Amount = None,
    preview: OnlyPreview = False,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Settle an invoice with unused money of a payment, or with a credit note's balance."""
    source = one_of(payment, credit_note)
    with open_session(tenant, data_dir, database_url) as session:
        before = session.invoice(session.invoice_id(invoice)).invoice
        amount_minor = None if amount is None else minor(amount, before.currency, "--amount")
        command = (
            ApplyPayment(payment_id=source, invoice_id=before.id, amount_minor=amount_minor)
            if payment
            else ApplyCreditNote(note_id=source, invoice_id=before.id, amount_minor=amount_minor)
        )
        carry_out(session, command, preview=preview, as_json=as_json)


def remove(
    invoice: Named,
    tenant: TenantId = None,
    payment: Payment = None,
    credit_note: Note = None,
    preview: OnlyPreview = False,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Remove a payment or credit note from an invoice; money held for a void becomes unused."""
    source = one_of(payment, credit_note)
    with open_session(tenant, data_dir, database_url) as session:
        invoice_id = session.invoice_id(invoice)
        command = (
            RemovePayment(payment_id=source, invoice_id=invoice_id)
            if payment
            else RemoveCreditNote(note_id=source, invoice_id=invoice_id)
        )
        carry_out(session, command, preview=preview, as_json=as_json)


def one_of(payment: str | None, credit_note: str | None) -> str:
    """Return the id that is given. Raises typer.BadParameter unless there is exactly one."""
    if (payment is None) == (credit_note is None):
        raise typer.BadParameter("Give either --payment or --credit-note.")
    return payment or credit_note or ""
