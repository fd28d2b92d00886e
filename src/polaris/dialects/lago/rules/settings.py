"""What a tenant can choose for the Lago dialect. Kept in the tenant's details, under `lago`."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from polaris.core.facts.details import Details
from polaris.core.facts.tenant import Tenant

NAME = "lago"
"""The dialect's name: what only it knows stands under this name in `details`."""


class NotesOnVoid(StrEnum):
    """What a void does with credit notes that settled the invoice."""

    PARKED = "parked"  # their credit waits until somebody releases it
    BACK = "back"  # their credit can be spent again


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that the dialect declares; every one has a default."""

    notes_on_void: NotesOnVoid = NotesOnVoid.PARKED  # credit notes that settled a voided invoice
    refuse_void_when_paid: bool = False  # a paid invoice is not voided, as once
    skip_zero: bool = False  # invoices over nothing are closed, not finalized


def settings_of(tenant: Tenant) -> Settings:
    """Return the tenant's settings for this dialect."""
    return msgspec.convert(lago_details(tenant.details), Settings)


def lago_details(details: Details) -> Mapping[str, object]:
    """Return what this dialect keeps in a row's details."""
    return details.get(NAME, {})


def lago_object(details: Details, name: str) -> dict[str, object]:
    """Return an object that this dialect keeps in a row's details; empty if there is none."""
    value = lago_details(details).get(name)
    return value if isinstance(value, dict) else {}
