"""What a command prints: tables for people, or one JSON document; and how it says no."""

import sys

import msgspec
from rich.console import Console, RenderableType
from rich.text import Text

from polaris.cli import tables
from polaris.core.fold import Outcome
from polaris.core.refusals import Refusal

ENCODER = msgspec.json.Encoder(decimal_format="number")
# Names come from outside: what looks like markup in them is none.
PEOPLE = Console(markup=False, emoji=False, highlight=False)
ERRORS = Console(markup=False, emoji=False, highlight=False, stderr=True)


class Stopped(Exception):
    """A command cannot go on, for a reason that its user can mend."""


class Declined(Exception):
    """The engine refused what was asked, or broke over it."""

    def __init__(self, outcome: Outcome, currency: str) -> None:
        super().__init__()
        self.outcome, self.currency = outcome, currency


def say(*parts: RenderableType) -> None:
    """Print for people. Text is never cut into lines, so that an id can be copied whole."""
    for part in parts:
        PEOPLE.print(part, soft_wrap=isinstance(part, str | Text))


def document(value: object) -> None:
    """Print one JSON document; facts are objects with the names of their fields."""
    encoded = ENCODER.encode(plain(value))
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")


def plain(value: object) -> object:
    """The same with facts as objects: they travel to the database as arrays, which tell a reader
    nothing."""
    match value:
        case msgspec.Struct():
            return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        case tuple() if hasattr(value, "_asdict"):
            return plain(value._asdict())
        case dict():
            return {key: plain(one) for key, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
    return value


def refused(declined: Declined, as_json: bool) -> None:
    """Say why not, and what to do instead."""
    outcome = declined.outcome
    if outcome.fault:
        failed(f"Polaris is at fault, and has changed nothing: {outcome.fault!r}", as_json)
    elif as_json:
        document({"done": False, "refusals": [told(one) for one in outcome.refusals]})
    else:
        ERRORS.print(tables.refusals(outcome.refusals, declined.currency))


def told(refusal: Refusal) -> dict[str, object]:
    """A refusal as JSON."""
    return {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "instead": refusal.instead,
        "nothing_to_do": refusal.nothing_to_do,
        "details": refusal.details,
    }


def failed(sentence: str, as_json: bool) -> None:
    """Say what went wrong, outside the engine's rules."""
    if as_json:
        document({"done": False, "error": sentence})
    ERRORS.print(Text.assemble(("Error: ", "bold red"), sentence), soft_wrap=True)
