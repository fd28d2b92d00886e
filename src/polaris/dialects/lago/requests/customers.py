"""Customers, by the id that the caller gave them. Whatever has a slash in its id keeps it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from polaris.api.paging import repeated
from polaris.core.commands import DeleteCustomer, SaveCustomer
from polaris.core.facts.customer import Customer
from polaris.core.scope import Scope
from polaris.dialects.lago.errors import (
    MANDATORY,
    TAKEN,
    LagoError,
    invalid,
    not_allowed,
    not_found,
)
from polaris.dialects.lago.requests.call import Call, answered, check_issuer, may
from polaris.dialects.lago.requests.coercion import Flag, Paged, metadata
from polaris.dialects.lago.requests.customer_bodies import Body, Given, complaints
from polaris.dialects.lago.responses import customers as shown
from polaris.dialects.lago.responses.formats import stamp
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.store.read import catalogue, lists

router = APIRouter(tags=["customers"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "customer"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "customer"))]


@router.post("/customers")
async def save(call: Writes, body: Body) -> Response:
    """Create a customer, or change what is given of the one that has this external id."""
    given = body.customer
    external_id = given.external_id or ""
    if not external_id.strip():
        raise invalid(external_id=[MANDATORY])
    if wrong := complaints(given):
        raise LagoError(422, "validation_errors", wrong)
    tenant = await call.tenant()
    check_issuer(tenant, given.billing_entity_code)
    taxed = await taxes_of(call, given)
    return await one(call, await saved(call, external_id, given, taxed))


async def taxes_of(call: Call, given: Given) -> dict[str, object]:
    """The taxes that are named by code, as they are kept: a code may change. Raises LagoError."""
    if given.tax_codes is None:
        return {}
    known = await call.read(catalogue.taxes_called, given.tax_codes)
    if set(given.tax_codes) - known.keys():
        raise not_found("tax")
    return {"tax_ids": [known[code].id for code in dict.fromkeys(given.tax_codes)]}


async def saved(call: Call, external_id: str, given: Given, taxed: dict[str, object]) -> str:
    """The id of the customer, saved. Who else creates it at this moment comes first."""
    known = await current(call, external_id)
    try:
        return await performed(call, external_id, given, known, taxed)
    except LagoError as refused:
        if known or refused.details != {"external_id": [TAKEN]}:
            raise
    return await performed(call, external_id, given, await current(call, external_id), taxed)


async def current(call: Call, external_id: str) -> Customer | None:
    """The customer that has this id now, if there is one."""
    try:
        return await call.customer(external_id)
    except LagoError:
        return None


async def performed(
    call: Call,
    external_id: str,
    given: Given,
    known: Customer | None,
    taxed: dict[str, object],
) -> str:
    """Save it, known already or new."""
    customer_id = known.id if known else call.new_id()
    at = stamp(now())
    details = given.details(known.details if known else {}, at, call.new_id)
    command = SaveCustomer(
        customer_id=customer_id,
        external_id=external_id,
        name=given.name,
        email=given.email,
        currency=given.currency,
        timezone=given.timezone,
        payment_term_days=given.net_payment_term,
        details={**details, **taxed, "updated_at": at},
    )
    await call.perform(command)
    return customer_id


async def one(call: Call, customer_id: str) -> Response:
    """The customer as it is now."""
    return answered("customer", (await rooted(call, [customer_id]))[0])


async def rooted(call: Call, ids: list[str]) -> list[dict[str, object]]:
    """Customers with the taxes that they bear."""
    view = await call.view(Scope(customers=set(ids)))
    rows = [view.the(Customer, customer_id) for customer_id in ids]
    named = {tax_id for row in rows for tax_id in shown.tax_ids(row)}
    taxes = await call.read(catalogue.taxes_with_ids, named) if named else {}
    return [shown.rooted(view, row, taxes) for row in rows]


class Filters(BaseModel):
    """Which customers are asked for; `currencies`, `countries`, `states`, `zipcodes`,
    `account_type`, `billing_entity_codes` and `metadata[key]` may be given beside."""

    external_id: str | None = None
    customer_type: str | None = None
    has_customer_type: Flag = None
    has_tax_identification_number: Flag = None
    search_term: str | None = None


Filtered = Annotated[Filters, Query()]


@router.get("/customers")
async def find_all(call: Reads, request: Request, filters: Filtered, paged: Paged) -> Response:
    """Customers that pass the filters, the newest first."""
    asked = {
        "external_id": filters.external_id or None,
        "customer_type": filters.customer_type or None,
        "has_customer_type": filters.has_customer_type,
        "has_tax_identification_number": filters.has_tax_identification_number,
        "currencies": repeated(request, "currencies", "currency") or None,
        "countries": repeated(request, "countries", "country") or None,
        "states": repeated(request, "states", "state") or None,
        "zipcodes": repeated(request, "zipcodes", "zipcode") or None,
        "account_types": repeated(request, "account_type") or None,
        "search_term": (filters.search_term or "").strip() or None,
        **metadata(request),
    }
    check_issuer(await call.tenant(), *repeated(request, "billing_entity_codes"))
    page = await call.read(lists.page, lists.CUSTOMERS, asked, paged.per_page, paged.offset)
    return answered("customers", await rooted(call, page.ids), meta=paged.meta(page.total))


# ---------------------------------------------------------------- what is not there yet


@router.get("/customers/{external_id:path}/portal_url")
async def portal_url(call: Reads, external_id: str) -> Response:
    """Refuse: there is no portal for customers."""
    await call.customer(external_id)
    raise LagoError(403, "feature_unavailable")


@router.post("/customers/{external_id:path}/checkout_url")
async def checkout_url(call: Writes, external_id: str) -> Response:
    """Refuse: no payment provider is linked to a customer."""
    await call.customer(external_id)
    raise invalid(base=["no_linked_payment_provider"])


@router.get("/customers/{external_id:path}/current_usage")
async def current_usage(call: Reads, external_id: str) -> Response:
    """Refuse: nothing is metered, so no subscription has usage."""
    await call.customer(external_id)
    raise not_allowed("no_active_subscription")


@router.get("/customers/{external_id:path}/projected_usage")
async def projected_usage(call: Reads, external_id: str) -> Response:
    """Refuse: what is not metered cannot be projected."""
    await call.customer(external_id)
    raise LagoError(403, "feature_unavailable")


@router.get("/customers/{external_id:path}/past_usage")
async def past_usage(call: Reads, external_id: str, paged: Paged) -> Response:
    """The usage of periods gone by: none, since nothing is metered."""
    await call.customer(external_id)
    return answered("usage_periods", [], meta=paged.meta(0))


# ---------------------------------------------------------------- last, since these take any path


@router.get("/customers/{external_id:path}")
async def show(call: Reads, external_id: str) -> Response:
    """A customer with its taxes."""
    return await one(call, (await call.customer(external_id)).id)


@router.delete("/customers/{external_id:path}")
async def delete(call: Writes, external_id: str) -> Response:
    """Free the external id; the customer's invoices stay."""
    customer = await call.customer(external_id)
    await call.perform(DeleteCustomer(customer_id=customer.id))
    return await one(call, customer.id)
