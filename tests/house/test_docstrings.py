"""The public names of the core have docstrings."""

import ast
from collections.abc import Iterator

from house.tree import Module, complaints, expect_none

CORE = ("src/polaris/core/", "src/polaris/money.py")

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def wordless(module: Module) -> Iterator[str]:
    """Yield the module and its top-level public functions and classes without a docstring."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield f"{module.path}:1: the module has no docstring"
    for node in module.tree.body:
        if isinstance(node, Documented) and node.name[0] != "_" and not ast.get_docstring(node):
            yield module.at(node, f"{node.name} has no docstring")


def test_every_public_name_of_the_core_has_a_docstring() -> None:
    """A bookkeeper should be able to check the core. Names and types alone do not say which
    billing rule is meant."""
    expect_none(complaints(wordless, *CORE))


def test_the_check_catches_what_it_forbids() -> None:
    seeded = Module.of('def pay(): ...\nclass Void: ...\ndef _own(): ...\ndef ok():\n    "Said."\n')
    assert [complaint.split(": ")[1] for complaint in wordless(seeded)] == [
        "the module has no docstring",
        "pay has no docstring",
        "Void has no docstring",
    ]
