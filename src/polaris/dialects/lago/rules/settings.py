"""A tenant's settings for the Lago dialect. They are stored in the tenant's details, in `lago`."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from polaris.core.facts.details import Details
from polaris.core.facts.tenant import Tenant

NAME = "lago"
"""The dialect's name: its own fields are stored in `details` under this key."""


class NotesOnVoid(StrEnum):
    """What a void does with the credit notes that settled the invoice."""

    PARKED = "parked"  # their credit stays blocked until somebody releases it
    BACK = "back"  # their credit can be spent again


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The dialect's settings; each has a default."""

    notes_on_void: NotesOnVoid = NotesOnVoid.PARKED  # credit notes that settled a voided invoice
    refuse_void_when_paid: bool = False  # refuse to void a paid invoice, as older Lago versions do
    skip_zero: bool = False  # close invoices with a total of zero instead of finalizing them


def settings_of(tenant: Tenant) -> Settings:
    """Return the tenant's settings for this dialect."""
    return msgspec.convert(lago_details(tenant.details), Settings)


def lago_details(details: Details) -> Mapping[str, object]:
    """Return the fields that this dialect stores in a row's details."""
    return details.get(NAME, {})


def lago_object(details: Details, name: str) -> dict[str, object]:
    """Return one object that this dialect stores in a row's details; empty if there is none."""
    value = lago_details(details).get(name)
    return value if isinstance(value, dict) else {}
