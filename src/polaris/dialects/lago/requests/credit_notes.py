"""Routes of one credit note: estimate, create, show, update, void; and its metadata."""

from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Response
from msgspec import UNSET
from pydantic import BaseModel, BeforeValidator

from polaris.api.coercion import Closed, Fields, MaybeWhole, Whole
from polaris.api.metadata import KeptWith, Metadata, add_routes
from polaris.core.balances.credit_amounts import Credited, credited
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands import AnnotateCreditNote, Command, IssueCreditNote, VoidCreditNote
from polaris.core.commands.values import CreditedLine, MetadataChange
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, Line
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import INVALID, invalid, not_allowed, not_found
from polaris.dialects.lago.requests.call import Call, Text, check_fields, id_set, may, reply
from polaris.dialects.lago.requests.metadata import answer, missing
from polaris.dialects.lago.responses import credit_notes as shown
from polaris.dialects.lago.rules.amounts import Computed, computed, in_order, line_left
from polaris.dialects.lago.rules.notes import (
    Asked,
    Parts,
    fitted,
    item_objection,
    not_creditable,
    objections,
)
from polaris.keys import KeyScope

router = APIRouter(tags=["credit notes"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "credit_note"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "credit_note"))]


def array(value: Any) -> Any:
    """Return the value if it is a list, else None."""
    return value if isinstance(value, list) else None


class ItemInput(Closed):
    """The amount to credit of a fee, before coupons and taxes."""

    fee_id: Text | None = None
    amount_cents: Whole


class EstimateInput(BaseModel):
    """The invoice and the fees to credit."""

    invoice_id: Text | None = None
    items: Annotated[list[ItemInput] | None, BeforeValidator(array)] = None


class CreateInput(EstimateInput, Closed):
    """A new credit note, and how its total is given back."""

    reason: Text | None = None
    description: Text | None = None
    credit_amount_cents: MaybeWhole = None
    refund_amount_cents: MaybeWhole = None
    offset_amount_cents: MaybeWhole = None
    metadata: Metadata | None = None

    @property
    def parts(self) -> Parts:
        """How the total is given back."""
        credit, refund = self.credit_amount_cents or 0, self.refund_amount_cents or 0
        return Parts(credit, refund, self.offset_amount_cents or 0)


class UpdateInput(BaseModel):
    """The changes of a credit note; metadata are added to the existing ones."""

    refund_status: Text | None = None
    metadata: Metadata | None = None


class EstimateBody(BaseModel):
    """A credit note to estimate, under its root key."""

    credit_note: EstimateInput


class CreateBody(Closed):
    """A new credit note under its root key."""

    credit_note: CreateInput


class UpdateBody(BaseModel):
    """The changes of a credit note under their root key."""

    credit_note: UpdateInput


# ---------------------------------------------------------------- creating


@router.post("/credit_notes")
async def create(call: Writes, body: CreateBody) -> Response:
    """Credit fees of an invoice: as credit, as a refund, or as an offset of the amount due."""
    asked = body.credit_note
    note_id = call.new_id()
    if await call.done_before(IssueCreditNote):
        again = IssueCreditNote(note_id=note_id, invoice_id=asked.invoice_id or "", lines=())
        return await perform_and_answer(call, again, note_id)  # the engine answers as before
    view, invoice = await invoice_to_credit(call, asked, asked.parts)
    wanted = wanted_of(view.balance(invoice), asked)
    check(wanted, asked)
    parts = fitted(wanted.asked(asked.parts))
    command = IssueCreditNote(
        note_id=note_id,
        invoice_id=invoice.id,
        lines=wanted.lines,
        offset_minor=parts.offset,
        credit_minor=parts.credit,
        refund_minor=parts.refund,
        reason=asked.reason or "other",
        description=asked.description,
        metadata=asked.metadata,
    )
    return await perform_and_answer(call, command, note_id)


async def perform_and_answer(call: Call, command: Command, note_id: str) -> Response:
    """Perform the command, and answer with the credit note as the command left it."""
    view = await call.perform_and_show(command)
    return reply("credit_note", shown.credit_note(view, find_note(view, note_id)))


@router.post("/credit_notes/estimate")
async def estimate(call: Writes, body: EstimateBody) -> Response:
    """Estimate the amounts of a credit note over these items; nothing is stored."""
    asked = body.credit_note
    view, invoice = await invoice_to_credit(call, asked, Parts(0, 0, 0))
    wanted = wanted_of(view.balance(invoice), asked)
    found = shown.Estimate(invoice, wanted.items, wanted.sums, wanted.exact)
    return reply("estimated_credit_note", shown.estimate(view, found))


async def invoice_to_credit(call: Call, asked: EstimateInput, parts: Parts) -> tuple[View, Invoice]:
    """Load the invoice, with the wallets whose credits it sold. Raises LagoError."""
    invoice_id = asked.invoice_id or ""
    view = await call.invoice(invoice_id)
    wallets = {line.wallet_id for line in view.of(Line, "invoice_id", invoice_id) if line.wallet_id}
    if wallets:
        view = await call.view(Scope(invoices={invoice_id}, wallets=wallets, booked=False))
    invoice = view.invoice(invoice_id)
    if not_creditable(view.balance(invoice), parts):
        raise not_allowed("invalid_type_or_status")
    return view, invoice


