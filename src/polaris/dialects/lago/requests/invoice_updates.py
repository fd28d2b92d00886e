"""Updates of an invoice's payment status and metadata, and retries of its payment."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from msgspec import UNSET
from pydantic import BaseModel

from polaris.api import metadata
from polaris.core.balances.projections import payment_status
from polaris.core.commands import AnnotateInvoice, CollectInvoice
from polaris.core.commands.values import MetadataChange
from polaris.core.facts.invoice import Invoice, PaymentStatus, Status
from polaris.dialects.lago.errors import INVALID, LONG, MANDATORY, TAKEN, invalid, not_allowed
from polaris.dialects.lago.requests.call import Call, Text, empty_reply, may
from polaris.dialects.lago.requests.invoices import perform_and_answer
from polaris.dialects.lago.responses.formats import metadata as shown_metadata
from polaris.dialects.lago.responses.formats import stamp
from polaris.dialects.lago.rules.settings import NAME
from polaris.engine import now
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"])

Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]

LIMITS = metadata.Limits(most=5, longest_key=20, longest_value=140)
CODES = {"missing": MANDATORY, "long": LONG, "repeated": TAKEN}
"""The code of each fault of an entry; the number of entries is checked before."""


class Metadata(BaseModel):
    """One metadata entry; an entry without an id is new."""

    id: Text | None = None
    key: Text | None = None
    value: Text | None = None


class Update(BaseModel):
    """The changes of an invoice; the metadata replace the existing ones."""

    payment_status: Text | None = None
    metadata: list[Metadata] | None = None


class UpdateBody(BaseModel):
    """The changes of an invoice under their root key."""

    invoice: Update


@router.put("/invoices/{invoice_id}")
async def update(call: Writes, invoice_id: str, body: UpdateBody) -> Response:
    """Set an invoice's payment status, or replace its metadata."""
    row = (await call.invoice(invoice_id)).invoice(invoice_id)
    if not await call.done_before(AnnotateInvoice):
        check(row, body.invoice)
    asked = body.invoice.metadata
    after = None if asked is None else changed(row, asked, call.new_id)
    command = AnnotateInvoice(
        invoice_id=invoice_id,
        payment_status=body.invoice.payment_status,
        metadata=UNSET if after is None else MetadataChange(replace=True, pairs=pairs_of(after)),
        details={} if after is None else {NAME: {"metadata": extras_of(after)}},
    )
    return await perform_and_answer(call, command, invoice_id)


def check(row: Invoice, asked: Update) -> None:
    """Check the changes, in Lago's order. Raises LagoError."""
    draft = row.status is Status.DRAFT
    if row.status is Status.VOIDED:
        raise not_allowed("update_on_voided_invoice")
    if draft and asked.metadata is not None:
        raise not_allowed("metadata_on_draft_invoice")
    if asked.payment_status not in (None, *PaymentStatus):
        raise invalid(payment_status=[INVALID])
    if len(asked.metadata or ()) > LIMITS.most:
        raise invalid(metadata=["invalid_count"])
    if draft and asked.payment_status is not None:
        raise not_allowed("payment_status_update_on_draft_invoice")


def changed(row: Invoice, asked: list[Metadata], new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """Return the new list of metadata; an entry with a known id updates it. Raises LagoError.

    A field of a known entry that is not given stays.
    """

    def entry(before: Mapping[str, Any] | None, given: Metadata) -> dict[str, Any]:
        old = before or {"lago_id": new_id(), "created_at": stamp(now())}
        key = old.get("key") if given.key is None else given.key
        value = old.get("value") if given.value is None else given.value
        return {**old, "key": key, "value": value}

    after = metadata.merge_entries(
        shown_metadata(row, row.id, row.created_at), asked, entry, "lago_id"
    )
    pairs = [(one["key"], one["value"]) for one in after]
    for fault in metadata.find_faults(pairs, LIMITS):
        raise invalid(**{fault.field: [CODES[fault.kind]]})
    return after


def pairs_of(after: list[dict[str, Any]]) -> dict[str, str | None]:
    """Return the metadata as values by key."""
    return {pair["key"]: pair["value"] for pair in after}


def extras_of(after: list[dict[str, Any]]) -> dict[str, object]:
    """Return the fields that only this dialect stores for each entry, by key."""
    return {
        pair["key"]: {"lago_id": pair["lago_id"], "created_at": pair["created_at"]}
        for pair in after
    }


# ---------------------------------------------------------------- retries of the payment


@router.post("/invoices/{invoice_id}/retry")
async def retry(call: Writes, invoice_id: str) -> Response:
    """Refused for every invoice: creating an invoice never fails halfway."""
    (await call.invoice(invoice_id)).invoice(invoice_id)
    raise not_allowed("invalid_status")


@router.post("/invoices/{invoice_id}/retry_payment")
async def retry_payment(call: Writes, invoice_id: str) -> Response:
    """Try again to collect the amount due. The requested payment method is ignored."""
    row = (await call.invoice(invoice_id)).invoice(invoice_id)
    collectable = row.status is Status.FINALIZED and payment_status(row) != "succeeded"
    if not collectable and not await call.done_before(CollectInvoice):
        raise not_allowed("invalid_status")
    await call.perform(CollectInvoice(invoice_id=invoice_id))
    return empty_reply()


@router.post("/invoices/{invoice_id}/payment_url")
async def payment_url(call: Writes, invoice_id: str) -> Response:
    """Refused for every invoice: no customer is linked to a payment provider yet."""
    (await call.invoice(invoice_id)).invoice(invoice_id)
    raise invalid(base=["no_linked_payment_provider"])
