"""The record of an import in the database: the run, its documents and its rejected rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import psycopg

from polaris.imports.reading import RejectedRow
from polaris.store.sql import blocks, statement

_SQL = {name: statement(sql) for name, sql in blocks("imports.sql").items()}


class Totals(msgspec.Struct):
    """Totals of the file: all its rows, and the amount of the readable ones, used or rejected."""

    rows: int = 0
    amount_minor: Decimal = Decimal(0)


class KeptDocument(NamedTuple):
    """An imported document and the invoice or credit note that it became."""

    id: str
    number: str
    row_number: int
    rows: int
    amount_minor: Decimal  # of the rows used, not rounded
    became: str  # invoice, void, credit_note or standalone_note
    object_id: str


class Known(NamedTuple):
    """The run and row from which a document was imported."""

    run_id: str
    row_number: int


class Register:
    """The record of one import run. Each method runs one statement, and can be repeated safely."""

    def __init__(self, connection: psycopg.Connection[Any], tenant_id: str, run_id: str) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.run_id = run_id

    def ask(self, block: str, **values: object) -> list[Any]:
        """Run a statement, and return its rows."""
        cursor = _SQL[block].run(
            self.connection, {"t": self.tenant_id, "run": self.run_id, **values}
        )
        return cursor.fetchall() if cursor.description else []

    def begin(self, source: str, file: str, at: datetime) -> None:
        """Record that the run has begun, unless that is recorded already."""
        self.ask("import_begin", source=source, file=file, at=at)

    def finish(self, totals: Totals, at: datetime) -> None:
        """Record that the file was read to its end, with its totals."""
        self.ask("import_finish", totals=msgspec.json.encode(totals).decode(), at=at)

    def known(self, ids: Iterable[str]) -> dict[str, Known]:
        """Return the documents that were imported before, by id."""
        rows = self.ask("import_known", ids=list(ids))
        return {document_id: Known(*origin) for document_id, *origin in rows}

    def customers(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the customers that exist, by external id."""
        return dict(self.ask("import_customers", names=list(names)))

    def keep(self, documents: Sequence[KeptDocument]) -> None:
        """Record what the documents became."""
        if documents:
            rows = [document._asdict() for document in documents]
            self.ask("import_keep", documents=msgspec.json.encode(rows).decode())

    def reject(self, rejected: Sequence[RejectedRow]) -> None:
        """Record the rows that were not used."""
        if rejected:
            rows = [row._asdict() for row in rejected]
            self.ask("import_reject", rows=msgspec.json.encode(rows).decode())

    def analyze(self) -> None:
        """Update the planner's statistics: plans for small tables are slow on large ones."""
        self.ask("import_analyze")
