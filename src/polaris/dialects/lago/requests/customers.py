"""Customers, found by their external id, which may contain slashes."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import UNSET
from pydantic import BaseModel

from polaris.api.paging import repeated_values
from polaris.core.commands import DeleteCustomer, SaveCustomer
from polaris.core.commands.base import or_unset
from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.customer import Customer
from polaris.core.scope import Scope
from polaris.dialects.lago.errors import (
    MANDATORY,
    LagoError,
    invalid,
    not_allowed,
)
from polaris.dialects.lago.requests.call import Call, check_issuer, live_customer, may, reply
from polaris.dialects.lago.requests.coercion import Flag, Paged, metadata
from polaris.dialects.lago.requests.customer_bodies import Body, Given, address_change, complaints
from polaris.dialects.lago.responses import customers as shown
from polaris.dialects.lago.responses.customers import ADDRESS_PARTS
from polaris.dialects.lago.responses.formats import stamp
from polaris.dialects.lago.rules.settings import NAME
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.store.read import lists

CUSTOMER_TYPES = {"company", "individual"}
ACCOUNT_TYPES = {"customer", "partner"}

router = APIRouter(tags=["customers"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "customer"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "customer"))]


@router.post("/customers")
async def save(call: Writes, body: Body) -> Response:
    """Create a customer, or change the given fields of the customer with this external id."""
    given = body.customer
    external_id = given.external_id or ""
    if not external_id.strip():
        raise invalid(external_id=[MANDATORY])
    if wrong := complaints(given):
        raise LagoError(422, "validation_errors", wrong)
    check_issuer(await call.tenant(), given.billing_entity_code)
    outcome = await call.perform(
        save_command(await find_customer(call, external_id), given, call.new_id)
    )
    return await answer_customer(call, outcome.events[0].subject_id)


async def find_customer(call: Call, external_id: str) -> Customer | None:
    """Load the customer with this external id, or None."""
    return live_customer(await call.view(Scope(external_ids={external_id})), external_id)


def save_command(known: Customer | None, given: Given, new_id: Callable[[], str]) -> SaveCustomer:
    """Return the command; it updates the customer that then has the external id, if any."""
    named = {name for name in ADDRESS_PARTS if getattr(given, name) is not None}
    pairs = given.metadata
    return SaveCustomer(
        customer_id=known.id if known else new_id(),
        upsert=True,
        external_id=given.external_id or "",
        name=or_unset(given.name),
        email=or_unset(given.email),
        currency=or_unset(given.currency),
        timezone=or_unset(given.timezone),
        payment_term_days=or_unset(given.net_payment_term),
        first_name=or_unset(given.firstname),
        last_name=or_unset(given.lastname),
        legal_name=or_unset(given.legal_name),
        tax_number=or_unset(given.tax_identification_number),
        phone=or_unset(given.phone),
        address=address_change(given, named),
        tax_codes=UNSET if given.tax_codes is None else tuple(given.tax_codes),
        metadata=UNSET if pairs is None else {pair.key or "": pair.value for pair in pairs},
        details={NAME: given.details(known.details if known else {}, stamp(now()), new_id)},
    )


async def answer_customer(call: Call, customer_id: str) -> Response:
    """Answer with the customer as it is now."""
    return reply("customer", (await full_customers(call, [customer_id]))[0])


async def full_customers(call: Call, ids: list[str]) -> list[dict[str, object]]:
    """Return the customers in Lago's JSON, with their taxes."""
    view = await call.view(Scope(customers=set(ids)))
    rows = [view.the(Customer, customer_id) for customer_id in ids]
    named = {tax_id for row in rows for tax_id in row.tax_code_ids}
    taxes = await taxes_with_ids(call, named) if named else {}
    return [shown.full_customer(view, row, taxes) for row in rows]


async def taxes_with_ids(call: Call, ids: set[str]) -> dict[str, TaxCode]:
    """Load the taxes with these ids, by id. Deleted ones are left out."""
    view = await call.view(Scope(tax_codes=ids))
    taxes = (view.get(TaxCode, tax_id) for tax_id in ids)
    return {tax.id: tax for tax in taxes if tax and tax.deleted_at is None}


class Filters(BaseModel):
    """The filters of customers. `currencies`, `countries`, `states`, `zipcodes`,
    `account_type`, `billing_entity_codes` and `metadata[key]` may be given in addition."""

    external_id: str | None = None
    customer_type: str | None = None
    has_customer_type: Flag = None
    has_tax_identification_number: Flag = None
    search_term: str | None = None


