"""The organization, which is the tenant: its data, and how its documents are numbered."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from polaris.api.coercion import MaybeBoolean, MaybeWhole
from polaris.core.commands import SaveTenant, SaveWebhookEndpoint
from polaris.core.commands.base import or_unset
from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Tenant
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.rules.input import LONGEST_TERM_DAYS
from polaris.core.rules.webhook import MOST_ENDPOINTS
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import INVALID, LONG, RANGE, invalid
from polaris.dialects.lago.requests.call import Call, Text, may, reply
from polaris.dialects.lago.requests.customer_bodies import COUNTRIES, address_change
from polaris.dialects.lago.responses import organizations as shown
from polaris.dialects.lago.responses.customers import prefix
from polaris.dialects.lago.rules.settings import NAME
from polaris.keys import KeyScope
from polaris.store.read import catalogue

router = APIRouter(tags=["organizations"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "organization"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "organization"))]

LONGEST_PREFIX = 10

SCOPES = {
    "per_customer": SeriesScope.CUSTOMER,
    "per_billing_entity": SeriesScope.TENANT,
    "per_organization": SeriesScope.TENANT,  # the older name of per_billing_entity
}
FORMATS = {
    SeriesScope.CUSTOMER: "{prefix}-{{customer}}-{{next:03}}",
    SeriesScope.TENANT: "{prefix}-{{next:03}}",
}
NOTE_FORMAT = "{invoice}-CN{next:03}"


class Billing(BaseModel):
    """Billing settings that are only stored and returned."""

    invoice_footer: Text | None = None
    invoice_grace_period: MaybeWhole = None
    document_locale: Text | None = None


class Organization(BaseModel):
    """The changed fields of the organization."""

    name: Text | None = None
    webhook_url: Text | None = None
    country: Text | None = None
    default_currency: Text | None = None
    address_line1: Text | None = None
    address_line2: Text | None = None
    state: Text | None = None
    zipcode: Text | None = None
    email: Text | None = None
    city: Text | None = None
    legal_name: Text | None = None
    legal_number: Text | None = None
    tax_identification_number: Text | None = None
    timezone: Text | None = None
    net_payment_term: MaybeWhole = None
    email_settings: list[Text] | None = None
    document_numbering: Text | None = None
    document_number_prefix: Text | None = None
    finalize_zero_amount_invoice: MaybeBoolean = None
    billing_configuration: Billing | None = None


class OrganizationBody(BaseModel):
    """An organization under its root key."""

    organization: Organization


@router.get("/organizations")
async def show(call: Reads) -> Response:
    """Show the organization that the key belongs to."""
    return await answer_organization(call)


@router.put("/organizations")
async def update(call: Writes, body: OrganizationBody) -> Response:
    """Change the given fields; a new prefix or numbering applies to later documents."""
    asked = body.organization
    # Read the tenant afresh, not from the cache: fields that are not given must stay as they are.
    command = save_command((await call.view(Scope())).tenant, asked)
    if asked.webhook_url:
        if not await call.done_before(SaveTenant):
            await call.preview(command)  # else a refusal would come after the URL has changed
        await call.perform(save_url(await endpoints(call), asked.webhook_url, call.new_id))
    await call.perform(command)
    return await answer_organization(call)


def save_command(tenant: Tenant, asked: Organization) -> SaveTenant:
    """Return the command that saves the given fields. Raises LagoError."""
    if asked.country and asked.country.upper() not in COUNTRIES:
        raise invalid(country=["not_a_valid_country_code"])
    billing = asked.billing_configuration or Billing()
    if not 0 <= (billing.invoice_grace_period or 0) <= LONGEST_TERM_DAYS:
        raise invalid(invoice_grace_period=[RANGE])
    settings: dict[str, object] = {**numbering_changes(tenant, asked)}
    if asked.net_payment_term is not None:
        settings["payment_term_days"] = asked.net_payment_term
    texts = {name: getattr(asked, name) for name in TEXTS.keys() & asked.model_fields_set}
    return SaveTenant(
        tenant_id=tenant.id,
        name=or_unset(asked.name),
        currency=or_unset(asked.default_currency),
        timezone=or_unset(asked.timezone),
        address=address_change(asked, asked.model_fields_set),
        settings_changes=settings,
        details={NAME: details_of(asked)},
        **{TEXTS[name]: text for name, text in texts.items()},
    )


TEXTS = {
    "email": "email",
    "legal_name": "legal_name",
    "tax_identification_number": "tax_number",
}
"""The tenant's text fields, by Lago's names; null removes a text."""


def details_of(asked: Organization) -> dict[str, object]:
    """Return the given fields that only this dialect stores; null removes a field."""
    billing = asked.billing_configuration or Billing()
    names = {"legal_number", "email_settings"} & asked.model_fields_set
    settings: dict[str, object] = {}
    if asked.finalize_zero_amount_invoice is not None:
        settings = {"skip_zero": not asked.finalize_zero_amount_invoice}
    return {
        **{name: getattr(asked, name) for name in sorted(names)},
        **{name: getattr(billing, name) for name in sorted(billing.model_fields_set)},
        **settings,
    }


def numbering_changes(tenant: Tenant, asked: Organization) -> dict[str, object]:
    """Return the settings of a changed prefix or numbering; empty if both stay the same.

    Raises LagoError.
    """
    begin, numbering = prefix(tenant), shown.numbering(tenant)
    wanted = asked.document_number_prefix
    as_wanted = begin if wanted is None else checked_prefix(wanted)
    scope = SCOPES.get(asked.document_numbering or numbering)
    if scope is None:
        raise invalid(document_numbering=[INVALID])
    if (as_wanted, scope) == (begin, SCOPES[numbering]):
        return {}
    return {
        "invoice_scope": scope.value,
        "invoice_format": FORMATS[scope].format(prefix=as_wanted),
        "note_scope": SeriesScope.INVOICE.value,
        "note_format": NOTE_FORMAT,
    }


def checked_prefix(wanted: str) -> str:
    """Return the document number prefix in capitals, as Lago stores it. Raises LagoError."""
    if len(wanted) > LONGEST_PREFIX:
        raise invalid(document_number_prefix=[LONG])
    if not wanted.strip() or not wanted.isprintable() or "{" in wanted or "}" in wanted:
        raise invalid(document_number_prefix=[INVALID])
    return wanted.upper()


def save_url(
    there: list[WebhookEndpoint], url: str, new_id: Callable[[], str]
) -> SaveWebhookEndpoint:
    """Return the command for Lago's older `webhook_url`: it sets the oldest or a new endpoint."""
    oldest = there[0].id if there else new_id()
    return SaveWebhookEndpoint(webhook_endpoint_id=oldest, url=url, dialect=NAME)


async def endpoints(call: Call) -> list[WebhookEndpoint]:
    """Load the webhook endpoints, the oldest first."""
    page = await call.read(catalogue.webhook_endpoints, NAME, MOST_ENDPOINTS)
    rows = await call.rows(WebhookEndpoint, page.rows)
    live = (row for row in rows if row.deleted_at is None)
    return sorted(live, key=lambda row: (row.created_at, row.id))


async def answer_organization(call: Call) -> Response:
    """Answer with the organization, its endpoints and its default taxes."""
    view: View = await call.view(Scope())
    rows = await call.rows(TaxCode, await call.read(catalogue.default_taxes))
    taxes = [row for row in rows if row.applied_by_default and row.deleted_at is None]
    taxes.sort(key=lambda row: row.code)
    return reply("organization", shown.organization(view, await endpoints(call), taxes))
