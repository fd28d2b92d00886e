"""The list of invoices: filters, search, order and pages."""

from typing import Any

import pytest

from dialects.highlevel.books import CARA, OVEN, Books
from polaris.core import commands
from polaris.core.facts.payment import PaymentState
from polaris.engine import new_id

DAN = {"id": "contact_2", "name": "Dan", "email": "dan@example.org", "phoneNo": "+49 30 1234"}


class Listed:
    """Six invoices, one in each status, and lists of their names."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.made = {
            "a draft": books.drafted(name="a draft", issueDate="2026-01-01", dueDate=None),
            "b sent": self._sent("b sent", "2026-01-02"),
            "c partly": self._sent("c partly", "2026-01-03"),
            "d paid": self._sent("d paid", "2026-01-04", contactDetails=DAN),
            "e void": self._sent("e void", "2026-01-05"),
            "f coming": self._sent("f coming", "2026-01-06", termsNotes="x"),
        }
        books.record(self.made["c partly"]["_id"], amount=1)
        books.record(self.made["d paid"]["_id"])
        books.void(self.made["e void"]["_id"])
        coming = books.row_id(self.made["f coming"])
        books.done(
            commands.ReceivePayment(
                payment_id=new_id(),
                currency="USD",
                amount_minor=1,
                provider="stripe",
                state=PaymentState.IN_PROGRESS,
                apply_to={coming: 1},
            )
        )

    def _sent(self, name: str, day: str, **more: Any) -> Any:
        return self.books.sent(name=name, issueDate=day, dueDate=day, **more)

    def names(self, **asked: Any) -> list[str]:
        """The names in a list, whose total must be that of all pages."""
        wanted = {"limit": "10", "offset": "0", **asked}
        answer = self.books.call("list_invoices", *self.books.location.values(), **wanted)
        if "offset" not in asked and "limit" not in asked:
            assert answer["total"] == len(answer["invoices"])
        return [one["name"] for one in answer["invoices"]]


@pytest.fixture(scope="module")
def listed(shared: Books) -> Listed:
    return Listed(shared)


NEWEST = ["f coming", "e void", "d paid", "c partly", "b sent", "a draft"]


def test_the_newest_is_first_unless_asked_otherwise(listed: Listed) -> None:
    assert listed.names() == NEWEST
    assert listed.names(sort_field="issueDate", sort_order="descend") == NEWEST
    assert listed.names(sort_field="issueDate", sort_order="ascend") == NEWEST[::-1]


@pytest.mark.parametrize("order", ["ascend", "descend"])
@pytest.mark.parametrize("size", [1, 2, 4, 5, 6, 7])
def test_the_pages_are_the_list(listed: Listed, order: str, size: int) -> None:
    whole = NEWEST if order == "descend" else NEWEST[::-1]
    pages = [
        listed.names(limit=str(size), offset=str(offset), sort_order=order)
        for offset in range(0, 14, size)
    ]
    assert [name for page in pages for name in page] == whole
    assert all(len(page) <= size for page in pages)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("draft", "a draft"),
        ("sent", "b sent"),
        ("partially_paid", "c partly"),
        ("paid", "d paid"),
        ("void", "e void"),
        ("payment_processing", "f coming"),
    ],
)
def test_the_status(listed: Listed, status: str, name: str) -> None:
    assert listed.names(status=status) == [name]
    assert listed.books.show(listed.made[name]["_id"])["status"] == status


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"status": "overdue"}, []),
        ({"start_at": "2026-01-05"}, NEWEST[:2]),
        ({"end_at": "2026-01-02"}, NEWEST[4:]),
        ({"start_at": "2026-01-03", "end_at": "2026-01-04"}, ["d paid", "c partly"]),
        ({"search": "C PARTLY"}, ["c partly"]),
        ({"search": "INV-000003"}, ["d paid"]),
        ({"search": "example.org"}, ["d paid"]),
        ({"search": "Dan"}, ["d paid"]),
        ({"search": "+49 30"}, ["d paid"]),
        ({"search": "nothing like it"}, []),
        ({"search": "100%"}, []),
        ({"contact_id": "contact_2"}, ["d paid"]),
        ({"contact_id": CARA["id"], "status": "void"}, ["e void"]),
        ({"contact_id": "nobody"}, []),
        ({"payment_mode": "live"}, NEWEST),
        ({"payment_mode": "default"}, NEWEST),
        ({"payment_mode": "test"}, []),
    ],
)
def test_a_filter(listed: Listed, asked: dict[str, str], names: list[str]) -> None:
    assert listed.names(**asked) == names


def test_an_id_is_found(listed: Listed) -> None:
    assert listed.names(search=listed.made["b sent"]["_id"]) == ["b sent"]
    assert listed.names(search="0" * 24) == []


def test_a_deleted_draft_is_not_listed(listed: Listed) -> None:
    books = listed.books
    draft = books.drafted(name="gone")
    assert listed.names(search="gone") == ["gone"]
    books.call("delete_invoice", draft["_id"], *books.location.values())
    assert listed.names(search="gone") == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"limit": None}, "limit is required"),
        ({"offset": None}, "offset is required"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "99999999999999999999"}, "offset"),
        ({"startAt": "2026-02-30"}, "startAt must be a date like 2026-02-28"),
        ({"sortOrder": "up"}, "sortOrder has an unknown value"),
        ({"sortField": "total"}, "sortField has an unknown value"),
        ({"paymentMode": "both"}, "paymentMode has an unknown value"),
        ({"altId": None}, "altId is required"),
        ({"altType": "company"}, "altType must be location"),
    ],
)
def test_a_wrong_parameter_is_named(shared: Books, asked: dict[str, Any], named: str) -> None:
    every = {**shared.location, "limit": "10", "offset": "0", **asked}
    given = {name: value for name, value in every.items() if value is not None}
    answer = shared.raw("GET", "/", params=given)
    assert answer.status_code == 422
    (message,) = answer.json()["message"]
    assert message.startswith(named)


def test_the_whole_invoices_are_listed(listed: Listed) -> None:
    answer = listed.books.call(
        "list_invoices", *listed.books.location.values(), limit="1", offset="1"
    )
    assert answer["total"] == 6
    (first,) = answer["invoices"]
    assert first == listed.books.show(listed.made["e void"]["_id"])
    assert first["invoiceItems"][0]["amount"] == OVEN["amount"]
