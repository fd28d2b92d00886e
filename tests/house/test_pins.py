"""Every statement limits each table that it names to one tenant: it pins the tenant."""

from collections.abc import Iterator

import pytest
from pglast import ast, enums

from house.sql import (
    SCHEMA,
    TENANT_PARAMETER,
    Block,
    queries,
    strings,
    tenant_tables,
    walk,
    written,
)
from house.tree import expect_none

BARE = ""


def is_tenant(value: object) -> bool:
    """True if a value is the tenant's parameter, with or without a cast."""
    while isinstance(value, ast.TypeCast):
        value = value.arg
    return isinstance(value, ast.ParamRef) and value.number == TENANT_PARAMETER


def pinned(condition: object) -> frozenset[str]:
    """Return the aliases whose tenant a condition pins. Only terms joined by `and` count."""
    match condition:
        case ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=args):
            return frozenset().union(*map(pinned, args))
        case ast.A_Expr(kind=enums.A_Expr_Kind.AEXPR_OP, lexpr=left, rexpr=right) as equation:
            if strings(equation.name) == ("=",):
                return _pinned_side(left, right) | _pinned_side(right, left)
    return frozenset()


def _pinned_side(column: object, value: object) -> frozenset[str]:
    if not (isinstance(column, ast.ColumnRef) and is_tenant(value)):
        return frozenset()
    *alias, name = strings(column.fields) or (BARE,)
    return frozenset({alias[-1] if alias else BARE}) if name == "tenant_id" else frozenset()


def ranges(source: object) -> tuple[ast.RangeVar, ...]:
    """Return the tables in a FROM and its joins, without those in sub-selects."""
    match source:
        case ast.RangeVar():
            return (source,)
        case ast.JoinExpr(larg=left, rarg=right):
            return ranges(left) + ranges(right)
        case tuple():
            return sum(map(ranges, source), ())
    return ()


def name_of(table: ast.RangeVar) -> str:
    return str(table.alias.aliasname if table.alias else table.relname)


def pinned_by_joins(source: object) -> frozenset[str]:
    """Return the aliases that an ON pins. An outer join keeps rows of its outer side that do not
    match, so its ON pins only the inner side."""
    match source:
        case tuple():
            return frozenset().union(*map(pinned_by_joins, source))
        case ast.JoinExpr(jointype=kind, larg=left, rarg=right, quals=condition):
            fixes = {
                enums.JoinType.JOIN_INNER: (left, right),
                enums.JoinType.JOIN_LEFT: (right,),
                enums.JoinType.JOIN_RIGHT: (left,),
            }.get(kind, ())
            fixed = pinned(condition) & set(map(name_of, ranges(fixes)))
            return fixed | pinned_by_joins((left, right))
    return frozenset()


def unpinned(source: tuple[object, ...], where: object, tables: frozenset[str]) -> Iterator[str]:
    named, held = ranges(source), pinned(where) | pinned_by_joins(source)
    for table in named:
        sure = name_of(table) in held or (BARE in held and len(named) == 1)
        if table.relname in tables and not sure:
            yield f"{name_of(table)}.tenant_id = %(t)s is missing"


def inserts_tenant(rows: object, column: int) -> bool:
    """True if every inserted row has the tenant's parameter in this column."""
    match rows:
        case ast.SelectStmt(valuesLists=lists) if lists:
            return all(is_tenant(row[column]) for row in lists)
        case ast.SelectStmt(targetList=targets) if targets:
            return column < len(targets) and is_tenant(targets[column].val)
        case ast.SelectStmt(larg=left, rarg=right) if left:
            return inserts_tenant(left, column) and inserts_tenant(right, column)
    return False


