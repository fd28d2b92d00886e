"""The proofs hold of whatever the engine does, and each finds what it is there to find."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from house.sql import blocks
from polaris.core.commands import SaveTenant, VoidInvoice
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.engine import Engine
from polaris.reports.ledger import (
    MOST_NAMED,
    PROOFS,
    Balance,
    Gap,
    Violation,
    gaps,
    prove,
    trial_balance,
    verify,
)
from polaris.store.server.database import EngineConnection
from reports.history import Books, found_tenant, write_history

TAMPERINGS = {
    block.name: block.text
    for block in blocks(Path(__file__).with_name("tampering.sql").read_text())
}

FOUND_BY = {
    "notes_parked": {"notes"},
    "wallets_parked": {"wallets"},
    "unapplied_held": {"unapplied"},
    "customers_credit": {"unapplied", "liabilities", "liabilities_by_day"},
    "liabilities": {"liabilities", "liabilities_by_day"},
    "given_late": {"receivable_by_day"},
    "received_late": {"dated", "liabilities_by_day"},
    "money_came": {"money"},
    "losses": {"losses", "granted_to_customer", "given_to_customer"},
    "losses_bad_debt": {"losses", "given_to_customer"},
    "granted": {"granted", "granted_to_customer"},
    "mirrored_amount": {"mirrored", "receivable", "voided"},
    "reversed_once": {"reversed_once", "mirrored"},
    "reversed_twice_over": {"reversed_once", "mirrored"},
    "numbers_out_of_format": {"numbers"},
    "numbers_lost": {"numbers"},
    "tasks_open_too_long": {"tasks"},
}
"""By what is done to the books, the proofs that find it; if not here, the one of that name."""


@pytest.fixture(scope="module")
def tenants(engine: Engine, database_url: str) -> list[str]:
    """Two tenants with the same history."""
    ids = [found_tenant(database_url) for _ in range(2)]
    for tenant_id in ids:
        write_history(engine, tenant_id)
    return ids


def tamper(connection: EngineConnection, tenant_id: str, name: str) -> None:
    """Do something to the books behind the engine's back; not committed."""
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute("drop index entry_reverses")  # who tampers does not stop at a constraint
        cursor.execute(TAMPERINGS[name].encode(), {"t": tenant_id})
        assert cursor.rowcount > 0, "nothing there to tamper with"


def test_the_engine_keeps_every_proof(connection: EngineConnection, tenants: list[str]) -> None:
    report = verify(connection, tenants[0])
    assert [proof for proof in report.proofs if not proof.ok] == []
    assert report.ok
    assert {proof.name for proof in report.proofs if not proof.looked_at} == set()


def test_empty_books_are_in_order(connection: EngineConnection, empty_tenant_id: str) -> None:
    assert verify(connection, empty_tenant_id).ok
    assert trial_balance(connection, empty_tenant_id) == []
    assert list(gaps(connection, empty_tenant_id)) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(connection: EngineConnection, tenants: list[str], name: str) -> None:
    """By the proof that is there for it, in the books of that tenant, and by no other proof."""
    mine, other = tenants
    tamper(connection, mine, name)
    report = verify(connection, mine)
    assert {proof.name for proof in report.proofs if not proof.ok} == FOUND_BY.get(name, {name})
    assert not report.ok
    assert verify(connection, other).ok


def test_every_proof_is_shown_to_fail() -> None:
    found = [FOUND_BY.get(name, {name}) for name in TAMPERINGS]
    assert set().union(*found) == PROOFS.keys()


def test_a_violation_names_whom_and_how_much(
    engine: Engine, connection: EngineConnection, empty_tenant_id: str
) -> None:
    books = Books(engine, empty_tenant_id)
    books.note(500)
    tamper(connection, empty_tenant_id, "notes")
    proof = prove(connection, empty_tenant_id, "notes")
    assert proof.violations == [Violation("EUR", books.customer_id, expected=595, found=600)]
    assert (proof.looked_at, proof.wrong) == (1, 1)


def test_only_the_first_violations_are_named(
    connection: EngineConnection, tenants: list[str]
) -> None:
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute("update invoice set number = id where series is not null")
    proof = prove(connection, tenants[0], "numbers")
    assert proof.wrong > len(proof.violations) == MOST_NAMED


def test_progress_is_told_in_sentences(connection: EngineConnection, tenants: list[str]) -> None:
    told: list[tuple[int, int, str]] = []
    verify(connection, tenants[0], lambda *step: told.append(step))
    total = len(PROOFS)
    assert [done for done, _, _ in told] == list(range(total + 1))
    assert [what for _, _, what in told] == [*PROOFS.values(), ""]
    assert {of for _, of, _ in told} == {total}


