"""A tenant's settings for the HighLevel dialect, and the fields that it stores in details."""

from collections.abc import Mapping

import msgspec

from polaris.core.facts.details import Details

NAME = "highlevel"
"""The dialect's name: its own fields are stored in `details` under this key."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The dialect's settings; each has a default."""

    app_id: str = ""  # the `appId` of webhooks; the vendor's client checks nothing without it
    retry_failures: bool = False  # send webhooks again after all failures, not only after 429
    manual_payments_block_void: bool = True  # unrefunded cash and transfers forbid a void as well


def settings_of(details: Details) -> Settings:
    """Return a tenant's settings for this dialect, from the tenant's details."""
    return msgspec.convert(own_details(details), Settings)


def own_details(details: Details) -> Mapping[str, object]:
    """Return the fields that this dialect stores in a row's details."""
    return details.get(NAME, {})


def own_object(details: Mapping[str, object], name: str) -> dict[str, object]:
    """Return one object among the dialect's own fields; empty if there is none."""
    value = details.get(name)
    return value if isinstance(value, dict) else {}
