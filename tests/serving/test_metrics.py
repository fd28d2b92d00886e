"""The metrics count what the engine has done."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from faults.world import customers, invoices, opened, tenant, voiding
from polaris.engine import Engine, new_id, request
from polaris.serving.metrics import Measured
from polaris.store.engine.load import UnknownTenant
from polaris.store.server.database import Database
from serving.stories import Breaks


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def test_sets_and_outcomes_are_counted(database: Database) -> None:
    registry, engine = CollectorRegistry(), Engine(database, connections=1)
    measured = Measured(engine, registry)
    tenant_id = tenant(database)
    [invoice_id] = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    first = voiding(invoice_id)
    outcomes = measured.perform(tenant_id, [first, voiding(invoice_id), request(Breaks())])
    assert [outcome.done for outcome in outcomes] == [True, False, False]
    measured.perform(tenant_id, [first])
    with pytest.raises(UnknownTenant):
        measured.perform(new_id(), [voiding(invoice_id)])

    def commands(command: str, outcome: str) -> float | None:
        labels = {"command": command, "outcome": outcome}
        return registry.get_sample_value("polaris_commands_total", labels)

    assert commands("VoidInvoice", "done") == 1
    assert commands("VoidInvoice", "refused") == 1
    assert commands("VoidInvoice", "replayed") == 1
    assert commands("Breaks", "broken") == 1
    assert registry.get_sample_value("polaris_set_requests_count") == 2
    assert registry.get_sample_value("polaris_set_requests_sum") == 4
    assert registry.get_sample_value("polaris_set_seconds_count") == 2
    assert registry.get_sample_value("polaris_sets_failed_total") == 1
