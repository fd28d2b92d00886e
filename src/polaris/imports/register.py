"""What the database remembers of an import: the run, its documents, its rejected rows."""

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
    """What the file itself sums to: every row that can be read, rejected or not."""

    rows: int = 0
    amount_minor: Decimal = Decimal(0)


class KeptDocument(NamedTuple):
    """What became of a document."""

    id: str
    number: str
    row_number: int
    rows: int
    amount_minor: Decimal  # of the rows used, not rounded
    became: str
    object_id: str


class Known(NamedTuple):
    """Where a document was imported from."""

    run_id: str
    row_number: int


class Register:
    """The memory of one run; every method is one statement, and repeating it changes nothing."""

    def __init__(self, connection: psycopg.Connection[Any], tenant_id: str, run_id: str) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.run_id = run_id

    def ask(self, block: str, **values: object) -> list[Any]:
        """The rows that a statement answers."""
        cursor = _SQL[block].run(
            self.connection, {"t": self.tenant_id, "run": self.run_id, **values}
        )
        return cursor.fetchall() if cursor.description else []

    def begin(self, source: str, file: str, at: datetime) -> None:
        """The run has begun, unless it had before."""
        self.ask("import_begin", source=source, file=file, at=at)

    def finish(self, totals: Totals, at: datetime) -> None:
        """The file was read to its end."""
        self.ask("import_finish", totals=msgspec.json.encode(totals).decode(), at=at)

    def known(self, ids: Iterable[str]) -> dict[str, Known]:
        """Those of the documents that were imported before."""
        rows = self.ask("import_known", ids=list(ids))
        return {document_id: Known(*origin) for document_id, *origin in rows}

    def customers(self, names: Iterable[str]) -> dict[str, str]:
        """Ids of the customers that are there, by their external id."""
        return dict(self.ask("import_customers", names=list(names)))

    def keep(self, documents: Sequence[KeptDocument]) -> None:
        """This became of documents."""
        if documents:
            rows = [document._asdict() for document in documents]
            self.ask("import_keep", documents=msgspec.json.encode(rows).decode())

    def reject(self, rejected: Sequence[RejectedRow]) -> None:
        """These rows were not used."""
        if rejected:
            rows = [row._asdict() for row in rejected]
            self.ask("import_reject", rows=msgspec.json.encode(rows).decode())

    def analyze(self) -> None:
        """Look at the tables again: plans made when they were small are slow now."""
        self.ask("import_analyze")
