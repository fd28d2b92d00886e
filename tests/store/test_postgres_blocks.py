"""Rows, tables and statements match each other."""

import re
from collections.abc import Iterator
from itertools import chain, combinations

import psycopg
import pytest

from house.sql import STORE, Block, blocks, numbered, written
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.tenant import Tenant
from polaris.core.ledger.posting import Entry, Posting
from polaris.store.engine import load_plan
from polaris.store.engine.write import INSERTS, UPDATES
from polaris.store.sql import QUERIES, Statement
from store.anyrow import FIXED

COLUMNS = (
    "select column_name from information_schema.columns"
    " where table_schema = 'public' and table_name = %s order by ordinal_position"
)
QUERIES_FILE = f"{STORE}engine/queries.sql"
ASSIGNED = re.compile(r"(\w+) = x\.\1\b")
KINDS = sorted(set(chain.from_iterable(load_plan.LOADED.values())))


@pytest.fixture(scope="module")
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def columns(connection: psycopg.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute(COLUMNS, [table])]


def kinds_of_rows(kind: type[Row] = Row) -> Iterator[type[Row]]:
    for below in kind.__subclasses__():
        if below is not Changing:
            yield below
        yield from kinds_of_rows(below)


def test_every_kind_of_row_can_be_written() -> None:
    assert set(kinds_of_rows()) == INSERTS.keys()
    assert {kind for kind in INSERTS if issubclass(kind, Changing)} == UPDATES.keys()


@pytest.mark.parametrize("table", INSERTS)
def test_a_table_has_the_fields_of_its_row(
    connection: psycopg.Connection, table: type[Row]
) -> None:
    fields = {name for name in table.__struct_fields__ if name != "postings"}
    owner = set() if table is Tenant else {"tenant_id"}  # a tenant belongs to itself
    assert set(columns(connection, table.table)) == fields | owner


def test_postings_stand_under_their_entry(connection: psycopg.Connection) -> None:
    assert Entry.__struct_fields__[-1] == "postings"
    own = ["tenant_id", "entry_id", "position"]
    assert columns(connection, "posting") == [*own, *Posting.__struct_fields__]


@pytest.mark.parametrize("table", UPDATES)
def test_what_never_changes_is_never_set(table: type[Row]) -> None:
    assigned = set(ASSIGNED.findall(QUERIES[UPDATES[table]].split("json_to_recordset")[0]))
    kept = {"id", "version", *FIXED[table].split()}
    assert assigned == set(table.__struct_fields__) - kept


# ------------------------------------------------------------------- what the database makes of it


def prepare(connection: psycopg.Connection, sql: str) -> None:
    """Let the database parse a statement and check its tables and columns. Raises psycopg.Error."""
    connection.execute(f"prepare checked as {sql}".encode())
    connection.execute("deallocate checked")


def prepared(connection: psycopg.Connection, statement: Statement | None) -> bool:
    if statement:
        prepare(connection, statement.text.decode())
    return True


@pytest.mark.parametrize("block", blocks(written(QUERIES_FILE)), ids=lambda block: block.name)
def test_every_block_fits_the_schema(connection: psycopg.Connection, block: Block) -> None:
    sql = re.sub(r"%\((ids|concerned)\)s", "%(ids)s::uuid[]", block.text)
    if block.name in ("part_series", "part_document_number"):
        sql = sql.replace("::uuid[]", "::text[]")
    prepare(connection, numbered(sql))
    assert block.statements


@pytest.mark.parametrize("kinds", [*combinations(KINDS, 1), *combinations(KINDS, 2), tuple(KINDS)])
def test_whatever_is_named_can_be_loaded(
    connection: psycopg.Connection, kinds: tuple[str, ...]
) -> None:
    named = frozenset(kinds) | {"tenant"}
    assert prepared(connection, load_plan.load(named)[0])
    assert prepared(connection, load_plan.lock(named))
    assert prepared(connection, load_plan.leads(named))


def test_what_does_not_fit_is_caught(connection: psycopg.Connection) -> None:
    (block,) = blocks("-- seed --\nselect nothing from invoice where tenant_id = %(t)s\n")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        prepare(connection, numbered(block.text))
