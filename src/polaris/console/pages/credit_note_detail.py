"""The page of one credit note, and its voiding."""

import asyncio
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.confirming import Proposal, confirm, objections, propose
from polaris.console.rendering import render
from polaris.core.balances.credit_note import TakenBack, taken_back
from polaris.core.commands import VoidCreditNote
from polaris.core.commands.text import ID
from polaris.core.facts.credit_note import CreditNote, NoteLine, NotePurpose, NoteTax
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.parties import Buyer
from polaris.core.facts.payment import Payment, Refund
from polaris.core.ledger.posting import Entry
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.operators.roles import Role
from polaris.services.credit_note_status import credit_note_status
from polaris.store.read.notes import NoteUse, note_uses

PATH = "/billing/credit-notes/{note}"


class NoteDetail(NamedTuple):
    """A credit note with everything that its page shows."""

    note: CreditNote
    ui_status: str
    buyer: Buyer
    customer: Customer
    invoice: Invoice | None
    lines: list[NoteLine]
    taxes: list[NoteTax]
    refunds: list[tuple[Refund, Payment | None]]
    entries: list[Entry]
    uses: list[NoteUse]
    back: TakenBack  # what a void would take back


async def note_detail(visit: Visit) -> NoteDetail:
    """Return the credit note that the path names. Raises HTTPException if there is none."""
    note_id = visit.request.path_params["note"]
    if not ID.fullmatch(note_id):
        raise HTTPException(404)
    view, uses = await asyncio.gather(
        visit.caller.view(Scope(notes={note_id})), visit.caller.read(note_uses, note_id)
    )
    note = view.get(CreditNote, note_id)
    if note is None:
        raise HTTPException(404)
    return NoteDetail(
        note=note,
        ui_status=credit_note_status(note.status, note.balance_minor),
        buyer=view.parties(note).buyer,
        customer=view.the(Customer, note.customer_id),
        invoice=view.get(Invoice, note.invoice_id),
        lines=sorted(view.of(NoteLine, "note_id", note_id), key=lambda line: line.position),
        taxes=sorted(view.of(NoteTax, "note_id", note_id), key=lambda tax: tax.name),
        refunds=_refunds(view, note),
        entries=_entries(view, note),
        uses=uses,
        back=taken_back(view.decision, note),
    )


def _refunds(view: View, note: CreditNote) -> list[tuple[Refund, Payment | None]]:
    """Return the refunds of the note with the payments that they come out of, oldest first."""
    own = sorted(view.of(Refund, "note_id", note.id), key=lambda refund: refund.requested_at)
    return [(refund, view.get(Payment, refund.payment_id)) for refund in own]


def _entries(view: View, note: CreditNote) -> list[Entry]:
    """Return the entries that the note or one of its refunds caused, oldest first.

    What a void books, it books for the invoice; so its note shows all entries of the void.
    """
    causes = {note.id, *(refund.id for refund in view.of(Refund, "note_id", note.id))}
    of_void = note.invoice_id if note.purpose is NotePurpose.VOID else None
    found = [
        entry
        for entry in view.decision.every(Entry)
        if any(posting.source_id in causes for posting in entry.postings)
        or (of_void and (entry.invoice_id, entry.written_at) == (of_void, note.issued_at))
    ]
    return sorted(found, key=lambda entry: (entry.accounting_date, entry.written_at, entry.id))


async def note_page(visit: Visit) -> Response:
    """Show the credit note, and whether it can be voided."""
    detail = await note_detail(visit)
    proposal = await propose(visit, VoidCreditNote(note_id=detail.note.id))
    return render(visit, "credit_note.html", detail=detail, refused=list(proposal.refusals))


async def void_proposed(visit: Visit) -> Response:
    """Show what voiding the note would do."""
    detail = await note_detail(visit)
    return await _form(visit, detail, await propose(visit, VoidCreditNote(note_id=detail.note.id)))


async def voided(visit: Visit) -> Response:
    """Void the credit note, and show it again."""
    detail = await note_detail(visit)
    command = VoidCreditNote(note_id=detail.note.id)
    try:
        await confirm(visit, command)
    except CommandRefused as refused:
        return await _form(visit, detail, await propose(visit, command), refused.refusals)
    target = f"/billing/credit-notes/{detail.note.id}"
    if visit.by_script:
        return Response(status_code=204, headers={"hx-redirect": target})
    return RedirectResponse(target, 303)


async def _form(
    visit: Visit, detail: NoteDetail, proposal: Proposal, refused: tuple[Refusal, ...] = ()
) -> Response:
    against = await objections(visit, detail.note, proposal, refused)
    return render(
        visit,
        "credit_note_void.html",
        block="form",
        status=against.status,
        detail=detail,
        proposal=proposal,
        objections=against,
    )


ROUTES = [
    page(PATH, note_page),
    page(f"{PATH}/void", void_proposed, Role.OPERATOR),
    action(f"{PATH}/void", voided),
]
