"""The images of an event: its subject before and after, decoded to typed rows."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote, Funding
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event
from polaris.core.facts.invoice import Invoice, Settlement, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.series import Series
from polaris.core.facts.task import Task
from polaris.core.facts.tenant import Books, Tenant
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.facts.webhook import WebhookEndpoint

R = TypeVar("R", bound=Row)

ROWS: Mapping[str, type[Row]] = {
    kind.table: kind
    for kind in (
        *(Customer, Invoice, Settlement, WriteOff, Payment, Refund, CreditNote, Funding),
        *(Wallet, Lot, CatalogueItem, TaxCode, WebhookEndpoint, Task, Tenant, Books, Series),
    )
}
"""The type of an event's subject by the name of its table."""


def image_before(event: Event, kind: type[R]) -> R | None:
    """Return the subject before the event, or None if the event created it.

    Raises msgspec.ValidationError if the image does not fit the type.
    """
    return None if event.before is None else _decode(event, kind, event.before)


def image_after(event: Event, kind: type[R]) -> R:
    """Return the subject after the event. Raises msgspec.ValidationError like `image_before`."""
    return _decode(event, kind, event.after)


def _decode(event: Event, kind: type[R], image: Mapping[str, object]) -> R:
    """Return the row in an image. In a stored image, dates, decimals and enums are text.

    Fields that the type no longer has are ignored. Fields that are newer get their default.
    """
    if event.subject != kind.table:
        raise AssertionError(f"the event has the subject {event.subject}, not {kind.table}")
    values: dict[str, Any] = {
        name: msgspec.convert(image[name], type_)
        for name, type_ in _types(kind).items()
        if name in image
    }
    return kind(**values)


@cache
def _types(kind: type[Row]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}
