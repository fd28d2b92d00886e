"""A tenant with customers and invoices, created through the engine, for concurrent tests."""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from polaris.core import commands
from polaris.core.commands import Command, SaveCustomer
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Outcome, Request
from polaris.engine import Engine, new_id, now, request
from polaris.reports.ledger import verify
from polaris.settings import Settings as Environment
from polaris.store.engine.write import create_tenant
from polaris.store.server.database import Database, open_database

T = TypeVar("T")

TOTAL_MINOR = 1200  # 1,000 and a fifth of tax


def opened(url: str) -> Database:
    """Open the database of a conninfo."""
    return open_database(Environment(database_url=url))


def tenant(database: Database, settings: Settings | None = None) -> str:
    """Create a tenant. Return its id."""
    tenant_id = new_id()
    with database.connect() as connection:
        create_tenant(connection, tenant_id, "Faults", "EUR", "UTC", settings or Settings(), now())
    return tenant_id


def done(engine: Engine, tenant_id: str, asked: Sequence[Command]) -> list[Outcome]:
    """Perform commands in sets; none may be refused."""
    outcomes = [
        outcome
        for start in range(0, len(asked), 500)
        for outcome in engine.perform(
            tenant_id, [request(command) for command in asked[start : start + 500]]
        )
    ]
    assert all(outcome.done for outcome in outcomes), next(o for o in outcomes if not o.done)
    return outcomes


def customers(engine: Engine, tenant_id: str, count: int) -> list[str]:
    """Create customers. Return their ids."""
    ids = [new_id() for _ in range(count)]
    done(engine, tenant_id, [SaveCustomer(customer_id=x, external_id=x) for x in ids])
    return ids


def drafts(engine: Engine, tenant_id: str, of: Sequence[str], count: int) -> list[str]:
    """Create drafts of 1,200 minor units each for these customers in turn. Return their ids."""
    ids = [new_id() for _ in range(count)]
    done(engine, tenant_id, [draft(x, of[index % len(of)]) for index, x in enumerate(ids)])
    return ids


def draft(invoice_id: str, customer_id: str) -> commands.DraftInvoice:
    """Return the command for a draft of 1,000 and 200 tax, in minor units."""
    line = NewLine(
        description="Service",
        amount_minor=1000,
        taxes=(TaxRate(code="vat", name="VAT", rate=Decimal(20)),),
    )
    return commands.DraftInvoice(
        invoice_id=invoice_id, customer_id=customer_id, currency="EUR", lines=(line,)
    )


def invoices(engine: Engine, tenant_id: str, of: Sequence[str], count: int) -> list[str]:
    """Create finalized invoices of 1,200 minor units each. Return their ids."""
    ids = drafts(engine, tenant_id, of, count)
    done(engine, tenant_id, [commands.FinalizeInvoice(invoice_id=x) for x in ids])
    return ids


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """Run the calls in threads that start together. Return what each returned or raised."""
    results: list[T | BaseException] = [RuntimeError("never ran")] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = jobs[index]()
        except BaseException as fault:
            results[index] = fault

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def voiding(invoice_id: str) -> Request:
    """Return a request to void an invoice."""
    return request(commands.VoidInvoice(invoice_id=invoice_id))


def scalar(database: Database, query: str, **values: object) -> int:
    """Return a number from the database."""
    with database.connect() as connection:
        row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


def reversals(database: Database, tenant_id: str) -> int:
    """Return how many entries reverse another entry."""
    return scalar(
        database,
        "select count(*) from entry where tenant_id = %(t)s and reverses is not null",
        t=tenant_id,
    )


def check_proofs(database: Database, tenant_id: str) -> int:
    """Check all proofs of the books. Return how many rows they have looked at."""
    with database.connect() as connection:
        report = verify(connection, tenant_id)
    assert report.ok, report
    return sum(proof.looked_at for proof in report.proofs)
