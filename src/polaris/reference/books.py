"""Pages about the ledger: accounts, recipes, proofs and events."""

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
An event says what has happened. It is written in the same database transaction as the change, and
contains its subject as it was before and after the change.
"""


def events() -> str:
    """Return the page about events."""
    rows = [(f"`{kind}`", kind.sentence) for kind in EventKind]
    listed = table(("Event", "Meaning"), *rows)
    return page("Events", "core/facts/event.py", EVENTS, "## EventKind\n", listed, described(Event))


# ---------------------------------------------------------------- accounts

RECIPES = """\
There is one recipe for each business fact. The numbers are those of
[the ledger](../concepts/ledger.md). To undo an entry, the engine writes its exact reversal: the
same lines with debit and credit swapped. Lines with the amount zero are not written.
"""

ENTRIES = """\
The kind of an entry says which fact it books. A void reverses the entries that the invoice caused.
Entries of received money, and of what was given to the customer, stay.
"""


def accounts() -> str:
    """Return the page about accounts, recipes and kinds of entry."""
    chart = [(f"`{name}`", kind, meaning) for name, (kind, meaning) in CHART.items()]
    rows = [row for recipe in recipes() for row in legs(recipe)]
    kinds = [(f"`{one}`", "reversed" if one in UNDONE_BY_VOID else "stays") for one in EntryKind]
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
    """Return the ledger functions whose docstring begins with a number, in source order."""
    made = [one for _, one in inspect.getmembers(ledger_recipes, inspect.isfunction)]
    numbered = [one for one in made if NUMBERED.match(sentence(one))]
    return sorted(numbered, key=lambda one: one.__code__.co_firstlineno)


def legs(recipe: Callable[..., Any]) -> Iterator[tuple[str, ...]]:
    """Yield the table rows of a recipe. The recipe is called with names instead of amounts."""
    found = NUMBERED.match(sentence(recipe))
    assert found, recipe
    for arguments in calls(recipe):
        made = recipe(**arguments)
        head = [found["number"], f"`{recipe.__name__}`", found["when"] + choice(arguments)]
        for leg in [made] if isinstance(made, Leg) else made:
            yield (*head, *map(cell, leg))
            head = ["", "", ""]


def choice(arguments: dict[str, Any]) -> str:
    """Return the values of the boolean arguments in words."""
    chosen = [(name, value) for name, value in arguments.items() if value in YES_NO]
    return "".join(f" ({name if yes else f'not {name}'})" for name, yes in chosen)


YES_NO = (True, False)


def calls(recipe: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Yield arguments for a recipe: the parameters' names, and for booleans both values."""
    takes = inspect.signature(recipe).parameters.values()
    choices = [YES_NO if one.annotation is bool else (stand_in(one.name),) for one in takes]
    for given in product(*choices):
        yield dict(zip((one.name for one in takes), given, strict=True))


def stand_in(parameter: str) -> str:
    """Return the parameter's name, or NAME if it becomes a part of an account's name."""
    return "NAME" if parameter == "name" else parameter


def cell(word: str) -> str:
    """Return an account as code, or an argument's name in italics."""
    return f"`{word}`" if word.isupper() else f"*{word.replace('_', ' ')}*"


# ---------------------------------------------------------------- proofs

PROVED = """\
`polaris ledger verify` reads the whole ledger of a tenant and checks each of these statements, per
currency. If one fails, it names what is wrong and exits with 1.
"""


def proofs() -> str:
    """Return the page about the proofs of the ledger."""
    rows = [(f"`{name}`", statement) for name, statement in PROOFS.items()]
    return page("Proofs", "reports/ledger.py", PROVED, table(("Proof", "What it proves"), *rows))
