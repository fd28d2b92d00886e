"""`Idempotency-Key`: a client that got no answer can repeat the call; it is done only once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from dialects.lago.books import Books, line
from dialects.lago.keyed import (
    MARK,
    MONEY,
    OTHERS,
    Asked,
    Preparing,
    booked,
    finalize,
    forget_answers,
    forget_calls,
    keyed,
    one_off,
    paid,
    part_note,
    payment,
    tax,
    top_up,
    void,
    whole_note,
)
from dialects.lago.said import error, invalid
from polaris.engine import new_id
from polaris.keys import KeyScope

REUSED = invalid(idempotency_key=["value_already_exist"])


@pytest.mark.parametrize("prepare", [*MONEY, *OTHERS])
def test_the_second_answer_is_the_first(books: Books, prepare: Preparing) -> None:
    """The answers are equal byte for byte, and the rows have not changed."""
    asked = prepare(books)
    first = keyed(books, asked)
    assert (first.status_code, first.headers.get(MARK)) == (200, None), first.text
    before = booked(books)
    second = keyed(books, asked)
    assert (second.status_code, second.headers[MARK]) == (200, "true")
    assert (second.content, booked(books)) == (first.content, before)


@pytest.mark.parametrize("prepare", MONEY)
def test_after_a_crash_before_the_answer(books: Books, prepare: Preparing) -> None:
    """A committed call is not done again, and gets the answer that was lost."""
    asked = prepare(books)
    first = keyed(books, asked)
    forget_answers(books)
    before = booked(books)
    second = keyed(books, asked)
    assert (second.status_code, second.headers.get(MARK)) == (200, "true"), second.text
    assert (second.json(), booked(books)) == (first.json(), before)
    assert keyed(books, asked).content == second.content


@pytest.mark.parametrize("prepare", MONEY)
def test_a_call_whose_answer_was_deleted_is_not_done_again(
    books: Books, prepare: Preparing
) -> None:
    """The records of its commands are kept longer than the answer."""
    asked = prepare(books)
    keyed(books, asked)
    forget_calls(books)
    before = booked(books)
    second = keyed(books, asked)
    assert second.status_code < 500, second.text
    assert booked(books) == before


@pytest.mark.parametrize("prepare", [one_off, part_note, top_up, payment])
def test_without_a_key_it_happens_twice(books: Books, prepare: Preparing) -> None:
    asked = prepare(books)
    if prepare is payment:
        asked.body["payment"]["amount_cents"] = 400
    first, second = (keyed(books, asked, None) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content != second.content
    assert MARK not in second.headers


@pytest.mark.parametrize("prepare", [whole_note, payment, void, top_up, finalize, one_off])
def test_twins_at_the_same_moment(books: Books, prepare: Preparing) -> None:
    asked = prepare(books)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: keyed(books, asked), range(8)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert sum(MARK not in one.headers for one in answers) <= 1
    made = booked(books)
    counted = {table: len(made[table]) for table in ("credit_note", "payment", "lot", "invoice")}
    assert max(counted.values()) <= 1, counted


def test_the_first_answer_stands_when_the_invoice_has_moved_on(books: Books) -> None:
    asked = finalize(books)
    first = keyed(books, asked)
    invoice_id = first.json()["invoice"]["lago_id"]
    assert books.http("POST", f"/invoices/{invoice_id}/void").status_code == 200
    second = keyed(books, asked)
    assert second.json()["invoice"]["status"] == "finalized"
    assert second.content == first.content


def test_refusals_stand_too(books: Books) -> None:
    """Refusals of the engine and of the route are repeated too; a new key is a new call."""
    draft = books.draft(books.customer(), line(1000))
    void, pay = Asked("POST", f"/invoices/{draft}/void"), Asked("POST", "/payments", paid(draft, 1))
    first = keyed(books, void, "v"), keyed(books, pay, "p")
    assert first[0].json() == error(405, "not_voidable")
    assert first[1].json() == error(403, "feature_unavailable")
    assert books.http("PUT", f"/invoices/{draft}/finalize").status_code == 200
    second = keyed(books, void, "v"), keyed(books, pay, "p")
    assert [one.content for one in second] == [one.content for one in first]
    assert [one.headers[MARK] for one in second] == ["true", "true"]
    assert keyed(books, pay, "q").status_code == 200
    assert keyed(books, void, "w").status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        Asked("POST", "/payments", paid(new_id(), 1)),
        Asked("POST", "/customers", {"customer": {"external_id": "c"}}),
        Asked("DELETE", "/customers/cust_1"),
    ],
)
def test_something_else_under_the_key_is_refused(books: Books, other: Asked) -> None:
    asked = payment(books)
    first = keyed(books, asked)
    before = booked(books)
    answer = keyed(books, other)
    assert (answer.status_code, answer.json(), booked(books)) == (422, REUSED, before)
    assert keyed(books, asked).content == first.content


def test_a_key_is_of_one_tenant(books: Books, shared: Books) -> None:
    ours, theirs = (keyed(one, tax(one), "same") for one in (books, shared))
    assert (ours.status_code, theirs.status_code) == (200, 200)
    assert ours.json()["tax"]["lago_id"] != theirs.json()["tax"]["lago_id"]
    assert MARK not in theirs.headers


def test_two_keys_are_two_wishes(books: Books) -> None:
    asked = part_note(books)
    first, second = (keyed(books, asked, key) for key in ("k1", "k2"))
    numbers = {one.json()["credit_note"]["number"] for one in (first, second)}
    assert (len(numbers), MARK in second.headers) == (2, False)


def test_who_may_not_write_uses_no_key_up(books: Books) -> None:
    asked = tax(books)
    headers, reads = {"Idempotency-Key": "k1"}, books.new_key(KeyScope.READ)
    refused = books.http("POST", asked.path, reads, json=asked.body, headers=headers)
    assert refused.json() == error(403, "write_action_not_allowed_for_tax")
    answer = keyed(books, asked)
    assert (answer.status_code, MARK in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("key", "code"), [("k" * 256, "value_is_too_long"), ("k" * 255, None), ("é", None)]
)
def test_what_can_be_a_key(books: Books, key: str, code: str | None) -> None:
    asked = tax(books)
    headers = [(b"Idempotency-Key", key.encode("latin-1"))]
    whole = [(b"Authorization", f"Bearer {books.key}".encode()), *headers]
    url = f"{books.url}/api/v1{asked.path}"
    for _ in range(2):
        answer = httpx.post(url, json=asked.body, headers=whole, timeout=30)
        if code is None:
            assert answer.status_code == 200
        else:
            assert answer.json() == invalid(idempotency_key=[code])


def test_the_official_clients_calls_are_as_before(books: Books, client: Any) -> None:
    """The client sends no key, so nothing is stored about its calls."""
    invoice_id = books.invoice(books.customer())
    client.invoices.void(invoice_id)
    with books.database.connect() as connection:
        kept = connection.execute(
            "select count(*) from idempotency_key where tenant_id = %s", [books.tenant_id]
        ).fetchone()
    assert kept == (0,)
