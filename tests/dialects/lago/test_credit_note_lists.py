"""Lists of credit notes: each filter finds what it names and nothing else, page by page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from dialects.lago.books import VAT, Books, line
from dialects.lago.crediting import answer_to, note, update
from dialects.lago.said import error
from polaris.core import commands
from polaris.core.facts.payment import RefundState
from polaris.engine import now


class Notes(NamedTuple):
    """A tenant's notes by name, and their ids."""

    books: Books
    ids: dict[str, str]

    def found(self, path: str = "/credit_notes", **params: Any) -> list[str]:
        """The names of those that a list shows, in its order."""
        answer = self.books.http("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        names = {note_id: name for name, note_id in self.ids.items()}
        return [names[one["lago_id"]] for one in answer.json()["credit_notes"]]


def credited(books: Books, invoice_id: str, *amounts: int, **named: Any) -> str:
    """A new note's id."""
    made = answer_to(books, note(books, invoice_id, *amounts, **named))
    return str(made["credit_note"]["lago_id"])


@pytest.fixture(scope="module")
def notes(shared: Books) -> Iterator[Notes]:
    """Six notes of two customers; the oldest is the first."""
    ada = shared.customer("ada/1", name="Ada Corp", email="ada@example.com")
    bob = shared.customer("bob", name="Bob & Sons")
    paid = shared.invoice(ada, *(line(1000, VAT) for _ in range(4)), purchase_order_number="PO-7")
    unpaid = shared.invoice(bob, line(1000, VAT), line(500, VAT))
    shared.paid(paid, 4800)
    ids = {
        "given": credited(shared, paid, 1000, credit_amount_cents=1200, reason="order_change"),
        "both": credited(
            *(shared, paid, 0, 1000), credit_amount_cents=200, refund_amount_cents=1000
        ),
        "sent": credited(shared, paid, 0, 0, 1000, refund_amount_cents=1200),
        "said": credited(shared, paid, 0, 0, 0, 500, refund_amount_cents=600),
        "offset": credited(
            *(shared, unpaid, 1000), offset_amount_cents=1200, reason="duplicated_charge"
        ),
        "voided": credited(shared, unpaid, 0, 500, credit_amount_cents=600),
    }
    client = shared.client.credit_notes
    client.update(update(refund_status="failed"), ids["said"])
    client.void(ids["voided"])
    settle(shared, ids["sent"])
    spend(shared, ids["given"], ada)
    yield Notes(shared, ids)
    shared.check_proofs()


def settle(books: Books, note_id: str) -> None:
    """The provider reports that the money of a note's refund has gone."""
    query = "select id::text from refund where tenant_id = %s and note_id = %s"
    with books.database.connect() as connection:
        rows = connection.execute(query.encode(), (books.tenant_id, note_id)).fetchall()
    settled = RefundState.SETTLED
    books.done(*(commands.UpdateRefund(refund_id=row[0], state=settled) for row in rows))


def spend(books: Books, note_id: str, customer_id: str) -> None:
    """Another invoice takes all of a note's credit."""
    invoice_id = books.invoice(customer_id, line(1000, VAT))
    books.done(commands.ApplyCreditNote(note_id=note_id, invoice_id=invoice_id))


ALL = ["voided", "offset", "said", "sent", "both", "given"]
TODAY = now().date()
DAY = timedelta(days=1)

FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ALL),
    ({"external_customer_id": "bob"}, ["voided", "offset"]),
    ({"external_customer_id": "nobody"}, []),
    ({"credit_status": "consumed"}, ["given"]),
    ({"credit_status": "available"}, ["offset", "said", "sent", "both"]),
    ({"credit_status[]": ["voided", "consumed"]}, ["voided", "given"]),
    ({"credit_status": "lost"}, ALL),
    ({"refund_status": "pending"}, ["both"]),
    ({"refund_status": "succeeded"}, ["sent"]),
    ({"refund_status": "failed"}, ["said"]),
    ({"refund_status[]": ["failed", "succeeded", "lost"]}, ["said", "sent"]),
    ({"reason": "order_change"}, ["given"]),
    ({"reason[]": ["order_change", "duplicated_charge"]}, ["offset", "given"]),
    ({"reason": "other"}, ["voided", "said", "sent", "both"]),
    ({"types[]": "offset"}, ["offset"]),
    ({"types[]": ["credit", "offset"]}, ["voided", "offset", "both", "given"]),
    ({"types": "refund"}, ["said", "sent", "both"]),
    ({"currency": "EUR"}, ALL),
    ({"currency": "USD"}, []),
    ({"amount_from": "601"}, ["offset", "sent", "both", "given"]),
    ({"amount_from": "600", "amount_to": "600"}, ["voided", "said"]),
    ({"amount_from": str(10**40)}, []),
    ({"invoice_number": "nothing"}, []),
    ({"purchase_order_number": "po-7"}, ["said", "sent", "both", "given"]),
    ({"purchase_order_number": "po-8"}, []),
    ({"issuing_date_from": str(TODAY - DAY), "issuing_date_to": str(TODAY + DAY)}, ALL),
    ({"issuing_date_from": str(TODAY + 2 * DAY)}, []),
    ({"issuing_date_to": str(TODAY - 2 * DAY)}, []),
    ({"issuing_date_to": "whenever"}, ALL),
    ({"self_billed": "false"}, ALL),
    ({"self_billed": "true"}, []),
    ({"billing_entity_codes[]": "faults"}, ALL),
    ({"search_term": "ada c"}, ["said", "sent", "both", "given"]),
    ({"search_term": "ADA@example"}, ["said", "sent", "both", "given"]),
    ({"search_term": "-cn002"}, ["voided", "both"]),
    ({"search_term": "%"}, []),
    ({"search_term": "sons", "external_customer_id": "bob"}, []),
    ({"search_term": "cn001", "external_customer_id": "bob"}, ["offset"]),
    ({"per_page": "2"}, ["voided", "offset"]),
    ({"per_page": "4", "page": "2"}, ["both", "given"]),
    ({"unknown": "x"}, ALL),
]


