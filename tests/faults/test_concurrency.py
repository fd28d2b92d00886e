"""Concurrent requests: one succeeds, the others are refused, and the books stay correct."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest

from faults.world import (
    TOTAL_MINOR,
    at_once,
    check_proofs,
    customers,
    done,
    drafts,
    invoices,
    opened,
    reversals,
    scalar,
    tenant,
    voiding,
)
from polaris.core import commands
from polaris.core.actions import void
from polaris.core.commands import CloseBooks
from polaris.core.decision import Decision
from polaris.core.facts.invoice import Invoice, WriteOff
from polaris.core.fold import Memory, Outcome, Request, fold
from polaris.core.refusals import AlreadyVoided, KeyReused
from polaris.core.scope import scope_of
from polaris.engine import Engine, new_id, request
from polaris.store.engine.load import lock_and_load
from polaris.store.engine.write import write
from polaris.store.server.database import Database, EngineConnection


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=8)


def first(engine: Engine, tenant_id: str, one: Request) -> Outcome:
    return engine.perform(tenant_id, [one])[0]


def refused_with(outcome: Outcome, kind: type[Exception]) -> bool:
    return any(isinstance(refusal, kind) for refusal in outcome.refusals)


def test_two_voids_of_one_invoice(database: Database, engine: Engine) -> None:
    """One succeeds, one is refused because it is voided, and one reversal is written."""
    tenant_id = tenant(database)
    [invoice_id] = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)

    outcomes = at_once(
        [lambda: engine.perform(tenant_id, [voiding(invoice_id)])[0] for _ in range(2)]
    )

    assert sorted(o.done for o in outcomes if isinstance(o, Outcome)) == [False, True]
    assert sum(refused_with(o, AlreadyVoided) for o in outcomes if isinstance(o, Outcome)) == 1
    assert reversals(database, tenant_id) == 1
    check_proofs(database, tenant_id)


def test_eighty_voids_on_twenty_invoices(database: Database, engine: Engine) -> None:
    """Twenty are done, sixty refused, each is audited, and there are twenty reversals."""
    tenant_id = tenant(database)
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 5), 20)
    asked = [voiding(ids[index % 20]) for index in range(80)]

    outcomes = at_once([partial(first, engine, tenant_id, one) for one in asked])

    ended = Counter(outcome.done for outcome in outcomes if isinstance(outcome, Outcome))
    assert ended == {True: 20, False: 60}
    assert reversals(database, tenant_id) == 20
    audited = "select count(*) from audit where tenant_id = %(t)s and command = 'VoidInvoice'"
    assert scalar(database, f"{audited} and outcome = 'done'", t=tenant_id) == 20
    assert scalar(database, f"{audited} and outcome = 'refused'", t=tenant_id) == 60
    check_proofs(database, tenant_id)


def test_same_key_at_once(database: Database, engine: Engine) -> None:
    """One change, and every caller gets the same answer; another body is refused."""
    tenant_id = tenant(database)
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 2), 2)

    def asked(invoice_id: str, fingerprint: str) -> Request:
        command = commands.VoidInvoice(invoice_id=invoice_id)
        return request(command, key="month-end-7", fingerprint=fingerprint)

    outcomes = at_once(
        [lambda: engine.perform(tenant_id, [asked(ids[0], "one")])[0] for _ in range(6)]
    )
    other = engine.perform(tenant_id, [asked(ids[1], "two")])[0]

    answers = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    assert len(answers) == 6
    assert all(outcome.done for outcome in answers)
    assert sum(not outcome.replayed for outcome in answers) == 1
    assert len({tuple(event.id for event in outcome.events) for outcome in answers}) == 1
    assert refused_with(other, KeyReused)
    assert reversals(database, tenant_id) == 1


def test_same_key_for_two_customers_at_once(database: Database, engine: Engine) -> None:
    """No lock separates them, but the unique key does, and the second one is refused."""
    tenant_id = tenant(database)
    of = customers(engine, tenant_id, 8)
    ids = invoices(engine, tenant_id, of, 8)

    def asked(invoice_id: str) -> Request:
        command = commands.VoidInvoice(invoice_id=invoice_id)
        return request(command, key="one-key", fingerprint=invoice_id)

    outcomes = at_once([partial(first, engine, tenant_id, asked(x)) for x in ids])

    answers = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    assert sum(outcome.done for outcome in answers) == 1
    assert sum(refused_with(outcome, KeyReused) for outcome in answers) == 7
    assert reversals(database, tenant_id) == 1


def test_numbers_have_no_gap(database: Database, engine: Engine) -> None:
    """Finalized by eight at once in overlapping sets, each once, numbered 1 to 200."""
    tenant_id = tenant(database)
    ids = drafts(engine, tenant_id, customers(engine, tenant_id, 7), 200)

    def finalize(start: int) -> list[Outcome]:
        chosen = [ids[(start + step * 7) % 200] for step in range(100)]
        asked = [request(commands.FinalizeInvoice(invoice_id=x)) for x in chosen]
        return engine.perform(tenant_id, asked)

    results = at_once([partial(finalize, start * 25) for start in range(8)])

    assert all(isinstance(result, list) for result in results)
    numbers = (
        "select count(distinct number) from invoice where tenant_id = %(t)s"
        " and number between 'INV-000001' and 'INV-000200'"
    )
    assert scalar(database, numbers, t=tenant_id) == 200
    check_proofs(database, tenant_id)


def test_overlapping_sets_do_not_deadlock(database: Database, engine: Engine) -> None:
    """Sets that name the same invoices in opposite orders all end, without a deadlock."""
    tenant_id = tenant(database)
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 40), 120)
    before = deadlocks(database)

    def churn(order: list[str]) -> bool:
        for start in range(0, 120, 20):
            asked = [voiding(x) for x in order[start:] + order[:start]]
            engine.perform(tenant_id, asked)
        return True

    results = at_once(
        [lambda: churn(ids), lambda: churn(ids[::-1]), lambda: churn(ids[60:] + ids[:60])]
    )

    assert results == [True, True, True]
    assert deadlocks(database) == before
    assert reversals(database, tenant_id) == 120
    check_proofs(database, tenant_id)


def deadlocks(database: Database) -> int:
    return scalar(
        database,
        "select deadlocks from pg_stat_database where datname = current_database()",
    )


def test_a_waiter_sees_its_holders_payment(database: Database, engine: Engine) -> None:
    """A payment commits while a void waits for the lock: the void holds the money."""
    tenant_id = tenant(database)
    [invoice_id] = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    paid = request(
        commands.ReceivePayment(
            payment_id=new_id(),
            currency="EUR",
            amount_minor=TOTAL_MINOR,
            apply_to={invoice_id: TOTAL_MINOR},
        )
    )
    outcomes: list[Outcome] = []
    with database.connect() as holder:
        written(holder, tenant_id, paid)
        waiter = threading.Thread(
            target=lambda: outcomes.extend(engine.perform(tenant_id, [voiding(invoice_id)]))
        )
        waiter.start()
        wait_until_waiting(database)
        holder.commit()
        waiter.join()

    assert [outcome.done for outcome in outcomes] == [True]
    held = "select coalesce(sum(held_minor), 0) from settlement where tenant_id = %(t)s"
    assert scalar(database, held, t=tenant_id) == TOTAL_MINOR
    check_proofs(database, tenant_id)


def written(connection: EngineConnection, tenant_id: str, asked: Request) -> None:
    """Decide and write a request, and leave the transaction open."""
    scope = scope_of([asked.command])
    loaded = lock_and_load(connection, tenant_id, scope, [asked.id], [])
    folded = fold(loaded.facts, Memory((), ()), [asked], new_id)
    assert folded.outcomes[0].done
    write(connection, tenant_id, folded.rows.values())


def wait_until_waiting(database: Database) -> None:
    """Wait until a statement waits for a lock."""
    waiting = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    while not scalar(database, waiting):
        time.sleep(0.01)


def test_closing_the_books_waits_for_older_writers(database: Database, engine: Engine) -> None:
    """A set that read the open books still writes into the period; closing ends after it."""
    tenant_id = tenant(database)
    [invoice_id] = drafts(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    day = yesterday(database)
    closed = threading.Event()

    def close() -> None:
        command = CloseBooks(through=day)
        assert engine.perform(tenant_id, [request(command)])[0].done
        assert engine.wait_for_writers(tenant_id, patience_seconds=0.1) == 1
        assert engine.wait_for_writers(tenant_id) == 0
        closed.set()

    with database.connect() as holder:
        written(
            holder,
            tenant_id,
            request(commands.FinalizeInvoice(invoice_id=invoice_id, issue_date=day)),
        )
        closer = threading.Thread(target=close)
        closer.start()
        committed = (
            "select count(*) from books where tenant_id = %(t)s and closed_through is not null"
        )
        while not scalar(database, committed, t=tenant_id):
            time.sleep(0.01)
        assert not closed.wait(0.2)
        holder.commit()
    closer.join()

    assert closed.is_set()
    late = request(commands.VoidInvoice(invoice_id=invoice_id, dated=day))
    (refused,) = engine.perform(tenant_id, [late])
    assert [refusal.code for refusal in refused.refusals] == ["period_closed"]
    assert engine.perform(tenant_id, [request(commands.VoidInvoice(invoice_id=invoice_id))])[0].done
    dated = "select count(*) from entry where tenant_id = %(t)s and accounting_date <= %(day)s"
    assert scalar(database, dated, t=tenant_id, day=day) == 1


def yesterday(database: Database) -> date:
    """Return the day before today, by the database's clock."""
    with database.connect() as connection:
        row = connection.execute("select current_date - 1").fetchone()
    assert row is not None
    day: date = row[0]
    return day


