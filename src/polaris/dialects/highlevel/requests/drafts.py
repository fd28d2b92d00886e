"""Drafts: created with their contact, and changed."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from polaris.core.commands import Command, DraftInvoice, EditDraft, SaveCustomer
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.dialects.highlevel.errors import invalid
from polaris.dialects.highlevel.requests.bodies import (
    BusinessDetails,
    ContactDetails,
    NewInvoice,
    SentTo,
    UpdatedInvoice,
    Written,
)
from polaris.dialects.highlevel.requests.call import Call, check_live, may, reply
from polaris.dialects.highlevel.requests.coercion import ExactRoute, text_change
from polaris.dialects.highlevel.requests.contacts import (
    changes_nothing,
    contact_kept,
    find_customer,
    save_command,
)
from polaris.dialects.highlevel.requests.items import Billed, billed
from polaris.dialects.highlevel.responses.invoices import invoice as shown
from polaris.dialects.highlevel.rules.settings import NAME
from polaris.engine import now
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"], route_class=ExactRoute)

Writes = Annotated[Call, Depends(may(KeyScope.WRITE))]


@router.post("/")
async def create(call: Writes, body: NewInvoice) -> Response:
    """Create a draft. An unknown contact becomes a new customer."""
    await check(call, body)
    known = await find_customer(call, body.contactDetails.id)
    save = save_command(known, body.contactDetails, call.new_id())
    lines = billed(body.items, body.discount, body.currency, "items", call.new_id)
    draft = draft_command(body, lines, save.customer_id, call.new_id())
    if not await call.done_before(DraftInvoice):
        await call.preview_all([save, draft])
    saved = await save_customer(call, known, save)
    command = draft_command(body, lines, saved, draft.invoice_id)
    return await perform_and_answer(call, command, draft.invoice_id)


async def check(call: Call, body: NewInvoice | UpdatedInvoice) -> None:
    """Check what can be checked without the invoice. Raises HighLevelError."""
    call.check_body(body)
    check_live(await call.tenant(), body.liveMode)
    check_supported(body)


def check_supported(body: Written) -> None:
    """Check that the body wants nothing that Polaris does not have. Raises HighLevelError 422."""
    tips, fees = body.tipsConfiguration, body.lateFeesConfiguration
    charges = body.miscellaneousCharges
    asked = {
        "automaticTaxesEnabled": bool(body.automaticTaxesEnabled),
        "paymentSchedule": bool(body.paymentSchedule),
        "tipsConfiguration": tips is not None and tips.on,
        "lateFeesConfiguration": fees is not None and fees.on,
        "miscellaneousCharges": any(charges.values()) if isinstance(charges, dict) else charges,
        "attachments": bool(body.attachments),
    }
    if wrong := [name for name, wanted in asked.items() if wanted]:
        raise invalid(*(f"{name} is not supported: leave it out, or off" for name in wrong))


def term_days(issued: date, due: date | None) -> int:
    """Return the days from the issue to the due date. Raises HighLevelError 422."""
    days = ((due or issued) - issued).days
    if days < 0:
        raise invalid("dueDate must not be before issueDate")
    return days


def draft_command(
    body: NewInvoice, lines: Billed, customer_id: str, invoice_id: str
) -> DraftInvoice:
    """Return the command that creates the draft. Raises HighLevelError 422."""
    return DraftInvoice(
        invoice_id=invoice_id,
        customer_id=customer_id,
        currency=body.currency,
        lines=lines.lines,
        issue_date=body.issueDate,
        payment_term_days=None if body.dueDate is None else term_days(body.issueDate, body.dueDate),
        external_number=body.invoiceNumber or None,
        memo=body.termsNotes or None,
        details={
            NAME: {
                **own_fields(body, body.businessDetails, body.sentTo),
                **contact_kept(body.contactDetails),
                **lines.kept,
            }
        },
    )


def own_fields(
    body: Written, business: BusinessDetails | None, sent_to: SentTo | None
) -> dict[str, object]:
    """Return the fields of the invoice that only this dialect stores."""
    found: dict[str, object] = {"name": body.name}
    if body.title:
        found["title"] = body.title
    if business is not None:
        found["businessDetails"] = business_kept(business)
    if sent_to is not None:
        found["sentTo"] = sent_to.model_dump(exclude_none=True)
    return found


def business_kept(business: BusinessDetails) -> dict[str, object]:
    """Return the seller as the caller described it; an address in one text is a first line."""
    given = business.model_dump(exclude_none=True)
    if isinstance(business.address, str):
        given["address"] = {"addressLine1": business.address}
    return given


async def save_customer(call: Call, known: Customer | None, save: SaveCustomer) -> str:
    """Save the customer if anything changes. Return its id.

    A concurrent request may have just created it; then that customer is changed.
    """
    if changes_nothing(known, save):
        return save.customer_id
    return (await call.perform(save)).events[0].subject_id


async def perform_and_answer(call: Call, command: Command, invoice_id: str) -> Response:
    """Perform the command, and answer with the invoice as the command left it."""
    view = await call.perform_and_show(command)
    return reply(shown(view, view.the(Invoice, invoice_id)))


# ---------------------------------------------------------------- changes of a draft


@router.put("/{invoice_id}")
async def update(call: Writes, invoice_id: str, body: UpdatedInvoice) -> Response:
    """Replace the content of a draft. Its customer and its currency stay."""
    await check(call, body)
    row_id = await call.invoice_id(invoice_id)
    view = await call.invoice(row_id)
    row = view.invoice(row_id)
    if body.currency != row.currency:
        raise invalid(f"currency must be {row.currency}: it cannot change")
    lines = billed(body.invoiceItems, body.discount, row.currency, "invoiceItems", call.new_id)
    command = edit_command(body, lines, row_id)
    asked: list[Command] = [command]
    known = view.the(Customer, row.customer_id)
    save = await contact_change(call, known, body)
    if save is not None:
        asked.insert(0, save)
    if not await call.done_before(EditDraft):
        await call.preview_all(asked)
    if save is not None:
        await save_customer(call, known, save)
    return await perform_and_answer(call, command, row_id)


async def contact_change(
    call: Call, customer: Customer, body: UpdatedInvoice
) -> SaveCustomer | None:
    """Return the command that changes the contact's fields, or None if none are given.

    Raises HighLevelError 422 if the body names another contact.
    """
    contact: ContactDetails | None = body.contactDetails
    for name in {body.contactId, contact.id if contact else None} - {None, ""}:
        named = await find_customer(call, name or "")
        if named is None or named.id != customer.id:
            raise invalid("contactDetails.id must be that of the invoice: it cannot change")
    return save_command(customer, contact, customer.id) if contact else None


def edit_command(body: UpdatedInvoice, lines: Billed, invoice_id: str) -> EditDraft:
    """Return the command that changes the draft. Raises HighLevelError 422."""
    contact = contact_kept(body.contactDetails) if body.contactDetails else {}
    return EditDraft(
        invoice_id=invoice_id,
        lines=lines.lines,
        issue_date=body.issueDate,
        payment_term_days=term_days(body.issueDate, body.dueDate),
        external_number=text_change(body.invoiceNumber),
        memo=text_change(body.termsNotes),
        details={
            NAME: {
                **own_fields(body, body.businessDetails, body.sentTo),
                **contact,
                **lines.kept,
                "editedAt": now().isoformat(),
            }
        },
    )