class Wanted(NamedTuple):
    """The amounts to credit of each fee, and the sums of them: Polaris's, and Lago's."""

    balance: InvoiceBalance
    items: list[tuple[str, int]]
    lines: tuple[CreditedLine, ...]
    sums: Credited
    exact: Computed

    def asked(self, parts: Parts) -> Asked:
        """Return the requested note with these parts, to be checked."""
        return Asked(self.balance, parts, (self.sums.total, self.exact.total))


def wanted_of(balance: InvoiceBalance, asked: EstimateInput) -> Wanted:
    """Return the requested amounts line by line. Raises LagoError for the first invalid item."""
    if asked.items is None:
        raise invalid(items=["must_be_an_array"])
    items = list(checked_items(balance, asked.items))
    gross: dict[str, int] = {}
    for fee_id, amount in items:
        gross[fee_id] = gross.get(fee_id, 0) + amount
    lines = tuple(
        CreditedLine(line_id=line_id, amount_minor=amount)
        for line_id, amount in gross.items()
        if amount
    )
    exact = computed(balance, gross, in_order(balance.notes))
    return Wanted(balance, items, lines, credited(balance, lines), exact)


def checked_items(balance: InvoiceBalance, asked: Iterable[ItemInput]) -> Iterable[tuple[str, int]]:
    """Yield the fee id and amount of each item. Raises LagoError for an invalid one."""
    left = line_left(balance)
    for one in asked:
        fee_id, amount = one.fee_id or "", one.amount_cents
        if fee_id not in left:
            raise not_found("fee")
        wrong = item_objection(balance, left, fee_id, amount)
        if wrong:
            raise invalid(amount_cents=[wrong])
        left[fee_id] -= amount
        yield fee_id, amount


def check(wanted: Wanted, asked: CreateInput) -> None:
    """Check the note as a whole. Raises LagoError with every objection."""
    found = objections(wanted.asked(asked.parts))
    if asked.reason is not None and asked.reason not in shown.REASONS:
        found.append(("reason", INVALID))
    details: dict[str, list[str]] = {}
    for field, code in found:
        details.setdefault(field, []).append(code)
    if details:
        raise invalid(**details)


# ---------------------------------------------------------------- existing notes


@router.get("/credit_notes/{note_id}")
async def show(call: Reads, note_id: str) -> Response:
    """Show a credit note with its items and taxes."""
    return await answer_note(call, note_id)


async def answer_note(call: Call, note_id: str) -> Response:
    """Answer with the credit note as it is now."""
    view = await note_view(call, note_id)
    return reply("credit_note", shown.credit_note(view, find_note(view, note_id)))


async def note_view(call: Call, note_id: str) -> View:
    """Load the note with this id, if there is one. Raises LagoError if the id is malformed."""
    return await call.view(Scope(notes=id_set(note_id, "credit_note"), booked=False))


def find_note(view: View, note_id: str) -> CreditNote:
    """Return the credit note. Raises NotFound."""
    return view.the(CreditNote, note_id, "note_id")


@router.put("/credit_notes/{note_id}")
async def update(call: Writes, note_id: str, body: UpdateBody) -> Response:
    """Set the status of a note's refund, or add metadata."""
    asked = body.credit_note
    find_note(await note_view(call, note_id), note_id)
    if asked.refund_status is not None and asked.refund_status not in shown.REFUND_STATUSES:
        raise invalid(refund_status=[INVALID])
    added = asked.metadata
    if asked.refund_status is None and added is None:
        return await answer_note(call, note_id)
    command = AnnotateCreditNote(
        note_id=note_id,
        refund_status=shown.REFUND_STATUSES.get(asked.refund_status or ""),
        metadata=UNSET if added is None else MetadataChange(pairs=added),
    )
    return await perform_and_answer(call, command, note_id)


@router.put("/credit_notes/{note_id}/void")
async def void(call: Writes, note_id: str, body: Fields | None = None) -> Response:
    """Void what is left of a note: its balance and its offset."""
    id_set(note_id, "credit_note")
    command = VoidCreditNote(note_id=note_id)
    await check_fields(call, command, body)
    return await perform_and_answer(call, command, note_id)


# ---------------------------------------------------------------- metadata


async def load_note(call: Call, note_id: str) -> CreditNote:
    """Load the credit note. Raises LagoError, NotFound."""
    return find_note(await note_view(call, note_id), note_id)


def metadata_command(note_id: str, change: MetadataChange) -> AnnotateCreditNote:
    """Return the command that changes a note's metadata."""
    return AnnotateCreditNote(note_id=note_id, metadata=change)


add_routes(
    router,
    KeptWith(
        path="/credit_notes/{note_id}",
        parameter="note_id",
        name="a note",
        caller=may(KeyScope.WRITE, "credit_note"),
        find=load_note,
        save=metadata_command,
        answer=answer,
        missing=missing,
    ),
)
