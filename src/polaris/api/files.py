"""The kinds of files that a link can lead to, the same for every dialect."""

from polaris.api.file_links import FileKind, FileKinds
from polaris.core.facts.credit_note import CreditNote
from polaris.core.scope import Scope
from polaris.documents import compose

FILES: FileKinds = {
    "invoice": FileKind(
        lambda invoice_id: Scope(invoices={invoice_id}, booked=False),
        compose.issued_invoice,
    ),
    "credit_note": FileKind(
        lambda note_id: Scope(notes={note_id}, booked=False),
        lambda view, note_id: compose.note(view, view.the(CreditNote, note_id, "note_id")),
    ),
}
"""Each kind of file by its name in a link."""
