"""One attempt to send a webhook as HighLevel does: its headers, what is success, and retries."""

from collections.abc import Mapping

from polaris.delivery.dialect import Message, Origin, Reply
from polaris.delivery.signing import ed25519_signature, is_signed, rsa_signature
from polaris.dialects.highlevel.rules.settings import settings_of

TIMEOUT_SECONDS = 10.0
"""The vendor names no limit. Its users asked for this one."""

TOO_MANY_REQUESTS = 429
RETRIES, WAIT_SECONDS, JITTER_SECONDS = 6, 600.0, 120.0
"""The vendor's schedule: only after 429, six times, ten minutes apart, and up to two more."""

REQUEST_TIMEOUT, SERVER_ERROR = 408, 500
BACK_OFF_RETRIES, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 12, 60.0, 14_400.0
"""The schedule with `retry_failures`: after 1 minute, then 2, 4 and so on up to 4 hours, each
half as long again at most. It ends after about 20 hours."""


KEYS = ("ed25519", "rsa")
"""The kinds of keys that sign each webhook: the vendor's current signature, and its older one."""
CURRENT, OLDER = "X-GHL-Signature", "X-WH-Signature"
"""The headers of both signatures."""


def headers(message: Message) -> dict[str, str]:
    """Return the headers of an attempt. Only the body is signed."""
    ed25519, rsa = (message.key(kind).secret for kind in KEYS)
    return {
        "Content-Type": "application/json",
        CURRENT: ed25519_signature(message.body, ed25519),
        OLDER: rsa_signature(message.body, rsa),
    }


def verify(headers: Mapping[str, str], body: bytes, key: str) -> str | None:
    """Return why a webhook that was received cannot be trusted, or None.

    The key is one of the endpoint's public keys, as PEM. It verifies its own signature.
    """
    signatures = [headers.get(name.lower(), "") for name in (CURRENT, OLDER)]
    if not any(signatures):
        return "The webhook has no signature."
    try:
        fits = any(is_signed(body, signature, key) for signature in signatures)
    except ValueError:
        return "The key is no public key of an endpoint, as PEM."
    return None if fits else "No signature fits the body and the key."


def delivered(status: int) -> bool:
    """True if this answer counts as success."""
    return 200 <= status < 300


def delay_seconds(attempt: int, reply: Reply, chance: float, origin: Origin) -> float | None:
    """Return the seconds from a failed attempt (the first is 1) to the next, or None for the last.

    `chance` is a random number from 0 to 1.
    """
    if settings_of(origin.details).retry_failures:
        again = is_temporary(reply.status) and attempt <= BACK_OFF_RETRIES
        wait = min(FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1), LONGEST_WAIT_SECONDS)
        return wait + chance * wait / 2 if again else None
    again = reply.status == TOO_MANY_REQUESTS and attempt <= RETRIES
    return WAIT_SECONDS + chance * JITTER_SECONDS if again else None


def is_temporary(status: int | None) -> bool:
    """True if a later attempt may succeed. Without a status there was no answer."""
    if status is None or status >= SERVER_ERROR:
        return True
    return status in (REQUEST_TIMEOUT, TOO_MANY_REQUESTS)