def test_a_broken_command_costs_only_itself(
    database: Database, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One decision has a bug, one row is rejected by the database: the other requests are done."""
    tenant_id = tenant(database)
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 3), 30)
    asked = [voiding(x) for x in ids]
    stray(monkeypatch, ids[13])

    outcomes = engine.perform(tenant_id, asked)

    assert [index for index, outcome in enumerate(outcomes) if not outcome.done] == [13]
    assert outcomes[13].fault is not None
    assert reversals(database, tenant_id) == 29
    check_proofs(database, tenant_id)
    monkeypatch.undo()
    done(engine, tenant_id, [commands.VoidInvoice(invoice_id=ids[13])])


def stray(monkeypatch: pytest.MonkeyPatch, invoice_id: str) -> None:
    """Add a bug: voiding this invoice also writes a row that the database rejects."""
    honest = void.stop_collection

    def seeded(decision: Decision, invoice: Invoice) -> None:
        honest(decision, invoice)
        if invoice.id == invoice_id:
            nowhere = WriteOff(
                id=new_id(),
                invoice_id=new_id(),
                customer_id=invoice.customer_id,
                amount_minor=1,
                account="BAD_DEBT",
                at=decision.at,
            )
            decision.put(nowhere)

    monkeypatch.setattr(void, "stop_collection", seeded)


def test_a_bug_in_one_decision_costs_only_itself(
    database: Database, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole decision is discarded; the other requests of the set are done at once."""
    tenant_id = tenant(database)
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 3), 5)

    def seeded(decision: Decision, invoice: Invoice) -> None:
        assert invoice.id != ids[2]

    monkeypatch.setattr(void, "stop_collection", seeded)
    outcomes = engine.perform(tenant_id, [voiding(x) for x in ids])

    assert [outcome.done for outcome in outcomes] == [True, True, False, True, True]
    assert isinstance(outcomes[2].fault, AssertionError)
    broken = "select count(*) from audit where tenant_id = %(t)s and outcome = 'broken'"
    assert scalar(database, broken, t=tenant_id) == 1
    assert reversals(database, tenant_id) == 4
    check_proofs(database, tenant_id)
