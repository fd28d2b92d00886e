"""Both ways to page a list give the same ids with any filter, and the pages add up to the list."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from faults import world
from polaris.core.commands import DeleteCustomer, DeleteDraft, FinalizeInvoice, VoidInvoice
from polaris.engine import Engine
from polaris.store.read import lists
from polaris.store.server.database import EngineConnection

TODAY = datetime.now(UTC).date()
ALONG_THE_INDEX = lists.INVOICES._replace(gathered=None)
WAYS = (lists.INVOICES, ALONG_THE_INDEX)


class Shelf:
    """A connection and the tenant whose invoices are listed."""

    def __init__(self, connection: EngineConnection, tenant_id: str) -> None:
        self.connection, self.tenant_id = connection, tenant_id

    def page(
        self,
        of: lists.Listing,
        filters: Mapping[str, object],
        limit: int = 1000,
        offset: int = 0,
    ) -> lists.IdPage:
        """Return a page of a list."""
        beside = {"today": TODAY}
        return lists.page(self.connection, self.tenant_id, of, filters, limit, offset, **beside)


@pytest.fixture(scope="module")
def shelf(database_url: str) -> Iterator[Shelf]:
    """Sixty invoices of two customers, on so few days that many have the same date."""
    with world.opened(database_url) as database:
        engine = Engine(database, connections=1)
        tenant_id = world.tenant(database)
        of = world.customers(engine, tenant_id, 3)
        ids = world.drafts(engine, tenant_id, of[:2], 60)
        days = [TODAY + timedelta(days) for days in (-400, -1, 0, 0, 1)]
        issued = [
            FinalizeInvoice(invoice_id=one, issue_date=days[index % len(days)])
            for index, one in enumerate(ids[10:50])
        ]
        world.done(engine, tenant_id, issued)
        world.done(engine, tenant_id, [VoidInvoice(invoice_id=one) for one in ids[45:50]])
        world.done(engine, tenant_id, [DeleteDraft(invoice_id=one) for one in ids[55:]])
        world.done(engine, tenant_id, [DeleteCustomer(customer_id=of[2])])
        with database.connect() as connection:
            yield Shelf(connection, tenant_id)


DAYS = [date.min, TODAY - timedelta(1)]

FILTERS: list[dict[str, object]] = [
    {},
    {"statuses": ["draft"]},
    {"statuses": ["voided", "finalized"]},
    {"issued_between": DAYS},
    {"issued_between_or_not": [TODAY, date.max]},
    {"payment_statuses": ["pending"], "amount_between": [1200, 1200]},
    {"partially_paid": False, "search_term": "inv"},
    {"external_customer_id": "nobody"},
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_both_ways_give_the_same_pages(shelf: Shelf, filters: dict[str, object]) -> None:
    """Few rows are sorted, many are read along an index, with ties and dateless drafts."""
    whole = shelf.page(lists.INVOICES, filters)
    assert len(set(whole.ids)) == whole.total
    for way, size in product(WAYS, (1, 7, 100)):
        pages = [shelf.page(way, filters, size, offset) for offset in range(0, 70, size)]
        assert [one for page in pages for one in page.ids] == whole.ids
        assert {page.total for page in pages} == {whole.total}


def test_the_filters_leave_something_and_take_something(shelf: Shelf) -> None:
    """Otherwise all lists would have the same pages."""
    totals = [shelf.page(lists.INVOICES, filters).total for filters in FILTERS]
    assert totals == [55, 15, 40, 16, 39, 55, 40, 0]


def test_a_filter_that_there_is_not_is_a_mistake(shelf: Shelf) -> None:
    """A wrong filter name must not list all rows."""
    with pytest.raises(KeyError):
        shelf.page(lists.INVOICES, {"colour": "red"})


def test_one_that_is_none_does_not_filter(shelf: Shelf) -> None:
    """So a caller can pass on optional filters."""
    assert shelf.page(lists.INVOICES, {"statuses": None}).total == 55


def test_customers_are_listed_along_their_index(shelf: Shelf) -> None:
    """Newest first, without deleted rows."""
    ids = shelf.page(lists.CUSTOMERS, {}).ids
    assert len(ids) == 2
    pages = [shelf.page(lists.CUSTOMERS, {}, 1, offset).ids for offset in range(3)]
    assert pages == [[ids[0]], [ids[1]], []]
