"""Print results and errors: as tables for people, or as one JSON document."""

import sys

import msgspec
from rich.console import Console, RenderableType
from rich.text import Text

from polaris.cli import tables
from polaris.cli.effects import effects_table
from polaris.core.facts.row import named_values
from polaris.core.fold import Outcome
from polaris.core.refusals import Refusal

ENCODER = msgspec.json.Encoder(decimal_format="number")
# Names come from users, so text that looks like markup must not be interpreted.
PEOPLE = Console(markup=False, emoji=False, highlight=False)
ERRORS = Console(markup=False, emoji=False, highlight=False, stderr=True)


class Stopped(Exception):
    """The command stops for a reason that the user can fix. The message names it."""


class Declined(Exception):
    """The engine refused the request, or failed while it decided it."""

    def __init__(self, outcome: Outcome, currency: str) -> None:
        super().__init__()
        self.outcome, self.currency = outcome, currency


def say(*parts: RenderableType) -> None:
    """Print for people. Text is never wrapped, so that an id can be copied whole."""
    for part in parts:
        PEOPLE.print(part, soft_wrap=isinstance(part, str | Text))


def document(value: object) -> None:
    """Print one JSON document. Facts become objects with their field names as keys."""
    encoded = ENCODER.encode(named_values(value))
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")


def refused(declined: Declined, as_json: bool) -> None:
    """Print why a request was refused and what to do instead, or which bug stopped it."""
    outcome = declined.outcome
    if outcome.fault:
        failed(f"A bug in Polaris; nothing was changed: {outcome.fault!r}", as_json)
    elif as_json:
        document({"done": False, "refusals": [refusal_json(one) for one in outcome.refusals]})
    else:
        ERRORS.print(tables.refusals(outcome.refusals, declined.currency))
        if outcome.effects is not None:  # the outcome is not the expected one
            ERRORS.print(Text("The outcome would be now:"), effects_table(outcome.effects))


def refusal_json(refusal: Refusal) -> dict[str, object]:
    """Return a refusal as JSON."""
    return {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "instead": refusal.instead,
        "nothing_to_do": refusal.nothing_to_do,
        "details": refusal.details,
    }


def failed(sentence: str, as_json: bool) -> None:
    """Print an error that is not a refusal by the engine's rules."""
    if as_json:
        document({"done": False, "error": sentence})
    ERRORS.print(Text.assemble(("Error: ", "bold red"), sentence), soft_wrap=True)
