"""The numbers that the settings give next, and who changed the settings."""

from collections.abc import Mapping
from typing import NamedTuple

from polaris.api.caller import Caller
from polaris.core.facts.series import CUSTOMERS, INVOICES, NOTES, SeriesScope
from polaris.core.facts.tenant import Settings, Tenant
from polaris.store.read import tenants
from polaris.store.read.settings import TenantChange, next_positions, tenant_changes


class NextNumber(NamedTuple):
    """The number that the next document gets, or that of an example."""

    number: str
    document: str  # for which document it is


class NextNumbers(NamedTuple):
    """The numbers that the next documents get."""

    invoice: NextNumber
    note: NextNumber


async def current_tenant(caller: Caller) -> Tenant:
    """Return the tenant as it is now; `Caller.tenant` may be a second old."""
    return await caller.read(tenants.tenant)


async def latest_changes(caller: Caller, limit: int = 20) -> list[TenantChange]:
    """Return who changed the tenant and its settings, the newest first."""
    return await caller.read(tenant_changes, limit)


async def next_numbers(caller: Caller, settings: Settings) -> NextNumbers:
    """Return the next numbers with these settings, of which every number format is possible.

    Numbers in use are not looked up: the next document skips them.
    """
    return numbers_with(settings, await caller.read(next_positions))


def numbers_with(settings: Settings, positions: Mapping[str, int]) -> NextNumbers:
    """Return the next numbers when the series stand at these positions."""

    def number(series: str, form: str, scope: SeriesScope, invoice: str = "") -> str:
        position = positions.get(series, 1) if scope is SeriesScope.TENANT else 1
        customer = f"{positions.get(CUSTOMERS, 1):03}"
        return form.format(next=position, customer=customer, invoice=invoice)

    invoice = number(INVOICES, settings.invoice_format, settings.invoice_scope)
    note = number(NOTES, settings.note_format, settings.note_scope, invoice)
    return NextNumbers(
        NextNumber(invoice, _FIRST_INVOICE[settings.invoice_scope]),
        NextNumber(note, _FIRST_NOTE[settings.note_scope]),
    )


_FIRST_INVOICE = {
    SeriesScope.TENANT: "the next invoice",
    SeriesScope.CUSTOMER: "the first invoice of the next new customer",
}
_FIRST_NOTE = {
    SeriesScope.TENANT: "the next credit note",
    SeriesScope.CUSTOMER: "the first credit note of the next new customer",
    SeriesScope.INVOICE: "the first credit note of that invoice",
}
