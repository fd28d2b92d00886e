"""Import of the Online Retail file: documents become invoices, cancellations take them back.

The file is streamed twice. In the first pass every plain document becomes a finalized invoice of
its customer. In the second pass the cancellations, by time, void an invoice, credit an invoice, or
give the customer a standalone credit note. The database decides which, for a set of documents at
a time. A row that no document can use is stored with the reason.

Ids are derived from the document's number, and the result of a document is recorded last. So after
a kill the import sends the same requests again and gets the recorded outcomes, and a repeated
import changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from polaris.core.facts.event import Event, EventKind
from polaris.core.fold import Outcome, Request
from polaris.engine import Engine, now
from polaris.imports import asking
from polaris.imports.documents import (
    Document,
    documents,
    in_time_order,
    is_cancellation,
    why_not_credited,
)
from polaris.imports.matching import matches
from polaris.imports.progress import Progress, Silent
from polaris.imports.reading import RejectedRow, Source, SourceRow, fingerprint, opened
from polaris.imports.reasons import Reason
from polaris.imports.register import KeptDocument, Known, Register, Totals
from polaris.imports.report import Report, report
from polaris.store.read.tenants import tenant
from polaris.store.server.database import Database

SET_DOCUMENTS = 300
SET_ROWS = 4_000
FIRST_ANALYZE = 1_000

Rows = Iterator[SourceRow | RejectedRow]
Fresh = dict[str, Document]
"""Documents that are not imported yet, by id."""


def run(
    engine: Engine,
    database: Database,
    tenant_id: str,
    file: Path,
    progress: Progress | None = None,
) -> Report:
    """Import a .csv, .csv.gz or .csv.xz file into a tenant's books. Return the report.

    Raises FileUnusable, OSError, UnknownTenant and psycopg.Error. It can be run again after each.
    """
    started = time.monotonic()
    progress = progress or Silent()
    with closing(database.connect()) as connection:
        connection.autocommit = True
        tenant_id = tenant(connection, tenant_id).id
        progress.begin("opening")
        run_id = asking.id_of(tenant_id, "file", fingerprint(file))
        register = Register(connection, tenant_id, run_id)
        register.begin(asking.SOURCE, file.name, now())
        importing = Importing(engine, register, progress)
        importing.bring_in_invoices(file)
        importing.bring_in_cancellations(file)
        register.finish(importing.totals, now())
        return report(register, time.monotonic() - started)


class Importing:
    """One running import."""

    def __init__(self, engine: Engine, register: Register, progress: Progress) -> None:
        self.engine = engine
        self.register = register
        self.progress = progress
        self.tenant_id = register.tenant_id
        self.totals = Totals()
        self._told_rows = 0
        self._recorded = 0
        self._analyze_at = FIRST_ANALYZE

    def bring_in_invoices(self, file: Path) -> None:
        """First pass: import all documents except cancellations."""
        self.progress.begin("invoices")
        with opened(file) as source:
            rows = self._counted(source.rows(lambda number: not is_cancellation(number)))
            for found in sets(documents(rows)):
                self._bring_in(found, self._invoices)
                self._analyze_in_time()
                self._tell(found, source)
        self.register.analyze()

    def bring_in_cancellations(self, file: Path) -> None:
        """Second pass: import the cancellations."""
        self.progress.begin("cancellations")
        with opened(file) as source:
            rows = self._counted(source.rows(is_cancellation))
            for found in sets(in_time_order(documents(rows)), once_per_customer=True):
                self._bring_in(found, self._cancellations)
                self._tell(found, source)

    def _counted(self, rows: Rows) -> Rows:
        for row in rows:
            self.totals.rows += 1
            if isinstance(row, SourceRow):
                self.totals.amount_minor += row.exact_minor
            yield row

    def _bring_in(self, found: list[Document], ask: Callable[[Fresh], list[Request]]) -> None:
        fresh = self._fresh(found)
        outcomes = self.engine.perform(self.tenant_id, ask(fresh))
        became = [self._became(fresh.get(outcome.request_id), outcome) for outcome in outcomes]
        kept = [document for document in became if document]
        self.register.reject([row for document in found for row in document.rejected])
        self.register.keep(kept)
        self._recorded += len(kept)

    def _fresh(self, found: list[Document]) -> Fresh:
        """Return the documents to import. Reject those whose number is already imported."""
        known = self.register.known(asking.document_id(self.tenant_id, one) for one in found)
        fresh: Fresh = {}
        for document in found:
            document_id = asking.document_id(self.tenant_id, document)
            if known.get(document_id) == Known(self.register.run_id, document.row_number):
                continue
            if document_id in known or document_id in fresh:
                document.reject(lambda row: Reason.IMPORTED_BEFORE)
            if document.rows:
                fresh[document_id] = document
        return fresh

    def _invoices(self, fresh: Fresh) -> list[Request]:
        customers, requests = self._customers(fresh)
        return requests + [
            asking.request_for(
                document_id,
                asking.record(self.tenant_id, document, customers[asking.external_id(document)]),
                now(),
            )
            for document_id, document in fresh.items()
        ]

    def _cancellations(self, fresh: Fresh) -> list[Request]:
        customers, requests = self._customers(fresh)
        known = {one: document for one, document in fresh.items() if document.customer}
        matched = matches(
            self.register.connection, self.tenant_id, asking.CURRENCY, customers, known
        )
        return requests + [
            asking.request_for(
                document_id,
                asking.take_back(
                    self.tenant_id,
                    document,
                    customers[asking.external_id(document)],
                    matched.get(document_id),
                ),
                now(),
            )
            for document_id, document in fresh.items()
        ]

    def _customers(self, fresh: Fresh) -> tuple[dict[str, str], list[Request]]:
        """Return customer ids by external id, and the requests that create the new customers."""
        first = {asking.external_id(one): one for one in reversed(fresh.values())}
        ids = self.register.customers(first)
        new = [asking.save_customer(self.tenant_id, first[name]) for name in first.keys() - ids]
        ids |= {customer.external_id or "": customer.customer_id for customer in new}
        return ids, [asking.request_for(customer.customer_id, customer, now()) for customer in new]

    def _became(self, document: Document | None, outcome: Outcome) -> KeptDocument | None:
        """Return what a document became, or None. Rejects the rows of a refused document."""
        if outcome.fault:
            raise outcome.fault
        if document is None:  # a customer
            return None
        event = next((one for one in outcome.events if one.kind in _BECAME), None)
        voided = event is not None and event.kind is EventKind.INVOICE_VOIDED
        if is_cancellation(document.number) and not voided:
            # A void also takes back goods that were free; a credit note has no lines for them.
            document.reject(why_not_credited)
        if event is None:
            code = outcome.refusals[0].code
            document.reject(lambda row: f"refused_{code}")
            return None
        return KeptDocument(
            id=outcome.request_id,
            number=document.number,
            row_number=document.row_number,
            rows=len(document.rows),
            amount_minor=abs(sum((row.exact_minor for row in document.rows), Decimal(0))),
            became=became(event),
            object_id=event.subject_id,
        )

    def _analyze_in_time(self) -> None:
        if self._recorded >= self._analyze_at:
            self.register.analyze()
            self._analyze_at *= 4

    def _tell(self, found: list[Document], source: Source) -> None:
        self.progress.advance(self.totals.rows - self._told_rows, len(found), source.share)
        self._told_rows = self.totals.rows


_BECAME = {
    EventKind.INVOICE_RECORDED: "invoice",
    EventKind.INVOICE_VOIDED: "void",
    EventKind.CREDIT_NOTE_ISSUED: "credit_note",
}


def became(event: Event) -> str:
    """Return what the document of this event became."""
    alone = event.kind is EventKind.CREDIT_NOTE_ISSUED and event.invoice_id is None
    return "standalone_note" if alone else _BECAME[event.kind]


def sets(found: Iterable[Document], once_per_customer: bool = False) -> Iterator[list[Document]]:
    """Yield documents in sets; with `once_per_customer`, each known customer once per set."""
    together: list[Document] = []
    rows, customers = 0, set[str]()
    for document in found:
        again = once_per_customer and document.customer in customers
        if together and (again or len(together) == SET_DOCUMENTS or rows >= SET_ROWS):
            yield together
            together, rows, customers = [], 0, set()
        together.append(document)
        rows += len(document.rows)
        customers |= {document.customer} - {""}
    if together:
        yield together
