"""Rows found by the first digits of their id, for vendors whose ids are shorter than ours."""

from uuid import UUID

from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/id_prefixes.sql")
DIGITS = 32
"""The hexadecimal digits of a whole id."""


def invoice_with_prefix(connection: Connection, tenant_id: str, prefix: str) -> str | None:
    """Return the id of the one invoice whose id begins with these hexadecimal digits.

    Return None if there is none, or more than one.
    """
    return _the_one(connection, tenant_id, "invoices_in_range", prefix)


def customer_with_prefix(connection: Connection, tenant_id: str, prefix: str) -> str | None:
    """Return the id of the one customer whose id begins with these hexadecimal digits.

    Return None if there is none, or more than one.
    """
    return _the_one(connection, tenant_id, "customers_in_range", prefix)


def _the_one(connection: Connection, tenant_id: str, block: str, prefix: str) -> str | None:
    first, last = (str(UUID(prefix.ljust(DIGITS, digit))) for digit in "0f")
    values = {"t": tenant_id, "first": first, "last": last}
    found = [row_id for (row_id,) in tuples_found(connection, BLOCKS[block], values)]
    return found[0] if len(found) == 1 else None
