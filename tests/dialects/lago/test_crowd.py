"""Two hundred concurrent calls through the vendor's client: each has the one right answer."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError

from dialects.lago.books import Books
from faults.world import TOTAL_MINOR, at_once, customers, drafts, invoices

CALLS = 200
TWICE = 2


@pytest.mark.parametrize("count", [1, 7])
def test_voids_and_finalizations_at_once(books: Books, count: int) -> None:
    """Each action is requested twice: one call succeeds, the other is refused."""
    each = CALLS // TWICE // 2
    people = customers(books.engine, books.tenant_id, count)
    open_ones = drafts(books.engine, books.tenant_id, people, each)
    issued = invoices(books.engine, books.tenant_id, people, each)
    calls = [partial(attempt, books, "finalize", one) for one in open_ones]
    calls += [partial(attempt, books, "void", one) for one in issued]
    answers = at_once(calls * TWICE)
    assert not [answer for answer in answers if isinstance(answer, BaseException)]
    assert Counter(answers) == Counter(
        answer
        for one in (*open_ones, *issued)
        for answer in ((one, "done"), (one, REFUSED["finalize" if one in open_ones else "void"]))
    )
    assert_all_is_well(books, open_ones, issued)


REFUSED = {"finalize": "invoice_not_found", "void": "not_voidable"}


def attempt(books: Books, action: str, invoice_id: str) -> tuple[str, str]:
    """Call the client once; return the invoice's id, and `done` or the code of the refusal."""
    try:
        getattr(books.client.invoices, action)(invoice_id)
    except LagoApiError as refused:
        return invoice_id, str((refused.response or {})["code"])
    return invoice_id, "done"


def assert_all_is_well(books: Books, open_ones: list[str], issued: list[str]) -> None:
    """Assert that each invoice has the right state, and no customer's numbers have a gap."""
    listed = books.client.invoices.find_all({"per_page": CALLS})["invoices"]
    by_id: dict[str, Any] = {one.lago_id: one for one in listed}
    shown = [by_id[one] for one in (*open_ones, *issued)]
    statuses = [one.status for one in shown]
    assert statuses == ["finalized"] * len(open_ones) + ["voided"] * len(issued)
    due = [one.total_due_amount_cents for one in shown]
    assert due == [TOTAL_MINOR] * len(open_ones) + [0] * len(issued)
    numbers: dict[str, list[int]] = {}
    for one in shown:
        numbers.setdefault(one.customer.lago_id, []).append(one.sequential_id)
    for given in numbers.values():
        assert sorted(given) == list(range(1, len(given) + 1))
