"""Endpoints as they are made: checked against the dialect that they name."""

from collections.abc import Sequence

from polaris.core.commands import SaveWebhookEndpoint
from polaris.core.facts.webhook import Signature
from polaris.delivery.publish import Dialects


class EndpointRefused(Exception):
    """What is wrong with an endpoint that is to be made, and in which field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def new_endpoint(
    dialects: Dialects,
    endpoint_id: str,
    url: str,
    dialect: str,
    types: Sequence[str] | None = None,
    name: str | None = None,
    signature: str | None = None,
) -> SaveWebhookEndpoint:
    """Return the command that creates an endpoint. `types`: None or empty for all types.

    Raises EndpointRefused.
    """
    known = dialects.get(dialect)
    if known is None:
        names = ", ".join(sorted(dialects))
        raise EndpointRefused("dialect", f"The dialect {dialect} has no webhooks. Choose {names}.")
    chosen = signature or next(iter(known.signatures))
    if chosen not in {str(one) for one in known.signatures}:
        possible = ", ".join(map(str, known.signatures))
        raise EndpointRefused(
            "signature", f"The dialect {dialect} has no signature {chosen}. Choose {possible}."
        )
    return SaveWebhookEndpoint(
        webhook_endpoint_id=endpoint_id,
        url=url,
        dialect=dialect,
        signature=str(Signature(chosen)),
        name=name,
        event_types=checked_types(dialects, dialect, types),
    )


def checked_types(
    dialects: Dialects, dialect: str, types: Sequence[str] | None
) -> tuple[str, ...] | None:
    """Return the types without repeats, None for all. Raises EndpointRefused."""
    chosen = tuple(dict.fromkeys(one.strip() for one in types or () if one.strip()))
    unknown = [one for one in chosen if one not in dialects[dialect].subscribable]
    if unknown:
        raise EndpointRefused(
            "event_types", f"The dialect {dialect} has no webhook of the type {unknown[0]}."
        )
    return chosen or None
