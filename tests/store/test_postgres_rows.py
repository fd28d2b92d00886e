"""Every row is written and read back unchanged."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polaris.core.facts.audit import AuditLine
from polaris.core.facts.credit_note import NoteLine, NoteTax
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.series import SkippedNumber
from polaris.core.facts.tenant import Tenant
from polaris.core.facts.wallet import Movement
from polaris.store.engine.write import INSERTS, UPDATES, write
from polaris.store.server.database import EngineConnection, connect
from polaris.store.sql import QUERIES, statement
from store.anyrow import FIXED, NAMED, TENANT, WORLD, rows


@pytest.fixture(scope="module")
def connection(database_url: str) -> Iterator[EngineConnection]:
    with connect(database_url) as connection:
        write(connection, TENANT, WORLD)
        connection.commit()
        # A rollback after each row would forget every plan, and plan it again for the next.
        connection.prepare_threshold = None
        yield connection


READ = {
    Tenant: f"select json_build_array({QUERIES['part_tenant']}::json)::text",
    Movement: "select json_agg(json_build_array(id, wallet_id, customer_id, lot_id, kind,"
    " amount_minor, invoice_id, at, details))::text from movement where tenant_id = %(t)s",
    SkippedNumber: "select json_agg(json_build_array(id, series, counted, number, document,"
    " document_id))::text from skipped_number where tenant_id = %(t)s",
    AuditLine: "select json_agg(json_build_array(id, command_id, at, actor, command, subject_id,"
    " outcome, refusals, request))::text from audit where tenant_id = %(t)s",
}
"""Tables that no decision reads, and the row that every decision reads."""


def read(connection: EngineConnection, table: type[Row], row: Row) -> Row:
    """Read a row like the load does."""
    sql = READ.get(table) or "select " + QUERIES[f"part_{table.table}"]
    for wanted_ids in ("ids", "concerned"):
        sql = sql.replace(f"%({wanted_ids})s", f"%({wanted_ids})s::{id_type(table)}[]")
    invoice_id = getattr(row, "invoice_id", None) or row.id
    ids = [row.note_id if isinstance(row, NoteLine | NoteTax) else row.id]
    asked = {"ids": ids, "concerned": [row.id], "invoices": [invoice_id]}
    asked["command_ids"] = [getattr(row, "command_id", "")]
    found = statement(sql).run(connection, {"t": TENANT, **asked}).fetchone()
    assert found is not None
    decoder = msgspec.json.Decoder(list[table])  # type: ignore[valid-type]  # known by value
    decoded: list[Row] = decoder.decode(found[0])
    return next(one for one in decoded if one.id == row.id)


def id_type(table: type[Row]) -> str:
    return "text" if table in NAMED else "uuid"


ANY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("table", INSERTS)
@ANY
@given(chance=st.data())
def test_a_new_row_comes_out_as_it_went_in(
    connection: EngineConnection, table: type[Row], chance: st.DataObject
) -> None:
    row = chance.draw(rows(table))
    try:
        write(connection, TENANT, [row])
        assert read(connection, table, row) == at_version(row, 1)
    finally:
        connection.rollback()


@pytest.mark.parametrize("table", UPDATES)
@ANY
@given(chance=st.data())
def test_a_changed_row_comes_out_as_it_became(
    connection: EngineConnection, table: type[Row], chance: st.DataObject
) -> None:
    before = chance.draw(rows(table))
    kept = {name: getattr(before, name) for name in FIXED[table].split()}
    after = chance.draw(rows(table, **kept, id=before.id, version=1))
    try:
        write(connection, TENANT, [before])
        write(connection, TENANT, [after])
        assert read(connection, table, after) == at_version(after, 2)
    finally:
        connection.rollback()


def at_version(row: Row, version: int) -> Row:
    return msgspec.structs.replace(row, version=version) if isinstance(row, Changing) else row
