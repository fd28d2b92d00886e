"""Catalogue items, taxes and webhook endpoints of a tenant. Deleted ones are left out."""

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg

from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.store.read.rows import rows_found
from polaris.store.sql import QUERIES, blocks, statement

Connection = psycopg.Connection[Any]
R = TypeVar("R", CatalogueItem, TaxCode, WebhookEndpoint)

BLOCKS = QUERIES | blocks("read/catalogue.sql")


class Page(NamedTuple, Generic[R]):
    """The rows of a page, newest first, and how many rows there are in all."""

    rows: list[R]
    total: int


def catalogue_items(
    connection: Connection, tenant_id: str, limit: int, offset: int = 0
) -> Page[CatalogueItem]:
    """Return a page of the catalogue items."""
    return _page(
        connection,
        CatalogueItem,
        ("catalogue_items_paged", "catalogue_items_counted"),
        tenant_id,
        limit,
        offset,
    )


def tax_codes(connection: Connection, tenant_id: str, limit: int, offset: int = 0) -> Page[TaxCode]:
    """Return a page of the taxes."""
    return _page(
        connection, TaxCode, ("tax_codes_paged", "tax_codes_counted"), tenant_id, limit, offset
    )


def webhook_endpoints(
    connection: Connection, tenant_id: str, dialect: str | None, limit: int, offset: int = 0
) -> Page[WebhookEndpoint]:
    """Return a page of the webhook endpoints of a dialect, or of all dialects."""
    return _page(
        connection,
        WebhookEndpoint,
        ("webhook_endpoints_paged", "webhook_endpoints_counted"),
        tenant_id,
        limit,
        offset,
        dialect=dialect,
    )


def items_called(
    connection: Connection, tenant_id: str, codes: Iterable[str]
) -> dict[str, CatalogueItem]:
    """Return the catalogue items with these codes, by code. Unknown codes are left out."""
    values = {"t": tenant_id, "codes_of_items": list(codes)}
    found = rows_found(connection, CatalogueItem, BLOCKS["catalogue_items_of_codes"], values)
    return {catalogue_item.code: catalogue_item for catalogue_item in found}


def default_taxes(connection: Connection, tenant_id: str) -> list[TaxCode]:
    """Return the taxes that apply where no other taxes are named, sorted by code."""
    found = rows_found(connection, TaxCode, BLOCKS["taxes_by_default"], {"t": tenant_id})
    return sorted(found, key=lambda tax: tax.code)


def _page(
    connection: Connection,
    kind: type[R],
    named: tuple[str, str],
    tenant_id: str,
    limit: int,
    offset: int,
    dialect: str | None = None,
) -> Page[R]:
    values = {"t": tenant_id, "limit": limit, "offset": offset, "dialect": dialect}
    paged, counted = (BLOCKS[block] for block in named)
    ((total,),) = statement(counted).run(connection, values)
    return Page(rows_found(connection, kind, paged, values), total)
