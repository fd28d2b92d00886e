"""The second factor: codes of an authenticator app (TOTP), and recovery codes for a lost device."""

import base64
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from polaris.operators.operator import Operator
from polaris.operators.refusals import SecondFactorOff, SecondFactorOn, WrongCode
from polaris.operators.tokens import token_hash
from polaris.store.operators import changes, run

Connection = psycopg.Connection[Any]

ISSUER = "Polaris"
DIGITS = 6
STEP_SECONDS = 30
SECRET_BYTES = 20
STEPS_OFF = 1
"""How many steps the clock of a phone may be early or late."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10


class Offer(NamedTuple):
    """A new secret that the operator brings into an authenticator app."""

    secret: str  # Base32, to type
    uri: str  # for the app
    qr_code: str  # the URI as the `data:` URI of an SVG image


# ---------------------------------------------------------------- codes


def totp(secret: str) -> TOTP:
    """Return the generator of a Base32 secret: 6 digits, SHA-1 and 30 seconds, as apps expect."""
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)


def step_of(at: datetime) -> int:
    """Return the number of the 30-second step of a time."""
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the step near this time that has this code, or None. Ignores spaces in the code."""
    generator, typed = totp(secret), code.replace(" ", "").encode()
    for step in range(step_of(at) - STEPS_OFF, step_of(at) + STEPS_OFF + 1):
        if hmac.compare_digest(generator.generate(step * STEP_SECONDS), typed):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Return ten new codes of 80 random bits, such as `abcd-efgh-ijkl-mnop`."""
    texts = (
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    )
    return ["-".join(text[start : start + 4] for start in range(0, 16, 4)) for text in texts]


def recovery_hash(code: str) -> str:
    """Return the hash of a recovery code, in whichever case and with or without hyphens."""
    return token_hash("".join(filter(str.isalnum, code.lower())))


# ---------------------------------------------------------------- on and off


def offer(connection: Connection, operator: Operator, at: datetime) -> Offer:
    """Store a new secret that is not yet confirmed, and return it. The caller commits.

    Raises SecondFactorOn.
    """
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    values = {"operator_id": operator.id, "secret": secret, "at": at}
    if not changes(connection, "offer_second_factor", **values):
        raise SecondFactorOn
    return described(operator, secret)


def described(operator: Operator, secret: str) -> Offer:
    """Return a secret with its URI and QR code."""
    uri = totp(secret).get_provisioning_uri(operator.email, ISSUER)
    image = segno.make(uri).svg_data_uri(scale=4, light="white", border=4)
    return Offer(secret, uri, image)


def offered(connection: Connection, operator: Operator) -> Offer:
    """Return the secret that is not yet confirmed. Raises SecondFactorOn, SecondFactorOff."""
    row = run(connection, "second_factor", operator_id=operator.id).fetchone()
    if row is None:
        raise SecondFactorOff
    secret, confirmed_at, _ = row
    if confirmed_at:
        raise SecondFactorOn
    return described(operator, secret)


def switch_on(connection: Connection, operator: Operator, code: str, at: datetime) -> list[str]:
    """Confirm the offered secret with its first code. Return the recovery codes, shown once.

    The caller commits. Raises WrongCode, SecondFactorOn, SecondFactorOff.
    """
    secret = offered(connection, operator).secret
    _accept_code(connection, operator, secret, code, at)
    return replace_recovery_codes(connection, operator)


def switch_off(connection: Connection, operator_id: str) -> bool:
    """Delete the second factor and its recovery codes. The caller commits.

    Return False if there was none.
    """
    run(connection, "delete_recovery_codes", operator_id=operator_id)
    return bool(changes(connection, "delete_second_factor", operator_id=operator_id))


def replace_recovery_codes(connection: Connection, operator: Operator) -> list[str]:
    """Return new recovery codes; the earlier ones become invalid. The caller commits."""
    codes = new_recovery_codes()
    run(connection, "delete_recovery_codes", operator_id=operator.id)
    _store_hashes(connection, operator, map(recovery_hash, codes))
    return codes


def _store_hashes(connection: Connection, operator: Operator, hashes: Iterable[str]) -> None:
    run(connection, "insert_recovery_codes", operator_id=operator.id, hashes=list(hashes))


def recovery_codes_left(connection: Connection, operator_id: str) -> int:
    """Return how many recovery codes were not used yet."""
    [[left]] = run(connection, "recovery_codes_left", operator_id=operator_id)
    return int(left)


# ---------------------------------------------------------------- check


def check_code(connection: Connection, operator: Operator, code: str, at: datetime) -> bool:
    """Accept a code of the app, or a recovery code, once. The caller commits.

    Return True if it was a recovery code. Raises WrongCode, SecondFactorOff.
    """
    row = run(connection, "second_factor", operator_id=operator.id).fetchone()
    if row is None:
        raise SecondFactorOff
    values = {"operator_id": operator.id, "hash": recovery_hash(code), "at": at}
    if changes(connection, "use_recovery_code", **values):
        return True
    _accept_code(connection, operator, row[0], code, at)
    return False


def _accept_code(
    connection: Connection, operator: Operator, secret: str, code: str, at: datetime
) -> None:
    """Accept a code of the app once. Raises WrongCode."""
    step = matching_step(secret, code, at)
    values = {"operator_id": operator.id, "step": step, "at": at}
    if step is None or not changes(connection, "accept_step", **values):
        raise WrongCode
