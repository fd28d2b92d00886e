"""Pages of lists: the ids of a page after filtering, and how many rows there are in all."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import psycopg

from polaris.store.sql import Statement, blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("read/lists.sql")

FEW = 10_000
"""Up to this many matching rows, sorting all of them is faster than scanning an ordered index."""


class Listing(NamedTuple):
    """A list: the SQL block that pages it, the block that counts it, and its filters.

    A filter's block is a whole select; the text after its `where` is the condition. All conditions
    are added to each `where` of the list's own blocks.
    """

    listed: str
    counted: str
    filters: Mapping[str, str]  # each filter's block by the name of its value
    always: tuple[str, ...] = ()  # filters that always apply
    gathered: str | None = None  # the block to page few rows with: it filters first, then sorts


INVOICES = Listing(
    "invoices_listed",
    "invoices_counted",
    {
        "statuses": "invoices_in_status",
        "payment_statuses": "invoices_paid_as",
        "payment_overdue": "invoices_overdue",
        "payment_dispute_lost": "invoices_disputed",
        "partially_paid": "invoices_partially_paid",
        "collection_statuses": "invoices_collected_as",
        "kinds": "invoices_of_kind",
        "currency": "invoices_in_currency",
        "issued_between": "invoices_issued_between",
        "issued_between_or_not": "invoices_issued_between_or_not",
        "amount_between": "invoices_amounting_to",
        "metadata": "invoices_with_metadata",
        "metadata_without": "invoices_without_metadata",
        "purchase_order_number": "invoices_ordered_as",
        "settlements": "invoices_settled_by",
        "external_customer_id": "invoices_of_customer",
        "search_term": "invoices_searched",
        "search_of_customer": "invoices_searched_of_customer",
        "search_with_name": "invoices_searched_with_name",
        "invoice_ids": "invoices_with_ids",
        "customer_ids": "invoices_of_customers",
    },
    always=("invoices_visible",),
    gathered="invoices_gathered",
)
"""Lists of invoices also need the value `today`: a draft without a date is sorted as of today."""

CUSTOMERS = Listing(
    "customers_listed",
    "customers_counted",
    {
        "external_id": "customers_with_external_id",
        "currencies": "customers_in_currency",
        "countries": "customers_in_country",
        "states": "customers_in_state",
        "postal_codes": "customers_in_postal_code",
        "details": "customers_with_details",
        "details_without": "customers_without_details",
        "has_tax_number": "customers_having_tax_number",
        "metadata": "customers_with_metadata",
        "metadata_without": "customers_without_metadata",
        "search_term": "customers_searched",
    },
    always=("customers_live",),
)

PAYMENTS = Listing(
    "payments_listed",
    "payments_counted",
    {
        "invoice_id": "payments_of_invoice",
        "external_customer_id": "payments_of_customer",
    },
)

CREDIT_NOTES = Listing(
    "credit_notes_listed",
    "credit_notes_counted",
    {
        "external_customer_id": "credit_notes_of_customer",
        "credit_status": "credit_notes_in_credit_status",
        "refund_status": "credit_notes_in_refund_status",
        "reason": "credit_notes_because",
        "types": "credit_notes_giving",
        "currency": "credit_notes_in_currency",
        "amount_from": "credit_notes_from_amount",
        "amount_to": "credit_notes_to_amount",
        "issued_from": "credit_notes_issued_from",
        "issued_to": "credit_notes_issued_to",
        "invoice_number": "credit_notes_on_number",
        "purchase_order_number": "credit_notes_ordered_as",
        "self_billed": "credit_notes_self_billed",
        "search_term": "credit_notes_searched",
        "search_of_customer": "credit_notes_searched_of_customer",
    },
)

WALLETS = Listing(
    "wallets_listed",
    "wallets_counted",
    {"external_customer_id": "wallets_of_customer"},
)


class IdPage(NamedTuple):
    """The ids of a page, in order, and how many rows the list has on all pages."""

    ids: list[str]
    total: int


def page(
    connection: Connection,
    tenant_id: str,
    /,
    listing: Listing,
    filters: Mapping[str, object],
    limit: int,
    offset: int,
    **beside: object,
) -> IdPage:
    """Return one page of a list.

    `filters` are values by filter name; a filter with the value None is not applied. `beside` are
    other values that the blocks need.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    values = {"t": tenant_id, "limit": limit, "offset": offset, **beside, **given}
    conditions = (*listing.always, *(listing.filters[name] for name in given))
    ((total,),) = _filtered(listing.counted, conditions).run(connection, values)
    if total <= offset:
        return IdPage([], total)
    few = listing.gathered if total <= FEW else None
    ids = _filtered(few or listing.listed, conditions).run(connection, values)
    return IdPage([row_id for (row_id,) in ids], total)


@cache
def _filtered(block: str, conditions: tuple[str, ...]) -> Statement:
    """Return the statement of a block with these conditions added."""
    added = "".join(f"({BLOCKS[one].partition('where ')[2]}) and " for one in conditions)
    return statement(BLOCKS[block].replace("where ", f"where {added}"))
