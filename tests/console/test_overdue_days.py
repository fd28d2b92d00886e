"""Whether an invoice is overdue depends on the day of its buyer: in the list and in its detail."""

from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from console.tenant import Tenant
from polaris.core import commands
from polaris.core.balances.projections import overdue
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.engine import new_id
from polaris.store.engine.load import load
from polaris.store.read.customers import amounts_of
from polaris.store.read.invoice_search import FoundInvoice, Search, Tab, search, sums
from polaris.store.read.keyset import Window

EAST, WEST = "Pacific/Kiritimati", "Etc/GMT+12"
"""The first and the last time zone in which a day begins: UTC+14 and UTC-12."""

JUNE_8, JUNE_9, JUNE_10, JUNE_11 = (date(2026, 6, day) for day in (8, 9, 10, 11))
OVERDUE = {
    # At 11:00 UTC of June 10 it is June 11 in the east, and June 9 in the west.
    11: {EAST: [JUNE_8, JUNE_9, JUNE_10], "UTC": [JUNE_8, JUNE_9], WEST: [JUNE_8]},
    # At 12:00 UTC it is June 10 in the west too.
    12: {EAST: [JUNE_8, JUNE_9, JUNE_10], "UTC": [JUNE_8, JUNE_9], WEST: [JUNE_8, JUNE_9]},
    # At 9:59 UTC it is June 10 in the east, and June 9 in the west.
    9: {EAST: [JUNE_8, JUNE_9], "UTC": [JUNE_8, JUNE_9], WEST: [JUNE_8]},
}
"""The due dates that have passed, by the hour of June 10 in UTC and by the time zone."""
MINUTES = {11: 0, 12: 0, 9: 59}

Due = dict[str, tuple[str, date]]


@pytest.fixture
def due(tenant: Tenant) -> Due:
    """The time zone and the due date of each invoice, by its id."""
    made: Due = {}
    for zone in (EAST, "UTC", WEST):
        customer_id = new_id()
        tenant.perform(
            commands.SaveCustomer(customer_id=customer_id, external_id=zone, timezone=zone)
        )
        for day in (JUNE_8, JUNE_9, JUNE_10, JUNE_11):
            draft = structs.replace(tenant.draft_command(customer_id), payment_term_days=0)
            issue = commands.FinalizeInvoice(invoice_id=draft.invoice_id, issue_date=day)
            tenant.perform(draft, issue)
            made[draft.invoice_id] = (zone, day)
    return made


@pytest.mark.parametrize("hour", OVERDUE)
def test_the_list_its_filters_counts_and_the_detail_agree(
    tenant: Tenant, due: Due, hour: int
) -> None:
    at = datetime(2026, 6, 10, hour, MINUTES[hour], tzinfo=UTC)
    expected = {one for one, (zone, day) in due.items() if day in OVERDUE[hour][zone]}
    with tenant.database.connect() as connection:

        def found(tab: Tab) -> list[FoundInvoice]:
            return search(connection, tenant.id, Search(tab=tab), Window(), at).rows

        assert {row.id for row in found(Tab.ALL) if row.payment_overdue} == expected
        assert {row.id for row in found(Tab.OVERDUE)} == expected
        assert {row.id for row in found(Tab.PENDING)} == set(due) - expected
        counted = {one.status: one.invoices for one in sums(connection, tenant.id, Search(), at)}
        assert counted == {"overdue": len(expected), "pending": 12 - len(expected)}
        customers = {tenant.whole(one).invoice.customer_id for one in due}
        owed = amounts_of(connection, tenant.id, customers, at)
        assert sum(one.overdue_minor for (one,) in owed.values()) == 1200 * len(expected)
        for invoice_id in due:
            view = View(load(connection, tenant.id, Scope(invoices={invoice_id})).facts, at)
            invoice = tenant.whole(invoice_id).invoice
            today = view.today(view.parties(invoice).timezone)
            assert overdue(invoice, today) == (invoice_id in expected)
