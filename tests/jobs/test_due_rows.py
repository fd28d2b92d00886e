"""Jobs find rows by state: credits and wallets that expire, and invoices that become overdue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from faults.world import at_once, check_proofs
from jobs.books import Books
from polaris.core.commands import ReceivePayment, RemovePayment, UpdateWallet
from polaris.engine import Engine, new_id
from polaris.jobs.invoices import mark_overdue
from polaris.jobs.job import Workplace
from polaris.jobs.wallets import expire_credits, expire_wallets
from polaris.store.server.database import Database

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def books(database: Database, engine: Engine) -> Books:
    return Books(database, engine)


def test_credits_expire_at_their_time_and_only_once(place: Workplace, books: Books) -> None:
    wallet_id = books.wallet()
    expiring = books.lots(wallet_id, TODAY + DAY)
    books.lots(wallet_id, TODAY + 3 * DAY)
    books.lots(wallet_id, None)
    expire_credits(place, TODAY + DAY - HOUR)
    assert books.subjects("credits.expired") == []
    expire_credits(place, TODAY + DAY)
    expire_credits(place, TODAY + DAY + HOUR)
    assert books.subjects("credits.expired") == expiring
    [(left,)] = books.rows("select sum(left_minor) from lot where tenant_id = %(t)s")
    assert left == 600
    check_proofs(books.database, books.tenant_id)


def test_more_rows_than_a_set_holds_are_all_done(place: Workplace, books: Books) -> None:
    wallet_id = books.wallet()
    expiring = books.lots(wallet_id, TODAY + DAY, count=600)
    assert expire_credits(place, TODAY + 2 * DAY) == 600
    assert sorted(books.subjects("credits.expired")) == sorted(expiring)


def test_a_wallet_ends_at_its_time(place: Workplace, books: Books) -> None:
    """One whose end was moved stays open."""
    ending, moved = books.wallet(TODAY + DAY), books.wallet(TODAY + DAY)
    books.wallet()
    books.do(UpdateWallet(wallet_id=moved, expires_at=TODAY + 9 * DAY))
    expire_wallets(place, TODAY + DAY - HOUR)
    assert books.subjects("wallet.terminated") == []
    expire_wallets(place, TODAY + DAY)
    expire_wallets(place, TODAY + DAY)
    assert books.subjects("wallet.terminated") == [ending]


def test_an_invoice_is_announced_the_day_after_it_was_due(place: Workplace, books: Books) -> None:
    [invoice_id] = books.invoices(TODAY)
    mark_overdue(place, TODAY)
    assert books.subjects("invoice.overdue") == []
    mark_overdue(place, TODAY + DAY)
    mark_overdue(place, TODAY + 2 * DAY)
    assert books.subjects("invoice.overdue") == [invoice_id]


def test_an_invoice_that_is_overdue_anew_is_announced_again(place: Workplace, books: Books) -> None:
    [invoice_id] = books.invoices(TODAY)
    mark_overdue(place, TODAY + DAY)
    payment_id = new_id()
    books.do(
        ReceivePayment(
            payment_id=payment_id,
            customer_id=books.customer_id,
            currency="EUR",
            amount_minor=1000,
            apply_to={invoice_id: 1000},
        )
    )
    mark_overdue(place, TODAY + 2 * DAY)
    assert len(books.subjects("invoice.overdue")) == 1
    books.do(RemovePayment(payment_id=payment_id, invoice_id=invoice_id))
    mark_overdue(place, TODAY + 2 * DAY)
    assert books.subjects("invoice.overdue") == [invoice_id] * 2


def test_the_day_counts_where_the_customer_is(place: Workplace, books: Books) -> None:
    """At 12:00 UTC, Kiritimati (+14) has the next day, and Niue (-11) the same day until 11:00."""
    ahead = books.invoices(TODAY, 1, books.customer("Pacific/Kiritimati"))
    behind = books.invoices(TODAY, 1, books.customer("Pacific/Niue"))
    mark_overdue(place, TODAY)
    assert books.subjects("invoice.overdue") == ahead
    mark_overdue(place, TODAY + 22 * HOUR)  # the next day, 10:00 UTC
    assert books.subjects("invoice.overdue") == ahead
    mark_overdue(place, TODAY + 23 * HOUR)
    assert books.subjects("invoice.overdue") == ahead + behind
    assert books.audited() == [("done", "MarkOverdue")] * 2


def run_twice_at_once(
    run: Callable[[Workplace, datetime], int], place: Workplace, at: datetime
) -> list[int]:
    results = at_once([lambda: run(place, at)] * 2)
    assert all(isinstance(one, int) for one in results), results
    return [one for one in results if isinstance(one, int)]


def test_two_processes_at_once_do_each_row_once(place: Workplace, books: Books) -> None:
    """Neither is refused anything, so the audit log has one line for each row."""
    wallet_id = books.wallet(TODAY + DAY)
    lots = books.lots(wallet_id, TODAY + DAY, count=300)
    invoices = books.invoices(TODAY, count=300)
    at = TODAY + 2 * DAY
    assert sum(run_twice_at_once(expire_credits, place, at)) == 300
    assert sum(run_twice_at_once(mark_overdue, place, at)) >= 300
    assert sum(run_twice_at_once(expire_wallets, place, at)) >= 1
    assert sorted(books.subjects("credits.expired")) == sorted(lots)
    assert sorted(books.subjects("invoice.overdue")) == sorted(invoices)
    assert books.subjects("wallet.terminated") == [wallet_id]
    assert {outcome for outcome, _ in books.audited()} == {"done"}
    assert len(books.audited()) == 601


def test_a_job_that_is_stopped_leaves_the_rest_to_the_next_run(
    place: Workplace, books: Books
) -> None:
    books.lots(books.wallet(), TODAY + DAY, count=300)
    place.stopping.set()
    assert expire_credits(place, TODAY + 2 * DAY) == 0
    place.stopping.clear()
    assert expire_credits(place, TODAY + 2 * DAY) == 300
