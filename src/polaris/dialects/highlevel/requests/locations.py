"""Calls on the location: the next invoice number, and the settings of invoices."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from polaris.core.balances.parties import seller_of
from polaris.dialects.highlevel.requests.call import Call, Located, may, reply
from polaris.dialects.highlevel.responses.locations import invoice_settings
from polaris.keys import KeyScope
from polaris.services.settings import current_tenant, next_numbers

router = APIRouter(tags=["location"])

Reads = Annotated[Call, Depends(may(KeyScope.READ))]


@router.get("/generate-invoice-number")
async def generate_invoice_number(call: Reads, located: Located) -> Response:
    """Show the number that the next issued invoice gets. It is not reserved."""
    call.check_location(*located)
    tenant = await current_tenant(call)
    numbers = await next_numbers(call, tenant.settings)
    return reply({"invoiceNumber": numbers.invoice.number})


@router.get("/settings")
async def show_settings(call: Reads, located: Located) -> Response:
    """Show the settings of the location that concern invoices."""
    call.check_location(*located)
    tenant = await current_tenant(call)
    return reply(invoice_settings(tenant, seller_of(tenant)))