Filtered = Annotated[Filters, Query()]


@router.get("/customers")
async def find_all(call: Reads, request: Request, filters: Filtered, paged: Paged) -> Response:
    """List the customers that match the filters, the newest first."""
    asked = {
        "external_id": filters.external_id or None,
        **kept_filters(request, filters),
        "has_tax_number": filters.has_tax_identification_number,
        "currencies": repeated_values(request, "currencies", "currency") or None,
        "countries": repeated_values(request, "countries", "country") or None,
        "states": repeated_values(request, "states", "state") or None,
        "postal_codes": repeated_values(request, "zipcodes", "zipcode") or None,
        "search_term": (filters.search_term or "").strip() or None,
        **metadata(request),
    }
    check_issuer(await call.tenant(), *repeated_values(request, "billing_entity_codes"))
    page = await call.read(lists.page, lists.CUSTOMERS, asked, paged.per_page, paged.offset)
    return reply("customers", await full_customers(call, page.ids), meta=paged.meta(page.total))


def kept_filters(request: Request, filters: Filters) -> dict[str, object]:
    """Return the filters on the dialect's own fields, as JSON documents to match or to exclude."""
    types = CUSTOMER_TYPES if not filters.customer_type else {filters.customer_type}
    accounts = set(repeated_values(request, "account_type")) or ACCOUNT_TYPES
    absent: list[dict[str, str]] = []
    present: list[dict[str, str]] = []
    if "customer" in accounts:  # a customer without an account type is a `customer`
        absent += [{"account_type": other} for other in ACCOUNT_TYPES - accounts]
    else:
        present = [{"account_type": account} for account in sorted(accounts)]
    if filters.has_customer_type is False:
        absent += [{"customer_type": each} for each in sorted(CUSTOMER_TYPES)]
    if filters.customer_type or filters.has_customer_type:
        present = [
            {**before, "customer_type": each}
            for before in present or [{}]
            for each in sorted(types)
        ]
    return {"details": documents(present), "details_without": documents(absent)}


def documents(kept: list[dict[str, str]]) -> list[str] | None:
    """Return details with these fields, as JSON; None for no filter."""
    return [msgspec.json.encode({NAME: each}).decode() for each in kept] or None


# ---------------------------------------------------------------- not supported yet


@router.get("/customers/{external_id:path}/portal_url")
async def portal_url(call: Reads, external_id: str) -> Response:
    """Refused for every customer: there is no customer portal."""
    await call.customer(external_id)
    raise LagoError(403, "feature_unavailable")


@router.post("/customers/{external_id:path}/checkout_url")
async def checkout_url(call: Writes, external_id: str) -> Response:
    """Refused for every customer: no payment provider is linked."""
    await call.customer(external_id)
    raise invalid(base=["no_linked_payment_provider"])


@router.get("/customers/{external_id:path}/current_usage")
async def current_usage(call: Reads, external_id: str) -> Response:
    """Refused for every customer: there are no subscriptions, so there is no usage."""
    await call.customer(external_id)
    raise not_allowed("no_active_subscription")


@router.get("/customers/{external_id:path}/projected_usage")
async def projected_usage(call: Reads, external_id: str) -> Response:
    """Refused for every customer: there is no usage to project."""
    await call.customer(external_id)
    raise LagoError(403, "feature_unavailable")


@router.get("/customers/{external_id:path}/past_usage")
async def past_usage(call: Reads, external_id: str, paged: Paged) -> Response:
    """List the usage of past periods; always empty, because there is no usage."""
    await call.customer(external_id)
    return reply("usage_periods", [], meta=paged.meta(0))


# ---------------------------------------------------------------- last: these match any path


@router.get("/customers/{external_id:path}")
async def show(call: Reads, external_id: str) -> Response:
    """Show a customer with its taxes."""
    return await answer_customer(call, (await call.customer(external_id)).id)


@router.delete("/customers/{external_id:path}")
async def delete(call: Writes, external_id: str) -> Response:
    """Delete a customer, which frees its external id; its invoices stay."""
    customer = await call.customer(external_id)
    await call.perform(DeleteCustomer(customer_id=customer.id))
    return await answer_customer(call, customer.id)
