"""Pages of ids: one list with whatever filters are asked for, and how many there are in all."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import psycopg

from polaris.store.sql import Statement, blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("listing.sql")


class Listing(NamedTuple):
    """A list: the block that pages it, the one that counts it, and its filters.

    A filter's block is a whole select; what stands after its `where` is the condition.
    """

    listed: str
    counted: str
    filters: Mapping[str, str]  # by the name of the value that they take
    always: tuple[str, ...] = ()


INVOICES = Listing(
    "invoices_listed",
    "invoices_counted",
    {
        "statuses": "invoices_in_status",
        "external_customer_id": "invoices_of_customer",
    },
    always=("invoices_visible",),
)


class IdPage(NamedTuple):
    """Ids in the order of the list, and how many it has on all its pages."""

    ids: list[str]
    total: int


def page(
    connection: Connection,
    tenant_id: str,
    listing: Listing,
    filters: Mapping[str, object],
    limit: int,
    offset: int,
) -> IdPage:
    """One page of a list. `filters` are values by filter name; one that is none does not filter."""
    given = {name: value for name, value in filters.items() if value is not None}
    values = {"t": tenant_id, "limit": limit, "offset": offset, **given}
    conditions = (*listing.always, *(listing.filters[name] for name in given))
    ids = _filtered(listing.listed, conditions).run(connection, values)
    counted = _filtered(listing.counted, conditions).run(connection, values)
    ((total,),) = counted
    return IdPage([row_id for (row_id,) in ids], total)


@cache
def _filtered(block: str, conditions: tuple[str, ...]) -> Statement:
    """The block with these conditions beside its own."""
    before, where, after = BLOCKS[block].partition("where ")
    added = "".join(f"({BLOCKS[one].partition('where ')[2]}) and " for one in conditions)
    return statement(f"{before}{where}{added}{after}")
