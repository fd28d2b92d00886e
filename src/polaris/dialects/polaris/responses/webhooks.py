"""Webhook endpoints, their keys, and deliveries as JSON."""

from polaris.delivery.endpoint_keys import ReceiverKeys
from polaris.store.read.webhooks import EndpointState, ListedDelivery, WholeDelivery


def endpoint(row: EndpointState) -> dict[str, object]:
    """Return an endpoint with its health; never its keys."""
    return {**row._asdict(), "health": row.health}


def keys(found: ReceiverKeys) -> dict[str, object]:
    """Return what a receiver needs to verify webhooks."""
    return {
        "secret": found.secret,
        "public_key": found.public_key,
        "public_keys": found.public_keys,
    }


def delivery(row: ListedDelivery) -> dict[str, object]:
    """Return a delivery. `due_at` is the time of the next attempt while it waits."""
    return row._asdict()


def whole_delivery(found: WholeDelivery) -> dict[str, object]:
    """Return a delivery with the body that is sent, as text, and with every attempt."""
    attempts = [attempt._asdict() for attempt in found.attempts]
    return {
        **delivery(found.delivery),
        "body": found.body,
        "fault": found.fault,
        "attempts": attempts,
    }
