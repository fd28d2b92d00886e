"""Confirm a command: show its effects first, and do it only if they are still the same."""

import re
from typing import NamedTuple

import msgspec
from babel import Locale

from polaris.console.access import CommandRefused, Visit
from polaris.console.formats import DEFAULT_LOCALE, number_text
from polaris.core.commands import Command
from polaris.core.effects import Effects
from polaris.core.fold import Outcome
from polaris.core.refusals import OutcomeChanged, Refusal
from polaris.engine import new_id


class Proposal(NamedTuple):
    """What a command would do now, or why it is refused. A form carries it to its confirmation."""

    request_id: str  # of the request that the form will send; so a form is done once
    effects: Effects | None
    fingerprint: str
    refusals: tuple[Refusal, ...]

    @property
    def expected(self) -> str:
        """The effects as JSON, so that a refusal can say what has changed since."""
        return msgspec.json.encode(self.effects).decode() if self.effects else ""


async def propose(visit: Visit, command: Command) -> Proposal:
    """Return what the command would do now. Nothing is written."""
    try:
        preview = await visit.caller.preview(command)
    except CommandRefused as refused:
        return Proposal(new_id(), None, "", refused.refusals)
    return Proposal(new_id(), preview.effects, preview.fingerprint or "", ())


async def confirm(visit: Visit, command: Command) -> Outcome:
    """Perform the command that the form confirms, if its outcome is the one that was shown.

    Raises CommandRefused; with OutcomeChanged if the outcome would differ.
    """
    return await visit.caller.perform(
        command, expect=visit.text("expect") or None, expected=effects_of(visit.text("expected"))
    )


def effects_of(text: str) -> Effects | None:
    """Return the effects that a form carries, or None if they cannot be read."""
    try:
        return msgspec.json.decode(text, type=Effects)
    except msgspec.DecodeError:
        return None


def changes_in(
    refusals: tuple[Refusal, ...], currency: str, locale: Locale = DEFAULT_LOCALE
) -> list[str]:
    """Return what has changed since the preview, line by line; empty if nothing has.

    `currency` is the one of the invoice. The amounts are written for a person.
    """
    for refusal in refusals:
        if isinstance(refusal, OutcomeChanged):
            lines = str(refusal.details.get("changes") or "").splitlines() or [refusal.sentence]
            return [_in_major_units(line, currency, locale) for line in lines]
    return []


def _in_major_units(line: str, currency: str, locale: Locale) -> str:
    """Return the line with amounts such as `net: 1,000.00`, and not `net_minor: 100000`."""

    def written(found: re.Match[str]) -> str:
        minor = re.sub(
            r"-?\d+", lambda digits: number_text(int(digits[0]), currency, locale), found[2]
        )
        return found[1].replace("_", " ") + minor

    return re.sub(r"\b(\w+)_minor\b(:? -?\d+(?: → -?\d+)?)", written, line)