def complaints_of(node: ast.Node, tables: frozenset[str]) -> Iterator[str]:
    match node:
        case ast.SelectStmt():
            yield from unpinned(node.fromClause or (), node.whereClause, tables)
        case ast.UpdateStmt():
            source = (node.relation, *(node.fromClause or ()))
            yield from unpinned(source, node.whereClause, tables)
        case ast.DeleteStmt():
            source = (node.relation, *(node.usingClause or ()))
            yield from unpinned(source, node.whereClause, tables)
        case ast.InsertStmt() if node.relation.relname in tables:
            columns = [column.name for column in node.cols or ()]
            if "tenant_id" not in columns:
                yield f"insert into {node.relation.relname} names no tenant_id"
            elif not inserts_tenant(node.selectStmt, columns.index("tenant_id")):
                yield f"insert into {node.relation.relname} takes tenant_id not from %(t)s"
        case ast.MergeStmt():
            yield "merge is not used: Citus cannot route it from a recordset"
        case ast.CommonTableExpr() if node.ctename in tables:
            yield f"the name {node.ctename} hides a table"


def tenancy(block: Block, tables: frozenset[str]) -> list[str]:
    if block.is_cross_tenant:
        return []
    nodes = walk(block.statements)
    return [f"{block.name}: {said}" for node in nodes for said in complaints_of(node, tables)]


def test_every_statement_pins_its_tenant() -> None:
    """A missing condition shows a tenant the invoices of another tenant. On a sharded database it
    also queries every shard, without an error. A join to a pinned table is not enough: the planner
    chooses the shard by constants, and the next change may remove the join."""
    tables = tenant_tables(written(SCHEMA))
    expect_none([wrong for block in queries() for wrong in tenancy(block, tables)])


TABLES = frozenset({"customer", "invoice", "line"})


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from invoice where id = %(id)s",
        "select 1 from invoice where tenant_id = %(other)s",
        "select 1 from invoice where tenant_id = %(t)s or id = %(id)s",
        "select 1 from invoice i, customer c where tenant_id = %(t)s",
        "select 1 from invoice i join line l on l.tenant_id = i.tenant_id"
        " where i.tenant_id = %(t)s",
        "select 1 from invoice i left join line l on i.tenant_id = %(t)s and l.tenant_id = %(t)s",
        "select 1 from invoice where tenant_id = %(t)s and id in (select invoice_id from line)",
        "select (select count(*) from line) from invoice i where i.tenant_id = %(t)s",
        "with x as (select id from invoice) select 1 from x",
        "(select 1 from line where tenant_id = %(t)s union all select 1 from line)",
        "update invoice set status = 'voided' where id = %(id)s",
        "update invoice y set status = x.s from line x where y.tenant_id = %(t)s",
        "delete from line where id = %(id)s",
        "delete from line l using invoice i where l.tenant_id = %(t)s",
        "insert into line values (%(t)s, %(id)s)",
        "insert into line (id) values (%(id)s)",
        "insert into line (tenant_id, id) values (%(t)s, %(a)s), (%(other)s, %(b)s)",
        "insert into line (tenant_id, id) select x.tenant_id, x.id from f(%(x)s) x",
        "insert into line (tenant_id, id) select %(t)s, id from line",
        "with invoice as (select 1) select * from invoice where tenant_id = %(t)s",
    ],
)
def test_a_statement_without_its_tenant_is_caught(sql: str) -> None:
    assert tenancy(Block("seed", sql), TABLES)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from invoice where tenant_id = %(t)s and id = any(%(ids)s)",
        "select 1 from invoice i where %(t)s::uuid = i.tenant_id and i.memo like '%%x'",
        "select 1 from invoice i join line l on l.tenant_id = %(t)s and l.invoice_id = i.id"
        " where i.tenant_id = %(t)s",
        "select 1 from invoice i left join line l on l.tenant_id = %(t)s where i.tenant_id = %(t)s",
        "(select json_agg(x) from (select 1 x from line where tenant_id = %(t)s) y)",
        "update invoice y set status = x.status from json_to_recordset(%(rows)s::json)"
        " as x(id uuid, status text) where y.tenant_id = %(t)s and y.id = x.id returning 1",
        "insert into line (id, tenant_id) select id, %(t)s from json_to_recordset(%(rows)s::json)"
        " as x(id uuid) on conflict do nothing",
        "insert into line (tenant_id, id) values (%(t)s, %(a)s), (%(t)s, %(b)s)",
        "select 1 from currency where code = %(code)s",
        "-- cross-tenant: the retention job prunes every tenant alike\ndelete from line",
    ],
)
def test_a_pinned_statement_is_fine(sql: str) -> None:
    assert not tenancy(Block("seed", sql), TABLES)
