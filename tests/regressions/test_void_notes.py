"""A void that writes its credit note by a setting takes the note's number under the lock."""

from collections.abc import Iterator
from functools import partial

import pytest

from faults.world import at_once, check_proofs, customers, invoices, opened, tenant, voiding
from polaris.core.commands import VoidInvoice
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.tenant import Settings
from polaris.engine import Engine, request
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def test_voids_at_once_number_their_notes_without_a_gap(database: Database) -> None:
    """The commands do not say that they write a note, so the set loads again, with the series."""
    engine = Engine(database, connections=4)
    tenant_id = tenant(database, Settings(void_with_credit_note=True))
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 4), 4)

    jobs = [partial(engine.perform, tenant_id, [voiding(invoice_id)]) for invoice_id in ids]
    outcomes = at_once(jobs)
    assert all(isinstance(several, list) and several[0].done for several in outcomes), outcomes
    with database.connect() as connection:
        found = connection.execute(
            b"select number, total_minor from credit_note where tenant_id = %(t)s order by number",
            {"t": tenant_id},
        ).fetchall()
    assert check_proofs(database, tenant_id)
    assert found == [(f"CN-{number:06}", 1200) for number in range(1, 5)]


def test_the_preview_shows_the_note(database: Database) -> None:
    engine = Engine(database, connections=2)
    tenant_id = tenant(database, Settings(void_with_credit_note=True))
    (invoice_id,) = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    (shown,) = engine.preview(tenant_id, [request(VoidInvoice(invoice_id=invoice_id))])
    (note,) = [row for row in shown.rows if isinstance(row, CreditNote)]
    assert (note.number, note.total_minor, note.offset_minor) == ("CN-000001", 1200, 1200)
