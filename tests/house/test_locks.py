"""A statement that locks rows reads no other table. Facts are read by a later statement."""

from collections.abc import Iterator

import pytest
from pglast import ast

from house.sql import Block, queries, tables_in, walk
from house.tree import expect_none


def outside_where(node: object) -> Iterator[ast.Node]:
    """Yield the nodes of a statement, except its WHERE and locking clauses."""
    if isinstance(node, tuple):
        for item in node:
            yield from outside_where(item)
    elif isinstance(node, ast.Node):
        yield node
        for attribute in node:
            # The table that an INSERT fills is written, not read.
            written_to = isinstance(node, ast.InsertStmt) and attribute == "relation"
            if attribute not in ("whereClause", "lockingClause") and not written_to:
                yield from outside_where(getattr(node, attribute))


def locked(statement: ast.Node) -> set[str]:
    """Return the tables in the FROM of the statement's locking selects."""
    selects = (node for node in walk(statement) if isinstance(node, ast.SelectStmt))
    return {table for node in selects if node.lockingClause for table in tables_in(node.fromClause)}


def stale_reads(block: Block) -> Iterator[str]:
    for statement in block.statements:
        if not (held := locked(statement)):
            continue
        own = {node.ctename for node in walk(statement) if isinstance(node, ast.CommonTableExpr)}
        read = {n.relname for n in outside_where(statement) if isinstance(n, ast.RangeVar)}
        if len(held - own) > 1 or read - own - held:
            yield f"{block.name} locks {sorted(held - own)} and reads {sorted(read - own)}"


def test_no_statement_locks_one_table_and_reads_another() -> None:
    """A statement that waited for a lock sees the new version of the locked row, but old versions
    of all other rows. So a paid invoice could look unpaid and be voided. Other tables may only
    choose which rows to lock. If a join locks two tables, their order is unknown."""
    expect_none([wrong for block in queries() for wrong in stale_reads(block)])


@pytest.mark.parametrize(
    "sql",
    [
        "select i.id, p.amount from invoice i join payment p on p.invoice_id = i.id"
        " for update of i",
        "select c.id, (select json_agg(i.id) from invoice i) from customer c for no key update",
        "with l as (select id from customer for update) select i.id from invoice i join l on true",
        "update customer set x = 1 from (select id from invoice for share) y returning y.id",
    ],
)
def test_a_stale_read_is_caught(sql: str) -> None:
    assert list(stale_reads(Block("seed", sql)))


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from customer c where c.id = any(array(select i.customer_id from invoice i))"
        " order by c.id for no key update",
        "update delivery d set state = 'sending' where d.id in"
        " (select id from delivery order by due_at for update skip locked) returning d.*",
        "with due as (select id from delivery for update skip locked)"
        " update delivery d set state = 'sending' from due where due.id = d.id returning d.id",
        "select i.id from invoice i join payment p on p.invoice_id = i.id",
    ],
)
def test_a_plain_lock_is_fine(sql: str) -> None:
    assert not list(stale_reads(Block("seed", sql)))
