"""Every test has an assertion, so that it can fail."""

import ast
import re
from collections.abc import Iterator

from house.tree import Module, complaints, expect_none

ASSERTING = re.compile(r"raises|warns|(?:assert|check|expect)(?:_\w+)?")


def asserts(node: ast.AST) -> bool:
    match node:
        case ast.Assert():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return ASSERTING.fullmatch(name) is not None
    return False


def toothless(module: Module) -> Iterator[str]:
    for function in module.functions():
        if function.name.startswith("test_") and not any(map(asserts, ast.walk(function))):
            yield module.at(function, f"{function.name} asserts nothing")


def test_every_test_asserts_something() -> None:
    """A test that only runs the code passes even when the answer is wrong."""
    expect_none(complaints(toothless, "tests/", "bench/"))


def test_the_check_catches_what_it_forbids() -> None:
    seeded = Module.of(
        "def test_a():\n    run()\n"
        "def test_b():\n    assert run()\n"
        "def test_c():\n    with pytest.raises(ValueError):\n        run()\n"
        "def test_d():\n    expect_void(run())\n"
        "async def test_e():\n    await run()\n"
    )
    assert [complaint.split()[1] for complaint in toothless(seeded)] == ["test_a", "test_e"]