@pytest.mark.parametrize(("params", "expected"), FILTERS)
def test_a_filter_finds_what_it_names(
    notes: Notes, params: dict[str, Any], expected: list[str]
) -> None:
    """Newest first; words that Lago does not know do not count."""
    assert notes.found(**params) == expected


def test_a_note_is_found_by_its_invoice_or_its_own_id(notes: Notes) -> None:
    """The id must be complete, but may be in upper case."""
    shown = notes.books.client.credit_notes.find(notes.ids["offset"])
    assert notes.found(invoice_number=shown.invoice_number) == ["voided", "offset"]
    assert notes.found(search_term=notes.ids["sent"].upper()) == ["sent"]


def test_every_listed_status_is_the_one_that_is_shown(notes: Notes) -> None:
    """Every note that a filter finds shows the filtered value."""
    listed = notes.books.client.credit_notes.find_all()["credit_notes"]
    for field in ("credit_status", "refund_status", "reason"):
        for value in {getattr(one, field) for one in listed} - {None}:
            names = notes.found(**{field: value})
            same = {one.lago_id for one in listed if getattr(one, field) == value}
            assert {notes.ids[name] for name in names} == same


def test_a_list_tells_of_its_pages(notes: Notes) -> None:
    """The client passes it through untouched."""
    page = notes.books.client.credit_notes.find_all({"per_page": 4, "page": 2})
    assert page["meta"] == {
        "current_page": 2,
        "next_page": None,
        "prev_page": 1,
        "total_pages": 2,
        "total_count": 6,
    }
    assert [one.items.__root__[0].fee.amount_cents for one in page["credit_notes"]] == [1000, 1000]


def test_a_customers_own_list_has_its_notes(notes: Notes) -> None:
    """Its id may have a slash in it; one that nobody has is not found."""
    assert notes.found("/customers/bob/credit_notes") == ["voided", "offset"]
    assert notes.found("/customers/ada/1/credit_notes", types="credit") == ["both", "given"]
    answer = notes.books.http("GET", "/customers/nobody/credit_notes")
    assert (answer.status_code, answer.json()) == (404, error(404, "customer_not_found"))


def test_an_unknown_issuer_is_not_found(notes: Notes) -> None:
    """Even beside one that is known."""
    codes = {"billing_entity_codes[]": ["faults", "other"]}
    answer = notes.books.http("GET", "/credit_notes", params=codes)
    assert (answer.status_code, answer.json()) == (404, error(404, "billing_entity_not_found"))


def test_another_tenant_sees_none_of_them(notes: Notes) -> None:
    """With every filter, the list is empty."""
    other = Books(notes.books.database, notes.books.url)
    for params in ({}, {"search_term": notes.ids["sent"]}, {"types": "credit"}):
        shown = other.http("GET", "/credit_notes", params=params).json()
        assert shown["credit_notes"] == []
        assert (shown["meta"]["current_page"], shown["meta"]["total_count"]) == (0, 0)
