"""Endpoints as they are made: checked against the dialect that they name."""

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from polaris.core.commands import SaveWebhookEndpoint
from polaris.core.commands.base import or_none
from polaris.delivery.dialect import WebhookDialect
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
    command = SaveWebhookEndpoint(
        webhook_endpoint_id=endpoint_id,
        url=url,
        dialect=dialect,
        signature=signature or UNSET,
        name=name,
        event_types=tuple(types or ()),
    )
    return checked_endpoint(dialects, command)


def checked_endpoint(
    dialects: Dialects, command: SaveWebhookEndpoint, dialect: str | None = None
) -> SaveWebhookEndpoint:
    """Return the command with types that the dialect has, and with a signature if it is new.

    `dialect` is the one of an existing endpoint; None for a new one. Raises EndpointRefused.
    """
    name = dialect or or_none(command.dialect)
    if not name:
        return command  # the engine refuses it: a new endpoint needs a dialect
    known = known_dialect(dialects, name)
    if command.signature is not UNSET:
        _check_signature(known, command.signature)
    elif dialect is None:
        command = replace(command, signature=str(next(iter(known.signatures))))
    if command.event_types is not UNSET:
        command = replace(command, event_types=checked_types(dialects, name, command.event_types))
    return command


def known_dialect(dialects: Dialects, name: str) -> WebhookDialect:
    """Return the dialect with this name. Raises EndpointRefused."""
    if known := dialects.get(name):
        return known
    names = ", ".join(sorted(dialects))
    raise EndpointRefused("dialect", f"The dialect {name} has no webhooks. Choose {names}.")


def _check_signature(dialect: WebhookDialect, signature: str) -> None:
    possible = ", ".join(map(str, dialect.signatures))
    if signature not in set(map(str, dialect.signatures)):
        raise EndpointRefused(
            "signature",
            f"The dialect {dialect.name} has no signature {signature}. Choose {possible}.",
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
