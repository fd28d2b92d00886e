"""One number names one document of a tenant, also where a tenant is as older versions made it."""

from collections.abc import Iterator

import pytest

from faults.world import at_once, check_proofs, customers, done, draft, invoices, opened, tenant
from polaris.core import commands as ask
from polaris.core.commands import SaveTenant
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, request
from polaris.reports.ledger import Gap, gaps
from polaris.store.server.database import Database

BY_CUSTOMER = Settings(invoice_scope=SeriesScope.CUSTOMER)
"""Its format does not name the customer. It is refused when it is set now."""


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def numbers(database: Database, tenant_id: str) -> list[str]:
    query = "select number from invoice where tenant_id = %s and number is not null order by id"
    with database.connect() as connection:
        return [number for (number,) in connection.execute(query.encode(), [tenant_id])]


def found_gaps(database: Database, tenant_id: str) -> list[Gap]:
    with database.connect() as connection:
        connection.autocommit = True
        return list(gaps(connection, tenant_id))


def recorded(customer_id: str, number: str) -> ask.RecordInvoice:
    lines = draft(new_id(), customer_id).lines
    return ask.RecordInvoice(
        invoice_id=new_id(), customer_id=customer_id, currency="EUR", lines=lines, number=number
    )


def codes(outcome: Outcome) -> list[str]:
    assert outcome.fault is None
    return [refusal.code for refusal in outcome.refusals]


def test_a_number_in_use_is_skipped_and_the_gap_explained(database: Database) -> None:
    """Two customers had the same first number."""
    engine = Engine(database, connections=1)
    tenant_id = tenant(database, BY_CUSTOMER)
    first, second = customers(engine, tenant_id, 2)
    [invoice_id] = invoices(engine, tenant_id, [first], 1)
    invoices(engine, tenant_id, [second], 1)
    assert numbers(database, tenant_id) == ["INV-000001", "INV-000002"]
    gap = Gap(f"invoice/{second}", 1, "INV-000001", "taken", invoice_id)
    assert found_gaps(database, tenant_id) == [gap]
    check_proofs(database, tenant_id)


def test_customers_of_one_set_share_no_number(database: Database) -> None:
    engine = Engine(database, connections=1)
    tenant_id = tenant(database, BY_CUSTOMER)
    invoices(engine, tenant_id, customers(engine, tenant_id, 3), 30)
    given = numbers(database, tenant_id)
    assert len(set(given)) == len(given) == 30
    invoices(engine, tenant_id, customers_again(database, tenant_id), 30)
    given = numbers(database, tenant_id)
    assert len(set(given)) == len(given) == 60
    check_proofs(database, tenant_id)


def customers_again(database: Database, tenant_id: str) -> list[str]:
    """Return the customers, the last one first."""
    query = "select id::text from customer where tenant_id = %s order by sequence desc"
    with database.connect() as connection:
        return [row[0] for row in connection.execute(query.encode(), [tenant_id])]


def test_a_new_format_that_repeats_a_number_does_not_stop_the_series(database: Database) -> None:
    """Finalizing once failed for ever: each time the counter rolled back."""
    engine = Engine(database, connections=1)
    tenant_id = tenant(database, Settings(invoice_format="A1{next}"))
    [customer_id] = customers(engine, tenant_id, 1)
    invoices(engine, tenant_id, [customer_id], 1)
    with database.connect() as connection:  # as older versions let it be set
        connection.execute(
            b"update series set format = 'A{next}' where tenant_id = %s and id = 'invoice'",
            [tenant_id],
        )
    invoices(engine, tenant_id, [customer_id], 10)
    assert numbers(database, tenant_id) == ["A11", *(f"A{n}" for n in range(2, 11)), "A12"]


def test_a_format_that_repeats_a_number_is_refused_when_it_is_set(database: Database) -> None:
    engine = Engine(database, connections=1)
    tenant_id = tenant(database, Settings(invoice_format="A1{next}"))
    invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    wanted: dict[str, object] = {"invoice_format": "A{next}"}
    asked = request(SaveTenant(tenant_id=tenant_id, settings_changes=wanted))
    (preview,) = engine.preview(tenant_id, [asked])
    (outcome,) = engine.perform(tenant_id, [asked])
    assert codes(outcome) == codes(preview.outcome) == ["format_repeats_number"]
    assert "`A11`" in outcome.refusals[0].sentence


@pytest.mark.parametrize(
    ("scope", "form", "refused"),
    [
        ("customer", "{customer}-{next}", []),  # those who have this series go on with it
        ("customer", "{customer}/{next}", []),
        ("customer", "00{next}-{customer}", []),
        ("tenant", "{customer}-{next}", ["format_repeats_number"]),
        ("tenant", "{customer}/{next}", []),
        ("tenant", "00{next}-1", ["format_repeats_number"]),
    ],
)
def test_a_changed_scope_repeats_nothing(
    database: Database, scope: str, form: str, refused: list[str]
) -> None:
    engine = Engine(database, connections=1)
    tenant_id = tenant(
        database, Settings(invoice_scope=SeriesScope.CUSTOMER, invoice_format="{customer}-{next}")
    )
    first, *_ = customers(engine, tenant_id, 2)
    invoices(engine, tenant_id, [first], 1)
    other: dict[str, object] = {"invoice_scope": "customer", "invoice_format": "X{customer}-{next}"}
    done(engine, tenant_id, [SaveTenant(tenant_id=tenant_id, settings_changes=other)])
    wanted: dict[str, object] = {"invoice_scope": scope, "invoice_format": form}
    asked = request(SaveTenant(tenant_id=tenant_id, settings_changes=wanted))
    assert codes(engine.perform(tenant_id, [asked])[0]) == refused


def test_a_number_is_recorded_once_however_many_ask(database: Database) -> None:
    engine = Engine(database, connections=6)
    tenant_id = tenant(database)
    ids = customers(engine, tenant_id, 6)
    requests = [request(recorded(one, "OLD-7")) for one in ids]
    jobs = [lambda one=one: engine.perform(tenant_id, [one])[0] for one in requests]
    ended = [one for one in at_once(jobs) if isinstance(one, Outcome)]
    assert sorted(map(codes, ended)) == [[], *[["number_taken"]] * 5]
    check_proofs(database, tenant_id)


def test_a_recorded_number_is_not_one_that_the_series_gives(database: Database) -> None:
    engine = Engine(database, connections=1)
    tenant_id = tenant(database)
    [customer_id] = customers(engine, tenant_id, 1)
    asked = [request(recorded(customer_id, "INV-000001")) for _ in range(2)]
    assert [codes(one) for one in engine.perform(tenant_id, asked)] == [["number_of_series"]] * 2
    invoices(engine, tenant_id, [customer_id], 1)
    assert codes(engine.perform(tenant_id, [request(asked[0].command)])[0]) == ["number_taken"]
