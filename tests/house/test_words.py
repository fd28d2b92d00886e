"""One word per thing, from the profession. Words that say nothing are refused by name."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePath

from house.tree import Function, Module, expect_none, files, modules

REFUSED = {
    "data": "say which facts: rows, lines, lots, payload",
    "handle": "say what is done: decide, deliver, answer",
    "helper": "say what it does, and put it where that is done",
    "helpers": "say what they do, and put them where that is done",
    "info": "say what is told: summary, totals, standing",
    "manager": "say what it owns: pool, queue, register",
    "process": "say what is done: fold, settle, render",
    "transaction": "it is the database's; here it is an entry, a payment, a movement",
    "util": "say what it does, and put it where that is done",
    "utils": "say what they do, and put them where that is done",
}

# Where the database's transactions live, the word means what it says.
TRANSACTIONS = ("src/polaris/store", "src/polaris/engine", "src/polaris/serving")

# Set phrases of the trade, in which a refused word is the right one.
PHRASES = {
    ("data", "dir"): "what PostgreSQL, and so our command line, calls its directory",
    ("data", "directory"): "the same, spelled out",
}

# "path:name" and why the word is right there.
ALLOWED: dict[str, str] = {}

# As the whole name of a function these say neither what it does nor what it returns.
EMPTY_FUNCTIONS = frozenset(
    "the said told asked one place day called saved kept found seen shown made given known".split()
)


def parts(name: str) -> list[str]:
    """Return the words of a name in snake case or camel case: `PdfInfo` has two."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def names(module: Module) -> Iterator[str]:
    """Yield the names of the module's functions and classes."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def refused(path: str, name: str) -> Iterator[str]:
    """Yield a complaint for each refused word in a name, before exceptions."""
    words = parts(name)
    for word, following in pairwise([*words, ""]):
        database = word == "transaction" and path.startswith(TRANSACTIONS)
        if word in REFUSED and not database and (word, following) not in PHRASES:
            yield f"{path}:{name}: not '{word}'; {REFUSED[word]}"


def empty_words() -> dict[str, list[str]]:
    """Return every refused name in the source as "path:name", with its complaints."""
    named = [(module.path, name) for module in modules("src/") for name in names(module)]
    placed = [(path, folder) for path in files("src/") for folder in PurePath(path).parts[:-1]]
    filed = [(path, PurePath(path).stem) for path in files("src/")]
    found = {f"{path}:{name}": list(refused(path, name)) for path, name in named + placed + filed}
    return {key: complaint for key, complaint in found.items() if complaint}


def empty_functions(module: Module) -> Iterator[str]:
    """Module-level functions whose whole name is an empty participle or pronoun, "path:name"."""
    for node in module.tree.body:
        if isinstance(node, Function) and node.name.lstrip("_") in EMPTY_FUNCTIONS:
            yield f"{module.path}:{node.name}"


def test_no_name_uses_an_empty_word() -> None:
    """`process_data` could be anything. A reader who searches for a voided invoice never finds
    it."""
    found = empty_words()
    expect_none(why for key in found.keys() - ALLOWED.keys() for why in found[key])


def test_no_function_is_named_by_an_empty_word_alone() -> None:
    """`told(x)` does not say who is told what; `describe_failure(x)` does."""
    found = {key for module in modules("src/polaris/") for key in empty_functions(module)}
    expect_none(f"{key}: say what the function does or returns" for key in sorted(found))


def test_every_exception_is_still_needed() -> None:
    """An exception that is not needed any more would allow a new violation."""
    assert ALLOWED.keys() <= empty_words().keys()


def test_the_checks_catch_what_they_forbid() -> None:
    seeded = Module.of("def process_retry(): ...\nclass LineInfo: ...\ndef processor(): ...\n")
    caught = [name for name in names(seeded) if any(refused(seeded.path, name))]
    assert caught == ["process_retry", "LineInfo"]
    assert any(refused("src/polaris/core/actions/receive_payment.py", "card_transaction"))
    assert not any(refused("src/polaris/store/engine/write.py", "transaction"))
    assert not any(refused("src/polaris/settings.py", "data_dir"))
    named = Module.of("def told(): ...\nasync def the(): ...\ndef told_all(): ...\nsaid = 1\n")
    assert list(empty_functions(named)) == [f"{named.path}:told", f"{named.path}:the"]
    method = Module.of("class View:\n    def the(self): ...\n")
    assert not list(empty_functions(method))
    assert parts("PDFInfo2_utils") == ["pdf", "info", "utils"]
