"""Every rule of the import, with a handmade file."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from imports.shop import SAMPLE, imported, opened, shop, timeless
from polaris.core.commands import CloseBooks, SaveCustomer
from polaris.engine import Engine, new_id, request
from polaris.imports import online_retail
from polaris.imports.report import Report
from polaris.reports.ledger import verify
from polaris.store.server.database import Database, EngineConnection

# Document, result, external number of the invoice, used rows, their exact sum, booked amount.
BECAME = """
    700001   invoice           700001   2    2100.5   2101
    700002   invoice           700002   1    1000     1000
    700005   invoice           700005   3   10000    10000
    700006   invoice           700006   1     500      500
    700011   invoice           700011   2     200      200
    700013   invoice           700013   1     200      200
    700014   invoice           700014   1     500      500
    700019   invoice           700019   1     100      100
    700020   invoice           700020   1     100      100
    700023   invoice           700023   1       1.5      2
    700028   invoice           700028   1     335      335
    700031   invoice           700031   2     450      450
    700032   invoice           700032   1    1200     1200
    C700004  void              700001   2    2100.5   2101
    C700007  credit_note       700005   1    5000     5000
    C700008  credit_note       700005   1    4000     4000
    C700009  standalone_note   -        1    2000     2000
    C700010  void              700006   1     500      500
    C700012  void              700011   2     200      200
    C700015  void              700013   1     200      200
    C700016  credit_note       700014   1     200      200
    C700017  standalone_note   -        1     400      400
    C700018  standalone_note   -        1     100      100
    C700021  void              700020   1     100      100
    C700022  standalone_note   -        1    1000     1000
    C700024  credit_note       700023   1       0.5      1
    C700025  credit_note       700023   1       0.5      1
    C700033  credit_note       700032   1     800      800
    C700034  standalone_note   -        1     800      800
"""

REJECTED = """
    C700008  nothing_to_credit          0
    C700026  refused_no_lines          -0.5
    C700029  cancels_nothing          100.5
    C700030  nothing_to_credit          0
    700002   quantity_not_positive      0
    700003   quantity_not_positive      0
    700028   price_negative          -100
    700028   unreadable                 -
    A700027  adjustment             -3125
    X1       unknown_document        1000
