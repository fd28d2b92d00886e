"""Numbers come only from the tenant's series, or from a customer's series of the same kind."""

from collections.abc import Iterator

import pytest

from faults.world import check_proofs, customers, done, draft, opened, tenant
from polaris.core import commands as ask
from polaris.core.commands.values import CreditedLine
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.engine import Engine, new_id, request
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def finalized(engine: Engine, tenant_id: str, customer_id: str, series: str) -> list[str]:
    """Finalize an invoice with a number of this series. Return the codes of the refusals."""
    written = draft(new_id(), customer_id)
    done(engine, tenant_id, [written])
    command = ask.FinalizeInvoice(invoice_id=written.invoice_id, series=series)
    (outcome,) = engine.perform(tenant_id, [request(command)])
    assert outcome.fault is None
    return [refusal.code for refusal in outcome.refusals]


@pytest.mark.parametrize("series", ["", "nothing", "invoice/", "note", "customer"])
def test_no_series_is_made_up_for_a_customer(database: Database, series: str) -> None:
    """An empty name once created a series that was never loaded, so its second number failed."""
    engine = Engine(database, connections=1)
    tenant_id = tenant(database, Settings(invoice_scope=SeriesScope.CUSTOMER))
    (customer_id,) = customers(engine, tenant_id, 1)
    assert finalized(engine, tenant_id, customer_id, "invoice") == []
    for _ in range(2):
        assert finalized(engine, tenant_id, customer_id, series) == ["unknown_series"]
    check_proofs(database, tenant_id)


def test_an_invoice_takes_no_number_of_credit_notes(database: Database) -> None:
    """Once an invoice could take a number of a customer's credit note series."""
    engine = Engine(database, connections=1)
    tenant_id = tenant(database, Settings(note_scope=SeriesScope.CUSTOMER))
    (customer_id,) = customers(engine, tenant_id, 1)
    note = ask.IssueStandaloneNote(
        note_id=new_id(),
        customer_id=customer_id,
        currency="EUR",
        lines=(CreditedLine(amount_minor=100),),
    )
    done(engine, tenant_id, [note])
    series = f"note/{customer_id}"
    assert finalized(engine, tenant_id, customer_id, series) == ["unknown_series"]
