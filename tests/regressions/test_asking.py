"""Malformed requests, unknown tenants and unknown invoices raise errors of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from faults.world import customers, draft, drafts, opened, tenant
from polaris.core import commands as ask
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment
from polaris.core.fold import Outcome
from polaris.core.refusals import NotFound
from polaris.engine import Engine, new_id, request
from polaris.store.engine.load import UnknownTenant
from polaris.store.server.database import Database

COMMAND = ask.FinalizeInvoice(invoice_id=new_id())


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"request_id": "first"},
        {"request_id": new_id().upper()},
        {"key": "k"},
        {"key": "k" * 501, "fingerprint": "f"},
        {"key": "a\0b", "fingerprint": "f"},
        {"actor": "\ud800"},
    ],
    ids=[
        "an id that is none",
        "an id in capitals",
        "a key alone",
        "a key too long",
        "a NUL in the key",
        "half a character",
    ],
)
def test_a_request_that_cannot_be_recorded_is_an_error(wrong: dict[str, Any]) -> None:
    """An id in capitals was never found again. With a key but no fingerprint, every command was
    taken for a repetition."""
    with pytest.raises(ValueError, match=r"request|key"):
        request(COMMAND, **wrong)


@pytest.mark.parametrize(
    "tenant_id",
    ["", "nobody", new_id(), new_id().upper()],
    ids=["empty", "no id", "unknown", "in capitals"],
)
def test_an_unknown_tenant_raises(engine: Engine, tenant_id: str) -> None:
    with pytest.raises(UnknownTenant):
        engine.perform(tenant_id, [request(COMMAND)])
    with pytest.raises(UnknownTenant):
        engine.preview(tenant_id, [request(COMMAND)])
    with pytest.raises(UnknownTenant):
        engine.explain(tenant_id, COMMAND.invoice_id)


@pytest.mark.parametrize(
    "invoice_id", ["", "INV-000001", new_id()], ids=["empty", "a number", "unknown"]
)
def test_an_unknown_invoice_raises(database: Database, engine: Engine, invoice_id: str) -> None:
    with pytest.raises(NotFound):
        engine.explain(tenant(database), invoice_id)


def test_an_empty_set_has_no_outcomes(database: Database, engine: Engine) -> None:
    tenant_id = tenant(database)
    assert engine.perform(tenant_id, []) == []
    assert engine.preview(tenant_id, []) == []


def test_an_id_comes_twice_in_one_set(database: Database, engine: Engine) -> None:
    """The second request is a repetition of the first, even if its command differs."""
    tenant_id, twice = tenant(database), new_id()
    (customer_id,) = customers(engine, tenant_id, 1)
    asked = [draft(new_id(), customer_id), draft(new_id(), customer_id)]
    first, second = engine.perform(tenant_id, [request(one, request_id=twice) for one in asked])
    assert (first.replayed, second.replayed) == (False, True)
    assert second.events == first.events


def test_a_repetition_shows_the_facts_of_the_first_time(database: Database, engine: Engine) -> None:
    """The invoice was paid, voided and replaced in between, in the same set or in a later one."""
    tenant_id = tenant(database)
    (draft_id,) = drafts(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    asked = request(ask.FinalizeInvoice(invoice_id=draft_id), shown=True)
    pay = ask.ReceivePayment(
        payment_id=new_id(), currency="EUR", amount_minor=1200, apply_to={draft_id: 1200}
    )
    (first,) = engine.perform(tenant_id, [asked])
    expected = invoice_rows(first)
    later = [request(pay), request(ask.VoidInvoice(invoice_id=draft_id))]
    *_, in_the_set = engine.perform(tenant_id, [*later, asked])
    regenerate = ask.RegenerateInvoice(invoice_id=draft_id, new_invoice_id=new_id())
    assert engine.perform(tenant_id, [request(regenerate)])[0].done
    (again,) = engine.perform(tenant_id, [asked])
    for one in (in_the_set, again):
        assert (one.replayed, invoice_rows(one)) == (True, expected)
        assert [event.id for event in one.events] == [event.id for event in first.events]
        assert one.facts is not None
        assert not one.facts.tables[Settlement]
        assert not one.facts.tables[Payment]


def invoice_rows(outcome: Outcome) -> list[Invoice]:
    """Return the invoices in the facts of an outcome, without their versions."""
    assert outcome.facts is not None
    rows = [row for row in outcome.facts.tables[Invoice].values() if isinstance(row, Invoice)]
    return [replace(row, version=0) for row in rows]