"""

REPORT = Report(
    rows=46,
    rejected_rows={
        "adjustment": 1,
        "cancels_nothing": 1,
        "nothing_to_credit": 2,
        "price_negative": 1,
        "quantity_not_positive": 2,
        "refused_no_lines": 1,
        "unknown_document": 1,
        "unreadable": 1,
    },
    invoices=13,
    lines=18,
    billed_minor=16688,
    voided=5,
    voided_minor=3101,
    credit_notes=6,
    credited_minor=10002,
    standalone=5,
    standalone_minor=4300,
    net_minor=-715,
    rejected_minor=Decimal("-2125"),
    rounding_minor=Decimal("0.5"),
    file_rows=46,
    file_minor=Decimal("-2839.5"),
    adds_up=True,
    seconds=0.0,
)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def tenant_id(database: Database) -> str:
    """Return a tenant with the imported sample."""
    tenant_id = shop(database)
    assert timeless(imported(database, tenant_id)) == REPORT
    return tenant_id


@pytest.fixture
def connection(database: Database) -> Iterator[EngineConnection]:
    with database.connect() as connection:
        connection.autocommit = True
        yield connection


def table(text: str) -> list[tuple[str, ...]]:
    return sorted(tuple(line.split()) for line in text.strip().splitlines())


def shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "-" if value is None else str(value)


def asked(connection: EngineConnection, sql: str, tenant_id: str) -> list[tuple[str, ...]]:
    rows = connection.execute(sql.encode(), {"t": tenant_id})
    return sorted(tuple(shown(value) for value in row) for row in rows)


def test_every_document_becomes_what_the_rules_say(
    connection: EngineConnection, tenant_id: str
) -> None:
    became = asked(
        connection,
        "select d.number, d.became, i.external_number, d.rows, d.amount_minor,"
        " coalesce(n.total_minor, i.total_minor) from import_document d"
        " left join credit_note n on n.id = d.object_id"
        " left join invoice i on i.id in (d.object_id, n.invoice_id)"
        " where d.tenant_id = %(t)s",
        tenant_id,
    )
    assert became == table(BECAME)


def test_every_other_row_is_kept_with_its_reason(
    connection: EngineConnection, tenant_id: str
) -> None:
    rejected = asked(
        connection,
        "select document, reason, amount_minor from import_rejected_row where tenant_id = %(t)s",
        tenant_id,
    )
    assert rejected == table(REJECTED)
    ((line,),) = connection.execute(
        b"select line from import_rejected_row where tenant_id = %s and reason = 'unreadable'",
        [tenant_id],
    )
    assert line[2:5] == ["BRASS SUNDIAL", "many", "2011-07-06 13:10:00"]


def test_the_ledger_is_proved(connection: EngineConnection, tenant_id: str) -> None:
    assert verify(connection, tenant_id).ok


def test_again_it_changes_nothing(
    database: Database, connection: EngineConnection, tenant_id: str
) -> None:
    count = "select count(*) from audit where tenant_id = %(t)s"
    before = asked(connection, count, tenant_id)
    assert timeless(imported(database, tenant_id)) == REPORT
    # Only the note without lines is requested again, and gets its recorded refusal.
    assert asked(connection, count, tenant_id) == before


def test_an_invoice_keeps_its_number_time_and_customer(
    connection: EngineConnection, tenant_id: str
) -> None:
    found = asked(
        connection,
        "select i.external_number, i.number, i.issue_date, i.finalized_at, c.external_id,"
        " c.address->>'country' from invoice i join customer c on c.id = i.customer_id"
        " where i.tenant_id = %(t)s and i.external_number in ('700002', '700011')",
        tenant_id,
    )
    assert found == [
        ("700002", "INV-000002", "2011-03-01", "2011-03-01 09:05:00+00:00", "guest", "-"),
        # Half past midnight in a British summer is the day before in UTC.
        ("700011", "INV-000005", "2011-07-01", "2011-06-30 23:30:00+00:00", "10003", "IS"),
    ]


def test_a_credit_spreads_over_lines_of_one_article(
    connection: EngineConnection, tenant_id: str
) -> None:
    taken = asked(
        connection,
        "select n.description, l.position, nl.quantity, nl.gross_minor from note_line nl"
        " join credit_note n on n.id = nl.note_id join line l on l.id = nl.line_id"
        " join invoice i on i.id = n.invoice_id"
        " where n.tenant_id = %(t)s and i.external_number = '700005'",
        tenant_id,
    )
    assert taken == [
        ("Cancellation C700007", "1", "4", "4000"),
        ("Cancellation C700007", "2", "1", "1000"),
        ("Cancellation C700008", "2", "4", "4000"),
    ]


@pytest.mark.parametrize("documents", [1, 2, 3, 7])
def test_the_size_of_sets_does_not_matter(
    database: Database, monkeypatch: pytest.MonkeyPatch, documents: int
) -> None:
    monkeypatch.setattr(online_retail, "SET_DOCUMENTS", documents)
    assert timeless(imported(database, shop(database))) == REPORT


def test_rows_of_closed_months_are_rejected(database: Database) -> None:
    """No entry gets a date in a closed period. The sums still add up, also after a second run."""
    tenant_id = shop(database)
    closed = Engine(database, 1).perform(
        tenant_id, [request(CloseBooks(through=date(2011, 3, 31)))]
    )
    assert closed[0].done
    first = imported(database, tenant_id)
    assert first.adds_up
    # March has seven rows of invoices, and six rows of cancellations without an invoice.
    assert first.rejected_rows["refused_period_closed"] == 13
    assert first.invoices == 9
    assert timeless(imported(database, tenant_id)) == timeless(first)


def test_another_file_brings_only_what_is_new(database: Database, tmp_path: Path) -> None:
    tenant_id = shop(database)
    imported(database, tenant_id)
    longer = tmp_path / "longer.csv"
    more = "700040,H1,BONE COMB,2,2011-08-01 09:00:00,3.00,10001.0,United Kingdom\n"
    longer.write_text(SAMPLE.read_text() + more)
    report = imported(database, tenant_id, longer)
    assert (report.invoices, report.billed_minor, report.net_minor) == (1, 600, 600)
    # The rows that were used, and the row of C700008 with amount zero.
    assert report.rejected_rows["imported_before"] == 37
    assert report.adds_up
    assert timeless(imported(database, tenant_id)) == REPORT


def test_one_customer_of_ours_is_not_doubled(
    database: Database, connection: EngineConnection
) -> None:
    """An existing customer with the same external id gets the imported invoices."""
    tenant_id, ours = shop(database), new_id()
    saved = SaveCustomer(customer_id=ours, external_id="10002", name="Nils")
    assert Engine(database, 1).perform(tenant_id, [request(saved)])[0].done
    assert timeless(imported(database, tenant_id)) == REPORT
    found = asked(
        connection,
        f"select external_number from invoice where tenant_id = %(t)s and customer_id = '{ours}'",
        tenant_id,
    )
    assert found == [("700005",), ("700006",)]
