"""Storing the catalogue, endpoints, keys and the tenant, also with concurrent changes."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from faults.world import at_once, opened, tenant
from polaris.core import commands
from polaris.core.commands import (
    Command,
    DeleteCatalogueItem,
    DeleteTaxCode,
    DeleteWebhookEndpoint,
    SaveCatalogueItem,
    SaveCustomer,
    SaveTaxCode,
    SaveTenant,
    SaveWebhookEndpoint,
)
from polaris.core.commands.values import NewLine
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, request
from polaris.store.engine.write import signing_key
from polaris.store.read import catalogue, invoices, tenants
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=8)


@pytest.fixture
def tenant_id(database: Database) -> str:
    return tenant(database)


def perform(engine: Engine, tenant_id: str, command: Command) -> Outcome:
    return engine.perform(tenant_id, [request(command)])[0]


def done(engine: Engine, tenant_id: str, *several: Command) -> None:
    outcomes = engine.perform(tenant_id, list(map(request, several)))
    assert [outcome.refusals for outcome in outcomes] == [()] * len(several)
    assert all(outcome.done for outcome in outcomes)


def catalogue_item(code: str, **fields: object) -> SaveCatalogueItem:
    said = {
        "catalogue_item_id": new_id(),
        "name": code,
        "amount_minor": 100,
        "currency": "EUR",
    } | fields
    return SaveCatalogueItem(code=code, **said)  # type: ignore[arg-type]  # fields by name


def tax(code: str, rate: int = 20) -> SaveTaxCode:
    return SaveTaxCode(tax_code_id=new_id(), code=code, name=code, rate=Decimal(rate))


def endpoint(url: str) -> SaveWebhookEndpoint:
    return SaveWebhookEndpoint(webhook_endpoint_id=new_id(), url=url, dialect="standard")


# ---------------------------------------------------------------- kept and read


def test_pages_show_the_newest_first_and_say_how_many_there_are(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    for code in "abcd":
        done(
            engine, tenant_id, catalogue_item(code), tax(code), endpoint(f"https://{code}.example/")
        )
    with database.connect() as connection:
        gone = catalogue.items_called(connection, tenant_id, ["b"])["b"]
    done(engine, tenant_id, DeleteCatalogueItem(catalogue_item_id=gone.id))
    with database.connect() as connection:
        first = catalogue.catalogue_items(connection, tenant_id, limit=2)
        second = catalogue.catalogue_items(connection, tenant_id, limit=2, offset=2)
        taxes = catalogue.tax_codes(connection, tenant_id, limit=1, offset=1)
        told = catalogue.webhook_endpoints(connection, tenant_id, None, limit=10)
    assert [[row.code for row in page.rows] for page in (first, second)] == [["d", "c"], ["a"]]
    assert (first.total, second.total) == (3, 3)
    assert ([row.code for row in taxes.rows], taxes.total) == (["c"], 4)
    assert [row.url[8] for row in told.rows] == list("dcba")


def test_rows_are_found_by_code_until_they_are_deleted(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    thing = catalogue_item("setup", tax_codes=("vat",), details={"x": {"a": [1, None]}})
    vat = tax("vat")
    done(engine, tenant_id, vat, thing)
    with database.connect() as connection:
        found = catalogue.items_called(connection, tenant_id, ["setup", "nothing"])
        assert catalogue.items_called(connection, tenant(database), ["setup"]) == {}
    assert list(found) == ["setup"]
    assert (found["setup"].tax_codes, found["setup"].details) == (("vat",), {"x": {"a": [1, None]}})
    done(engine, tenant_id, DeleteTaxCode(tax_code_id=vat.tax_code_id))
    with database.connect() as connection:
        assert catalogue.tax_codes(connection, tenant_id, limit=1).rows == []
        left = catalogue.items_called(connection, tenant_id, ["setup"])
    assert left["setup"].tax_codes == ()


def test_a_code_is_free_again_once_its_row_is_deleted(engine: Engine, tenant_id: str) -> None:
    first = endpoint("https://a.example/")
    done(engine, tenant_id, first)
    again = endpoint("https://a.example/")
    [refusal] = perform(engine, tenant_id, again).refusals
    assert (refusal.code, refusal.details["field"]) == ("already_exists", "url")
    forget = DeleteWebhookEndpoint(webhook_endpoint_id=first.webhook_endpoint_id)
    done(engine, tenant_id, forget, endpoint("https://a.example/"))


def test_within_a_set_each_goes_by_what_the_earlier_ones_left(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    customer_id, invoice_id = new_id(), new_id()
    changes: dict[str, object] = {"payment_term_days": 30, "invoice_format": "R{next}"}
    draft = commands.DraftInvoice(
        invoice_id=invoice_id,
        customer_id=customer_id,
        currency="EUR",
        lines=(NewLine(amount_minor=100),),
        issue_date=date(2026, 3, 1),
    )
    done(
        engine,
        tenant_id,
        SaveCustomer(customer_id=customer_id, external_id="x"),
        SaveTenant(tenant_id=tenant_id, settings_changes=changes),
        draft,
        commands.FinalizeInvoice(invoice_id=invoice_id),
    )
    with database.connect() as connection:
        whole = invoices.whole_invoice(connection, tenant_id, invoice_id)
        assert tenants.tenant(connection, tenant_id).version == 2
    assert whole is not None
    assert isinstance(whole.invoice, Invoice)
    assert (whole.invoice.number, whole.invoice.due_date) == ("R1", date(2026, 3, 31))


# ---------------------------------------------------------------- many at once


def codes(outcomes: list[Outcome | BaseException]) -> Counter[str]:
    """Return the result of each call."""
    ended: Counter[str] = Counter()
    for outcome in outcomes:
        assert isinstance(outcome, Outcome), outcome
        assert outcome.fault is None
        ended[outcome.refusals[0].code if outcome.refusals else "done"] += 1
    return ended


def test_of_many_who_take_one_code_one_gets_it(engine: Engine, tenant_id: str) -> None:
    asked = [partial(perform, engine, tenant_id, catalogue_item("setup")) for _ in range(8)]
    assert codes(at_once(asked)) == {"done": 1, "already_exists": 7}
    taxes = [partial(perform, engine, tenant_id, tax("vat")) for _ in range(8)]
    assert codes(at_once(taxes)) == {"done": 1, "already_exists": 7}


def test_what_the_index_alone_refuses_is_decided_again(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    """A writer that ignores the lock, like an older program, violates the unique index."""
    insert = (
        "insert into tax_code (tenant_id, id, version, code, name, rate, applied_by_default,"
        " details, created_at) values (%s, %s, 1, 'vat', 'VAT', 20, false, '{}', now())"
    )
    outcomes: list[Outcome] = []
    with database.connect() as connection:
        connection.execute(insert, [tenant_id, new_id()])
        asking = threading.Thread(
            target=lambda: outcomes.append(perform(engine, tenant_id, tax("vat")))
        )
        asking.start()
        waiting = "select count(*) from pg_locks where not granted"
        while asking.is_alive() and connection.execute(waiting).fetchone() == (0,):
            pass
        connection.commit()
        asking.join()
    assert codes([*outcomes]) == {"already_exists": 1}


def test_there_are_never_more_than_a_hundred_endpoints(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    others = [endpoint(f"https://b.example/{n}") for n in range(90)]
    engine.perform(tenant_id, [request(one) for one in others])
    asked = [
        partial(perform, engine, tenant_id, endpoint(f"https://a.example/{n}")) for n in range(16)
    ]
    assert codes(at_once(asked)) == {"done": 10, "too_many": 6}
    with database.connect() as connection:
        page = catalogue.webhook_endpoints(connection, tenant_id, None, limit=200)
    assert (len(page.rows), page.total) == (100, 100)
    assert all(isinstance(row, WebhookEndpoint) for row in page.rows)


def test_changes_of_one_thing_by_many_are_all_kept(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    thing = catalogue_item("setup")
    done(engine, tenant_id, thing)
    names = [f"key-{number}" for number in range(8)]
    asked = [
        partial(
            perform,
            engine,
            tenant_id,
            SaveCatalogueItem(catalogue_item_id=thing.catalogue_item_id, details={"x": {name: 1}}),
        )
        for name in names
    ]
    assert codes(at_once(asked)) == {"done": 8}
    with database.connect() as connection:
        kept = catalogue.items_called(connection, tenant_id, ["setup"])
    assert sorted(kept["setup"].details["x"]) == names


def test_changes_of_a_tenant_by_many_are_all_kept(
    database: Database, engine: Engine, tenant_id: str
) -> None:
    changes: list[dict[str, object]] = [
        {"payment_term_days": 30},
        {"void_reason_required": True},
        {"void_dated": "invoice"},
        {"refuse_void_when_credited": False},
        {"invoice_format": "R{next}"},
        {"note_format": "G{next}"},
    ]
    asked = [
        partial(
            perform, engine, tenant_id, SaveTenant(tenant_id=tenant_id, settings_changes=change)
        )
        for change in changes
    ]
    assert codes(at_once(asked)) == {"done": 6}
    with database.connect() as connection:
        kept = tenants.tenant(connection, tenant_id)
    assert kept.version == 7
    for change in changes:
        [(name, value)] = change.items()
        assert getattr(kept.settings, name) == value


def test_a_tenant_has_one_key_for_each_use(database: Database, tenant_id: str) -> None:
    def made(kind: str) -> str:
        with database.connect() as connection:
            return signing_key(connection, tenant_id, kind, new_id)

    keys = at_once([partial(made, "webhook")] * 6 + [partial(made, "file")] * 2)
    assert len(set(keys[:6])) == len(set(keys[6:])) == 1
    assert len(set(keys)) == 2
    assert made("webhook") == keys[0]
