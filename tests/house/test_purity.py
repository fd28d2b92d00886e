"""The core uses only its arguments: no clock, no random numbers, no input, no output."""

import ast
from collections.abc import Iterator

from house.tree import Module, complaints, expect_none

CORE = ("src/polaris/core/", "src/polaris/money.py")

CLOCKS = {"now", "today", "utcnow"}
OUTSIDE = {"open", "print", "input"}
IMPURE = {"os", "random", "secrets", "socket", "subprocess", "time", "uuid", "uuid_utils"}


def from_datetime(module: Module) -> set[str]:
    """Return the names under which a module imports `datetime` and its members."""
    return {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if "datetime" in (alias.name, getattr(node, "module", None))
    }


def impurities(module: Module) -> Iterator[str]:
    dated = from_datetime(module)
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(
                value=ast.Name(id=of) | ast.Attribute(value=ast.Name(id=of)), attr=name
            ) if name in CLOCKS and of in dated:
                yield module.at(node, f".{name} reads a clock; take the time as an argument")
            case ast.Call(func=ast.Name(id=name)) if name in OUTSIDE:
                yield module.at(node, f"{name}() is input or output")
            case ast.Import(names=imported):
                roots = {alias.name.partition(".")[0] for alias in imported}
                yield from (module.at(node, f"imports {name}") for name in roots & IMPURE)
            case ast.ImportFrom(module=str(source)) if source.partition(".")[0] in IMPURE:
                yield module.at(node, f"imports from {source}")


def test_the_core_has_no_clock_and_no_chance() -> None:
    """The same facts must give the same decision. Then a preview shows what will be booked, a
    repetition gets the first answer, and tests need not freeze the time."""
    expect_none(complaints(impurities, *CORE))


def test_the_check_catches_what_it_forbids() -> None:
    seeded = Module.of(
        "import random\n"
        "from uuid import uuid4\n"
        "import datetime as dt; from datetime import date, datetime\n"
        "at = field(default_factory=datetime.now)\n"
        "on = date.today()\n"
        "was = dt.datetime.utcnow()\n"
        "print(at)\n"
    )
    assert {complaint.split(":")[1] for complaint in impurities(seeded)} == set("124567")
    assert not list(impurities(Module.of("from datetime import datetime\nat = decision.today()\n")))
