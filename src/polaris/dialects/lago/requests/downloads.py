"""PDFs: a link for whoever has a key, and the file for whoever has the link."""

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable
from typing import Annotated, NamedTuple, NoReturn

from fastapi import APIRouter, Depends, Request, Response

from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import not_found
from polaris.dialects.lago.requests.call import Call, answered, may, named
from polaris.dialects.lago.responses import credit_notes, files, invoices
from polaris.documents import pdf
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.serving.async_engine import AsyncEngine

router = APIRouter()

WritesInvoices = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]
WritesNotes = Annotated[Call, Depends(may(KeyScope.WRITE, "credit_note"))]

KEY = "files"
"""The kind of a tenant's key that its links are signed with."""
LINK_SECONDS = 24 * 60 * 60

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOKEN = re.compile(
    rf"(?P<kind>invoice|credit_note)\.(?P<tenant_id>{_ID})\.(?P<row_id>{_ID})"
    r"\.(?P<until>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})"
)
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")


# ---------------------------------------------------------------- links


class Link(NamedTuple):
    """What a link leads to, and until when: seconds since 1970."""

    kind: str
    tenant_id: str
    row_id: str
    until: int

    def token(self, key: str) -> str:
        """The link as text, signed."""
        return f"{self._said}.{self._signature(key)}"

    def signed(self, signature: str, key: str) -> bool:
        """Whether whoever holds the key signed exactly this."""
        return hmac.compare_digest(signature, self._signature(key))

    @property
    def _said(self) -> str:
        return ".".join(map(str, self))

    def _signature(self, key: str) -> str:
        return hmac.digest(key.encode(), self._said.encode(), "sha256").hex()


async def link(call: Call, request: Request, kind: str, row_id: str) -> str:
    """Where the file is found for a day, by anybody who is told."""
    key = await call.desk.signing_key(call.tenant_id, KEY, secrets.token_hex)
    token = Link(kind, call.tenant_id, row_id, int(time.time()) + LINK_SECONDS).token(key)
    return str(request.url_for("file", token=token))


async def opened(desk: AsyncEngine, token: str) -> Link:
    """What a token leads to. Raises LagoError: forged, expired, or no token at all."""
    read = _TOKEN.fullmatch(token)
    if read is None:
        raise not_found("file")
    asked = Link(read["kind"], read["tenant_id"], read["row_id"], int(read["until"]))
    key = await desk.signing_key(asked.tenant_id, KEY, _no_key)
    if not asked.signed(read["signature"], key) or asked.until <= time.time():
        raise not_found("file")
    return asked


def _no_key() -> NoReturn:
    """A tenant without a key has signed nothing, and strangers make it none."""
    raise not_found("file")


# ---------------------------------------------------------------- routes


@router.post("/invoices/{invoice_id}/download", tags=["invoices"])
@router.post("/invoices/{invoice_id}/download_pdf", tags=["invoices"])
async def download_invoice(call: WritesInvoices, request: Request, invoice_id: str) -> Response:
    """The invoice with a link to its PDF, good for a day; a voided one is marked as void."""
    view = await call.invoice(invoice_id)
    row = issued(view, invoice_id)
    url = await link(call, request, "invoice", invoice_id)
    return answered("invoice", {**invoices.base(view, row), "file_url": url})


@router.post("/credit_notes/{note_id}/download", tags=["credit notes"])
@router.post("/credit_notes/{note_id}/download_pdf", tags=["credit notes"])
async def download_credit_note(call: WritesNotes, request: Request, note_id: str) -> Response:
    """The credit note with a link to its PDF, good for a day; a voided one is marked as void."""
    view = await call.view(note_scope(note_id))
    row = view.the(CreditNote, note_id, "note_id")
    url = await link(call, request, "credit_note", note_id)
    return answered("credit_note", {**credit_notes.credit_note(view, row), "file_url": url})


@router.get("/files/{token}", tags=["files"], name="file")
async def file(request: Request, token: str) -> Response:
    """The PDF that a link leads to, as it is today. Needs no key: the link is signed."""
    desk: AsyncEngine = request.app.state.desk
    asked = await opened(desk, token)
    scope, document_of = FILES[asked.kind]
    facts = await desk.facts(asked.tenant_id, scope(asked.row_id))
    paper = document_of(View(facts, now()), asked.row_id)
    content = await asyncio.to_thread(pdf, paper.document, paper.at)
    name = _NO_NAME.sub("-", paper.document.number or asked.kind)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-cache",  # it may be void tomorrow
            "X-Content-Type-Options": "nosniff",
        },
    )


def issued(view: View, invoice_id: str) -> Invoice:
    """An invoice that has gone out. Raises LagoError: a draft is on no paper."""
    row = view.invoice(invoice_id)
    if row.status not in (Status.FINALIZED, Status.VOIDED):
        raise not_found("invoice")
    return row


def invoice_scope(invoice_id: str) -> Scope:
    """What an invoice's paper says."""
    return Scope(invoices=named(invoice_id, "invoice"), booked=False)


def note_scope(note_id: str) -> Scope:
    """What a credit note's paper says."""
    return Scope(notes=named(note_id, "credit_note"), booked=False)


FILES: dict[str, tuple[Callable[[str], Scope], Callable[[View, str], files.Paper]]] = {
    "invoice": (invoice_scope, lambda view, one: files.invoice(view, issued(view, one))),
    "credit_note": (note_scope, lambda view, one: files.note(view, view.the(CreditNote, one))),
}
"""What to read for each kind of file, and what stands on it."""