def test_the_trial_balance_is_even(connection: EngineConnection, tenants: list[str]) -> None:
    rows = trial_balance(connection, tenants[0])
    assert {row.currency for row in rows} == {"EUR", "JPY"}
    for currency in ("EUR", "JPY"):
        mine = [row for row in rows if row.currency == currency]
        assert sum(row.debit_minor for row in mine) == sum(row.credit_minor for row in mine) > 0


def test_the_trial_balance_ends_with_a_day(
    engine: Engine, connection: EngineConnection, empty_tenant_id: str
) -> None:
    Books(engine, empty_tenant_id).invoice(1000, paid_minor=1200)
    (day,) = days(connection, empty_tenant_id)
    assert trial_balance(connection, empty_tenant_id, day - timedelta(days=1)) == []
    assert trial_balance(connection, empty_tenant_id, day) == [
        Balance("ACCOUNTS_RECEIVABLE", "EUR", 1200, 1200),
        Balance("CASH", "EUR", 1200, 0),
        Balance("CUSTOMER_CREDITS:UNAPPLIED", "EUR", 1200, 1200),
        Balance("SALES", "EUR", 0, 1000),
        Balance("SALES_TAXES_PAYABLE:VAT", "EUR", 0, 200),
    ]


def days(connection: EngineConnection, tenant_id: str) -> Iterator[date]:
    rows = connection.execute(
        "select distinct accounting_date from entry where tenant_id = %s", [tenant_id]
    )
    return (day for (day,) in rows)


NUMBERED_ODDLY = Settings(
    invoice_scope=SeriesScope.CUSTOMER,
    invoice_format="[{customer}] *{next:03}*",
    note_scope=SeriesScope.INVOICE,
    note_format="{invoice}-CN.{next}",
)


def test_numbers_are_read_by_the_format_of_their_series(
    engine: Engine, connection: EngineConnection, database_url: str
) -> None:
    tenant_id = found_tenant(database_url, NUMBERED_ODDLY)
    write_history(engine, tenant_id)
    assert verify(connection, tenant_id).ok
    row = connection.execute(
        "update credit_note set number = number || '1' where tenant_id = %s and number ="
        " (select number from credit_note where number like '%%-CN.1' and tenant_id = %s limit 1)"
        " returning series, number",
        [tenant_id, tenant_id],
    ).fetchone()
    assert row is not None
    assert prove(connection, tenant_id, "numbers").violations == [
        Violation(None, f"{row[0]} 1", expected=1, found=0),
        Violation(None, f"{row[0]} 11", expected=0, found=1),
        Violation(None, f"number {row[1]}", expected=1, found=0),
    ]


def test_numbers_of_a_former_format_still_count(
    engine: Engine, connection: EngineConnection, empty_tenant_id: str
) -> None:
    """The tenant's own series goes on under a new format, its older numbers stay as they are."""
    books = Books(engine, empty_tenant_id)
    for form in ("INV-{next:06}", "A/{next}", "INV-{next:06}", "B-{next:03}"):
        changes: dict[str, object] = {"invoice_format": form}
        books.does(SaveTenant(tenant_id=empty_tenant_id, settings_changes=changes))
        books.invoice()
    assert verify(connection, empty_tenant_id).ok
    connection.execute("update invoice set number = 'C-3' where number = 'INV-000003'")
    assert prove(connection, empty_tenant_id, "numbers").violations == [
        Violation(None, "invoice 3", expected=1, found=0),
        Violation(None, "invoice C-3", expected=0, found=1),
        Violation(None, "number C-3", expected=1, found=0),
    ]


def test_gaps_name_every_number_without_a_living_invoice(
    engine: Engine, connection: EngineConnection, empty_tenant_id: str
) -> None:
    books = Books(engine, empty_tenant_id)
    ids = [books.invoice() for _ in range(4)]
    for invoice_id in ids[1:3]:
        books.does(VoidInvoice(invoice_id=invoice_id))
    connection.execute("update invoice set hidden_at = now() where id = %s", [ids[2]])
    connection.execute("update series set next = 6 where id = 'invoice'")
    assert list(gaps(connection, empty_tenant_id)) == [
        Gap("invoice", 2, "INV-000002", "voided", ids[1]),
        Gap("invoice", 3, "INV-000003", "hidden", ids[2]),
        Gap("invoice", 5, None, "missing", None),
    ]
