"""SQL is in the store's .sql files, in named blocks, and every block is used."""

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
    """Yield the string literals, without docstrings and other bare strings."""
    prose = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def unused(named: list[Block], spoken: set[str]) -> list[str]:
    """Return the blocks that no literal names. The store has a part for each table, so the literal
    `invoice` also uses `part_invoice`."""
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
    """A syntax error is found here, and not only when the statement runs."""
    expect_none([wrong for block in queries() for wrong in unparsable(block)])


def test_every_block_has_its_own_name() -> None:
    """Of two blocks with the same name a reader finds the first, but the last one runs."""
    counts = Counter(block.name for block in queries())
    expect_none([name for name, count in counts.items() if count > 1])


def test_every_block_is_used() -> None:
    """Unused SQL must still be read and migrated."""
    spoken = {str(word.value) for module in modules("src/") for word in literals(module)}
    expect_none(unused(queries(), spoken))


def test_no_statement_hides_in_python() -> None:
    """The rules about tenants and locks check only the .sql files of the store."""
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
