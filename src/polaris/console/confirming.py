"""Confirm a command: show its effects first, and do it only if they are still the same."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from babel import Locale

from polaris.console.access import CommandRefused, Visit
from polaris.console.formats import DEFAULT_LOCALE, number_text
from polaris.core.commands import Command
from polaris.core.effects import Effects
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.fold import Outcome
from polaris.core.refusals import OutcomeChanged, Refusal
from polaris.engine import new_id, now
from polaris.store.read.timeline import Change, changes_since


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


class Objections(NamedTuple):
    """Why a form was not done or cannot be done; `refusals.html` shows it."""

    refusals: tuple[Refusal, ...] = ()  # with their way out
    differences: tuple[str, ...] = ()  # between the effects that were shown and those of now
    unseen: bool = False  # the choices changed after the effects were shown
    since: tuple[
        Change, ...
    ] = ()  # who changed something since the form was opened, the newest first
    sent: bool = False  # the form was sent, not only opened

    @property
    def status(self) -> int:
        """The status of the answer."""
        if self.differences:
            return 409
        return 422 if self.sent else 200


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


async def objections(
    visit: Visit,
    document: Invoice | CreditNote,
    proposal: Proposal,
    refused: tuple[Refusal, ...],
    *,
    unseen: bool = False,
) -> Objections:
    """Return why a form about a document was `refused`, or why its command would be refused now.

    `unseen` is True if the form was sent with other choices than those whose effects it showed.
    """
    if not refused:
        return Objections(proposal.refusals)
    differences = tuple(differences_in(refused, document.currency, visit.locale))
    unseen = unseen and bool(differences)
    return Objections(
        refusals=() if differences else refused,
        differences=differences,
        unseen=unseen,
        since=() if unseen else await _changes_since_opened(visit, document),
        sent=True,
    )


async def _changes_since_opened(visit: Visit, document: Invoice | CreditNote) -> tuple[Change, ...]:
    """Return who changed what since the form was opened; nothing if the form does not say when."""
    invoice_id = document.id if isinstance(document, Invoice) else document.invoice_id
    since = _opened_at(visit)
    if since is None:
        return ()
    return tuple(await visit.caller.read(changes_since, invoice_id, document.customer_id, since))


def _opened_at(visit: Visit) -> datetime | None:
    """Return when the form was opened (UTC), as it says itself, or None if that is no time."""
    try:
        return datetime.fromisoformat(visit.text("opened_at")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def opened_now() -> str:
    """Return the time of now, for the hidden field `opened_at` of a form."""
    return now().isoformat()


def differences_in(
    refusals: tuple[Refusal, ...], currency: str, locale: Locale = DEFAULT_LOCALE
) -> list[str]:
    """Return what differs from the preview, line by line; empty if nothing does.

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
