"""Compare an outcome with the one that was expected: the fingerprint, and what is different."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from polaris.core.effects.effect import Effect, Effects, FieldEffect, InvoiceEffect
from polaris.core.effects.gathering import without_next_number
from polaris.core.facts.event import EventKind
from polaris.core.facts.payment import Refund
from polaris.core.refusals import OutcomeChanged

MOST_LISTED = 50
"""Differences that a refusal lists; it names the number of the others."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two outcomes. Texts; None means that there is no such part."""

    part: str
    expected: str | None
    now: str | None

    @property
    def sentence(self) -> str:
        """Return the difference as one line."""
        return f"{self.part}: {self.expected or 'nothing'} → {self.now or 'nothing'}"


def compared(effects: Effects) -> Effects:
    """Return what counts in a comparison: all but numbers that documents get, and own words.

    Another document of the series may draw the next number before this request is done. That
    changes nothing that a person decided on. The series and its format count. The reason and the
    comment of a void, and the reference and the failure of a refund, are words of the request
    itself, which nobody else can change.
    """
    return replace(
        effects,
        invoices=tuple(map(without_own_words, map(without_next_number, effects.invoices))),
        credit_notes=tuple(map(without_next_number, effects.credit_notes)),
        changes=tuple(change for change in effects.changes if not is_own_word(change)),
        events=tuple(kind for kind in effects.events if kind != EventKind.NUMBER_SKIPPED),
    )


def without_own_words(invoice: InvoiceEffect) -> InvoiceEffect:
    """Return the effect on an invoice without what the request says about its void."""
    return replace(invoice, void_reason=None, void_comment=None)


def is_own_word(change: FieldEffect) -> bool:
    """True for what the request says about a refund: its reference, or why it failed."""
    of_refund = change.subject.partition(" ")[0] == Refund.table
    return of_refund and change.field in ("reference", "failure")


def fingerprint(effects: Effects) -> str:
    """Return the SHA-256 of the effects as canonical JSON, in hexadecimal digits."""
    return sha256(msgspec.json.encode(compared(effects), order="deterministic")).hexdigest()


def outcome_changed(expected: Effects | None, now: Effects) -> OutcomeChanged:
    """Return the refusal of a request whose outcome differs from the expected one.

    Without the expected effects it cannot list the differences, only the present fingerprint.
    """
    details: dict[str, str] = {"fingerprint": fingerprint(now)}
    if expected is not None:
        found = differences(expected, now)
        listed = [one.sentence for one in found[:MOST_LISTED]]
        more = len(found) - len(listed)
        details["changes"] = "\n".join([*listed, *([f"and {more} more"] if more else [])])
    return OutcomeChanged(field="expect", **details)


def differences(expected: Effects, now: Effects) -> tuple[Difference, ...]:
    """Return everything that is different, part by part, in the order of the effects."""
    found: list[Difference] = []
    was, is_now = compared(expected), compared(now)
    for section in Effects.__struct_fields__:
        if section != "events":
            found += between(getattr(was, section), getattr(is_now, section), "")
    if was.events != is_now.events:
        events = ", ".join(was.events) or None, ", ".join(is_now.events) or None
        found.append(Difference(part="events", expected=events[0], now=events[1]))
    return tuple(found)


def between(expected: Iterable[Effect], now: Iterable[Effect], inside: str) -> Iterator[Difference]:
    """Yield the differences between two lists of parts; `inside` is the part that has them."""
    was, is_now = named(expected, inside), named(now, inside)
    for name in {**was, **is_now}:
        old, new = was.get(name), is_now.get(name)
        if old is None or new is None:
            yield Difference(
                part=name,
                expected=summary(old) if old else None,
                now=summary(new) if new else None,
            )
        elif old != new:
            yield from between_fields(name, old, new)


def named(parts: Iterable[Effect], inside: str) -> dict[str, Effect]:
    """Return the parts by their names for people. A second part of a name gets a count."""
    found: dict[str, Effect] = {}
    for part in parts:
        values = " ".join(text for field in part.named_by if (text := name_part(part, field)))
        name = f"{inside}{part.word} {values}"
        count = sum(one == name or one.startswith(f"{name} #") for one in found)
        found[f"{name} #{count + 1}" if count else name] = part
    return found


def name_part(part: Effect, field: str) -> str:
    """Return a field that names a part; a flag is shown by its own name."""
    value = getattr(part, field)
    if isinstance(value, bool):
        return field if value else ""
    return "" if value is None else str(value)


def between_fields(name: str, old: Effect, new: Effect) -> Iterator[Difference]:
    """Yield the differences between the fields of two parts of one name."""
    for field in old.__struct_fields__:
        was, is_now = getattr(old, field), getattr(new, field)
        if was == is_now:
            continue
        if isinstance(was, tuple):
            yield from between(was, is_now, f"{name}, ")
        elif isinstance(was, dict):
            yield from between_keys(f"{name}, {field}", was, is_now)
        else:
            yield Difference(part=f"{name}, {field}", expected=text(was), now=text(is_now))


def between_keys(name: str, was: dict[str, str], is_now: dict[str, str]) -> Iterator[Difference]:
    """Yield the differences between two groups of texts."""
    for key in {**was, **is_now}:
        if was.get(key) != is_now.get(key):
            yield Difference(part=f"{name}.{key}", expected=was.get(key), now=is_now.get(key))


def text(value: object) -> str | None:
    """Return a value as text; None stays None."""
    return None if value is None else str(value)


def summary(part: Effect) -> str:
    """Return the fields of a part that do not name it, without empty ones."""
    values = {
        field: getattr(part, field)
        for field in part.__struct_fields__
        if field not in part.named_by
    }
    simple = {
        field: value
        for field, value in values.items()
        if value not in (None, "", 0) and not isinstance(value, tuple | dict)
    }
    return ", ".join(f"{field} {value}" for field, value in simple.items()) or "there"
