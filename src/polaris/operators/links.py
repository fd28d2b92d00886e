"""One-time links with which an operator sets or resets the password."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from polaris.operators.operator import Operator, find_by_id
from polaris.operators.refusals import LinkExpired
from polaris.operators.tokens import new_token, token_hash
from polaris.store.operators import run

Connection = psycopg.Connection[Any]

LINK_LIFETIME = timedelta(hours=24)
PATH = "/set-password/"


def new_link(connection: Connection, operator_id: str, at: datetime) -> str:
    """Return the path of a new link for an operator. Earlier links become invalid.

    The caller commits. Only the hash of the link is stored, so it cannot be shown again.
    """
    token = new_token()
    run(connection, "delete_links", operator_id=operator_id)
    run(
        connection,
        "insert_link",
        token_hash=token_hash(token),
        operator_id=operator_id,
        at=at,
        expires_at=at + LINK_LIFETIME,
    )
    return PATH + token


def operator_of_link(connection: Connection, token: str, at: datetime) -> Operator:
    """Return the operator of a link that can still be used. Raises LinkExpired."""
    row = run(connection, "link_with_token", token_hash=token_hash(token), at=at).fetchone()
    return _usable(connection, row)


def use_link(connection: Connection, token: str, at: datetime) -> Operator:
    """Use a link up, and return its operator. Raises LinkExpired. The caller commits.

    Of two concurrent requests with the same link, one is refused.
    """
    row = run(connection, "use_link", token_hash=token_hash(token), at=at).fetchone()
    return _usable(connection, row)


def _usable(connection: Connection, row: Any) -> Operator:
    operator = find_by_id(connection, row[0]) if row else None
    if operator is None or operator.disabled_at is not None:
        raise LinkExpired
    return operator
