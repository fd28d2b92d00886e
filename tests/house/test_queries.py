"""SQL lives in the store's files, in named blocks, and every block is in use."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from pglast.parser import ParseError

from house.sql import SCHEMA, Block, blocks, queries, tenant_tables, written
from house.tree import Module, complaints, expect_none, modules

STATEMENT = re.compile(r"\s*(?:with|select|insert|update|delete)\b", re.IGNORECASE)
NAMED = re.compile(r"\b(?:from|join|into|update)\s+([a-z_]+)", re.IGNORECASE)


def literals(module: Module) -> Iterator[ast.Constant]:
    """String literals; docstrings and other bare strings are prose."""
    prose = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def unused(named: list[Block], spoken: set[str]) -> list[str]:
    """Blocks that no literal names. A part may be named by its table: `part_invoice` by
    `invoice`, as the store writes one part per table."""
    return [
        block.name for block in named if not {block.name, block.name.removeprefix("part_")} & spoken
    ]


def unparsable(block: Block) -> Iterator[str]:
    try:
        if not block.statements:
            yield f"{block.name} is empty"
    except ParseError as error:
        yield f"{block.name}: {error}"


def inline_sql(module: Module, tables: frozenset[str]) -> Iterator[str]:
    for literal in literals(module):
        text = str(literal.value)
        if STATEMENT.match(text) and tables.intersection(NAMED.findall(text)):
            yield module.at(literal, "SQL belongs in a file of the store")


def test_every_block_parses() -> None:
    """A typing slip shows here, not in the one path that runs the statement."""
    expect_none([said for block in queries() for said in unparsable(block)])


def test_every_block_has_its_own_name() -> None:
    """Of two blocks with one name, the reader finds the first and the program runs the last."""
    counts = Counter(block.name for block in queries())
    expect_none([name for name, count in counts.items() if count > 1])


def test_every_block_is_used() -> None:
    """Dead SQL is still read, migrated and feared."""
    spoken = {str(word.value) for module in modules("src/") for word in literals(module)}
    expect_none(unused(queries(), spoken))


def test_no_statement_hides_in_python() -> None:
    """The rules on tenants and locks read the store's files; a statement elsewhere escapes them."""
    tables = tenant_tables(written(SCHEMA))
    expect_none(complaints(lambda module: inline_sql(module, tables), "src/"))


def test_the_checks_catch_what_they_forbid() -> None:
    text = "-- a_one --\n-- Why.\nselect 1;\n-- part_b --\nselect %(x)s;\n-- c --\nselekt\n"
    one, two, three = blocks(text)
    assert [block.name for block in (one, two, three)] == ["a_one", "part_b", "c"]
    assert unused([one, two, three], {"b"}) == ["a_one", "c"]
    assert list(unparsable(three))
    assert list(unparsable(Block("d", "-- nothing\n")))
    assert not list(unparsable(two))
    seeded = Module.of('"""select from invoice"""\nq = "select 1 from invoice where 1"\n')
    assert len(list(inline_sql(seeded, frozenset({"invoice"})))) == 1
