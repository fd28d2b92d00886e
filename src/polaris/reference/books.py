"""Pages about the books: accounts, recipes, proofs, events."""

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from polaris.core.facts.event import Event, EventKind
from polaris.core.ledger import recipes as ledger_recipes
from polaris.core.ledger.chart import CHART
from polaris.core.ledger.posting import UNDONE_BY_VOID, EntryKind, Leg
from polaris.reference.markdown import described, page, sentence, table
from polaris.reports.ledger import PROOFS

# ---------------------------------------------------------------- events

EVENTS = """\
In the past tense, and written in the same database transaction as the change. Each carries its
subject as it stood before and after.
"""


def events() -> str:
    """What the world is told."""
    rows = [(f"`{kind}`", kind.sentence) for kind in EventKind]
    told = table(("Event", "It tells"), *rows)
    return page("Events", "core/facts/event.py", EVENTS, "## EventKind\n", told, described(Event))


# ---------------------------------------------------------------- accounts

RECIPES = """\
One per business fact, with the numbers of [the ledger](../concepts/ledger.md). Something is undone
by the exact reversal of its entry: the same lines, swapped. Zero is not written.
"""

ENTRIES = """\
An entry says which fact it books. A void reverses what the invoice brought about; money that came,
and what was given to the customer, stands.
"""


def accounts() -> str:
    """The chart, the recipes, and the kinds of entry."""
    chart = [(f"`{name}`", kind, meaning) for name, (kind, meaning) in CHART.items()]
    rows = [row for recipe in recipes() for row in legs(recipe)]
    kinds = [(f"`{one}`", "reversed" if one in UNDONE_BY_VOID else "stands") for one in EntryKind]
    return page(
        "Accounts",
        "core/ledger",
        table(("Account", "Kind", "Meaning"), *chart),
        "## Recipes\n",
        RECIPES,
        table(("Recipe", "Function", "When", "Debit", "Credit", "Amount"), *rows),
        "## Entries\n",
        ENTRIES,
        table(("Kind", "In a void"), *kinds),
    )


NUMBERED = re.compile(r"(?P<number>\d+[a-z ]*)\. (?P<when>.+)")


def recipes() -> list[Callable[..., Any]]:
    """The functions of the ledger whose docstring begins with a number, as the file has them."""
    made = [one for _, one in inspect.getmembers(ledger_recipes, inspect.isfunction)]
    numbered = [one for one in made if NUMBERED.match(sentence(one))]
    return sorted(numbered, key=lambda one: one.__code__.co_firstlineno)


def legs(recipe: Callable[..., Any]) -> Iterator[tuple[str, ...]]:
    """The lines of a recipe, which the recipe itself makes out of the names of what it takes."""
    said = NUMBERED.match(sentence(recipe))
    assert said, recipe
    for given in calls(recipe):
        made = recipe(**given)
        told = [said["number"], f"`{recipe.__name__}`", said["when"] + choice(given)]
        for leg in [made] if isinstance(made, Leg) else made:
            yield (*told, *map(cell, leg))
            told = ["", "", ""]


def choice(given: dict[str, Any]) -> str:
    """Which of both a yes or no was called with."""
    chosen = [(name, one) for name, one in given.items() if one in YES_NO]
    return "".join(f" ({name if yes else f'not {name}'})" for name, yes in chosen)


YES_NO = (True, False)


def calls(recipe: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Arguments to call a recipe with: its own names for what it takes, and both of a yes or no."""
    takes = inspect.signature(recipe).parameters.values()
    choices = [YES_NO if one.annotation is bool else (stand_in(one.name),) for one in takes]
    for given in product(*choices):
        yield dict(zip((one.name for one in takes), given, strict=True))


def stand_in(parameter: str) -> str:
    """What is given for a parameter: its name; in capitals where it becomes part of an account."""
    return "NAME" if parameter == "name" else parameter


def cell(word: str) -> str:
    """An account, or the name of what is given."""
    return f"`{word}`" if word.isupper() else f"*{word.replace('_', ' ')}*"


# ---------------------------------------------------------------- proofs

PROVED = """\
`polaris ledger verify` reads a tenant's whole book and proves each of these, per currency. It names
what is wrong, and exits with 1.
"""


def proofs() -> str:
    """What always holds over the books."""
    rows = [(f"`{name}`", said) for name, said in PROOFS.items()]
    return page("Proofs", "reports/ledger.py", PROVED, table(("Proof", "It says"), *rows))
