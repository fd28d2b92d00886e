"""SQL as the house rules see it: named blocks, tables, and syntax trees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pglast import ast, enums, parse_sql

from house.tree import ROOT, files, read

SCHEMA = "src/polaris/store/schema.sql"
STORE, MIGRATIONS = "src/polaris/store/", "src/polaris/store/migrations/"

BLOCK = re.compile(r"^-- ([a-z0-9_]+) --$", re.MULTILINE)
CROSS_TENANT = re.compile(r"^-- cross-tenant: \w+", re.MULTILINE)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

TENANT_PARAMETER = 1


@dataclass(frozen=True)
class Block:
    """A named statement of a .sql file, or a part of a statement that the store composes."""

    name: str
    text: str

    @cached_property
    def statements(self) -> tuple[ast.Node, ...]:
        return tuple(raw.stmt for raw in parse_sql(numbered(self.text)))

    @property
    def is_cross_tenant(self) -> bool:
        return CROSS_TENANT.search(self.text) is not None


@dataclass(frozen=True)
class Rule:
    """A constraint or unique index of a table, with its columns."""

    table: str
    columns: tuple[str, ...]
    kind: enums.ConstrType
    constraint: ast.Constraint | None = None


def written(path: str) -> str:
    """Return the file's text, or an empty text if the file does not exist."""
    return read(path) if (ROOT / path).exists() else ""


def numbered(sql: str) -> str:
    """Return the SQL with numbered instead of named placeholders; `%(t)s` is always `$1`."""
    numbers = {"t": TENANT_PARAMETER}
    numbering = PLACEHOLDER.sub(
        lambda found: f"${numbers.setdefault(found[1], len(numbers) + 1)}", sql
    )
    return numbering.replace("%%", "%")


def blocks(text: str) -> list[Block]:
    _, *pieces = BLOCK.split(text)
    return [Block(*piece) for piece in zip(pieces[::2], pieces[1::2], strict=True)]


def queries() -> list[Block]:
    """Return every block of the store's .sql files, without the schema and the migrations."""
    names = files(STORE, suffixes=(".sql",))
    beside = [name for name in names if name != SCHEMA and not name.startswith(MIGRATIONS)]
    return [block for name in beside for block in blocks(read(name))]


def walk(node: object) -> Iterator[ast.Node]:
    """Yield every node of a syntax tree, outer nodes first."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif isinstance(node, ast.Node):
        yield node
        for attribute in node:
            yield from walk(getattr(node, attribute))


def strings(nodes: object) -> tuple[str, ...]:
    """Return the values of string nodes, such as the parts of a column list or a dotted name."""
    return tuple(node.sval for node in walk(nodes) if isinstance(node, ast.String))


def statements(schema: str) -> Iterator[tuple[ast.Node, str]]:
    """Yield the schema's statements, each with its text and the comments above it."""
    start = 0
    for raw in parse_sql(schema):
        end = raw.stmt_location + raw.stmt_len if raw.stmt_len else len(schema)
        yield raw.stmt, schema[start:end]
        start = end


def rules(schema: str) -> Iterator[Rule]:
    """Yield the constraints of columns and tables, including those that are added later."""
    for statement, _ in statements(schema):
        match statement:
            case ast.CreateStmt(relation=table, tableElts=elements):
                for element in elements or ():
                    yield from _rules_of(table.relname, element)
            case ast.AlterTableStmt(relation=table, cmds=commands):
                for command in commands:
                    yield from _rules_of(table.relname, command.def_)
            case ast.IndexStmt(relation=table, unique=True, indexParams=parameters):
                columns = tuple(parameter.name or "" for parameter in parameters)
                yield Rule(table.relname, columns, enums.ConstrType.CONSTR_UNIQUE)


def _rules_of(table: str, element: object) -> Iterator[Rule]:
    match element:
        case ast.Constraint(contype=kind, keys=keys, fk_attrs=keys_of_foreign):
            yield Rule(table, strings(keys or keys_of_foreign), kind, element)
        case ast.ColumnDef(colname=column, constraints=constraints):
            for constraint in constraints or ():
                yield Rule(table, (column,), constraint.contype, constraint)


def primary_keys(schema: str) -> dict[str, tuple[str, ...]]:
    kind = enums.ConstrType.CONSTR_PRIMARY
    return {rule.table: rule.columns for rule in rules(schema) if rule.kind == kind}


def tenant_tables(schema: str) -> frozenset[str]:
    """Return the tables whose key begins with the tenant, and the views that read them."""
    keyed = {table for table, key in primary_keys(schema).items() if key[0] == "tenant_id"}
    for statement, _ in statements(schema):
        if isinstance(statement, ast.ViewStmt) and keyed & set(tables_in(statement.query)):
            keyed.add(statement.view.relname)
    return frozenset(keyed)


def tables_in(node: object) -> Iterator[str]:
    return (range_.relname for range_ in walk(node) if isinstance(range_, ast.RangeVar))
