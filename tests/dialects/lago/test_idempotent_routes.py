"""Every changing route takes an idempotency key, and a lost answer shows what was true then."""

from collections.abc import Callable
from typing import Any

import pytest

from dialects.lago.books import Books
from dialects.lago.everything import Everything
from dialects.lago.keyed import (
    MARK,
    Asked,
    Preparing,
    annotated,
    booked,
    credits_voided,
    finalize,
    forget_answers,
    keyed,
    one_off,
    part_note,
    payment,
    regenerate,
    void,
    void_with_note,
    whole_note,
)
from dialects.lago.routes import ROUTES, Route, body_of
from polaris.api.idempotency import CHANGING as IDEMPOTENT_VERBS
from polaris.dialects.lago.app import build

# ---------------------------------------------------------------- after a crash and a later change


def voided_later(books: Books, shown: Any) -> None:
    """Void the answered invoice, or the invoice of the answered payment or note."""
    one = shown.get("invoice") or shown.get("payment") or shown["credit_note"]
    invoice_id = one.get("lago_invoice_id") or one.get("lago_payable_id") or one["lago_id"]
    answer = books.http("POST", f"/invoices/{invoice_id}/void")
    assert answer.status_code == 200, answer.text


def note_voided_later(books: Books, shown: Any) -> None:
    """Void the answered note."""
    note_id = shown["credit_note"]["lago_id"]
    assert books.http("PUT", f"/credit_notes/{note_id}/void").status_code == 200


def paid_later(books: Books, shown: Any) -> None:
    """Pay the invoice whose payment was tried again."""
    (invoice_id,) = [row["lago_id"] for row in books.http("GET", "/invoices").json()["invoices"]]
    books.paid(invoice_id, 1200)


def terminated_later(books: Books, shown: Any) -> None:
    """Terminate the wallet of the answered transactions."""
    wallet_id = shown["wallet_transactions"][0]["lago_wallet_id"]
    assert books.http("DELETE", f"/wallets/{wallet_id}").status_code == 200


def unchanged(books: Books, shown: Any) -> None:
    """Change nothing."""


def all_credits_voided(books: Books) -> Asked:
    asked = credits_voided(books)
    asked.body["wallet_transaction"]["voided_credits"] = "10"
    return asked


def retried(books: Books) -> Asked:
    return Asked("POST", f"/invoices/{books.invoice(books.customer())}/retry_payment")


def regenerated_later(books: Books, shown: Any) -> None:
    """Replace the answered invoice."""
    path = f"/invoices/{shown['invoice']['lago_id']}/regenerate"
    assert books.http("POST", path).status_code == 200


@pytest.mark.parametrize(
    ("prepare", "change"),
    [
        (finalize, voided_later),
        (one_off, voided_later),
        (regenerate, voided_later),
        (annotated, voided_later),
        (payment, voided_later),
        (part_note, voided_later),
        (part_note, note_voided_later),
        (whole_note, note_voided_later),
        (retried, paid_later),
        (all_credits_voided, unchanged),
        (credits_voided, terminated_later),
        (void, regenerated_later),
        (void_with_note, regenerated_later),
    ],
)
def test_an_answer_that_was_lost_shows_what_was_true_then(
    books: Books, prepare: Preparing, change: Callable[[Books, Any], None]
) -> None:
    """The server was killed before the answer, and then the invoice has moved on."""
    asked = prepare(books)
    first = keyed(books, asked)
    change(books, first.json() if first.content else None)
    forget_answers(books)
    before = booked(books)
    second = keyed(books, asked)
    assert (second.status_code, second.headers.get(MARK)) == (200, "true"), second.text
    assert (second.content, booked(books)) == (first.content, before)


# ---------------------------------------------------------------- every route

CHANGING = [route for route in ROUTES if route.method != "GET"]


@pytest.mark.parametrize("route", CHANGING, ids=str)
def test_every_route_that_changes_something_takes_the_key(
    everything: Everything, route: Route
) -> None:
    """The second answer is the first, whatever it was, and is marked; no row is added or changed.

    The calls have what they name, so that most are done and not refused.
    """
    path, body = next(route.paths(everything.known)), body_of(route, everything.ids)
    asked = Asked(route.method, path, body)
    first = keyed(everything.books, asked)
    assert first.status_code in (200, 403, 404, 405, 422), first.text
    assert MARK not in first.headers
    before = booked(everything.books)
    second = keyed(everything.books, asked)
    assert (second.status_code, second.headers[MARK]) == (first.status_code, "true")
    assert (second.content, booked(everything.books)) == (first.content, before)


CHANGES_NOTHING = {
    "POST /invoices/{invoice_id}/retry",
    "POST /invoices/{invoice_id}/payment_url",
    "POST /invoices/preview",
    "POST /invoices/{invoice_id}/regenerate/preview",
    "POST /credit_notes/estimate",
    "POST /invoices/{invoice_id}/download_pdf",
    "POST /invoices/{invoice_id}/download",
    "POST /credit_notes/{note_id}/download_pdf",
    "POST /credit_notes/{note_id}/download",
    "POST /wallet_transactions/{happening_id}/payment_url",
    "POST /customers/{external_id}/checkout_url",
}
"""Routes that are refused or only read. A lost answer of theirs is made again, as of now."""

DONE = [route for route in CHANGING if str(route) not in CHANGES_NOTHING]
ABOUT_DRAFTS = {
    "DELETE /invoices/{invoice_id}",
    "PUT /invoices/{invoice_id}/finalize",
    "PUT /invoices/{invoice_id}/refresh",
}


def everything_changes(books: Books, ids: dict[str, str]) -> None:
    """Change, use up or delete each resource, as far as it still can be."""
    renamed = {"name": "Later", "description": "Later"}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/customers", {"customer": {"external_id": "cust_1", "name": "Later"}}),
        ("PUT", "/taxes/tax_1", {"tax": {**renamed, "rate": 7, "applied_to_organization": True}}),
        ("PUT", "/add_ons/addon_1", {"add_on": {**renamed, "code": "other", "amount_cents": 5}}),
        ("DELETE", "/add_ons/other", None),
        ("PUT", f"/invoices/{ids['draft']}/finalize", None),
        ("PUT", f"/invoices/{ids['invoice']}/lose_dispute", None),
        ("PUT", f"/credit_notes/{ids['credit_note']}", {"credit_note": {"metadata": {"z": "9"}}}),
        ("PUT", f"/credit_notes/{ids['credit_note']}/void", None),
        ("POST", f"/invoices/{ids['invoice']}/void", None),
        ("POST", f"/invoices/{ids['draft']}/void", None),
        ("PUT", f"/wallets/{ids['wallet']}", {"wallet": {"name": "Later", "metadata": {"z": "9"}}}),
        ("POST", "/wallet_transactions", wallet_use(ids, granted_credits="3")),
        ("POST", "/wallet_transactions", wallet_use(ids, voided_credits="2")),
        ("DELETE", f"/wallets/{ids['wallet']}", None),
        ("DELETE", f"/webhook_endpoints/{ids['webhook_endpoint']}", None),
        ("POST", "/webhook_endpoints", {"webhook_endpoint": {"webhook_url": "https://late.test"}}),
        ("POST", "/taxes", {"tax": {"name": "L", "code": "l", "rate": 1}}),
        ("PUT", "/organizations", {"organization": {"name": "Later", "city": "Later"}}),
        ("DELETE", "/taxes/tax_1", None),
        ("DELETE", "/customers/cust_1", None),
    ]
    for method, path, body in calls:
        assert books.http(method, path, json=body).status_code in (200, 404, 405, 422)


def wallet_use(ids: dict[str, str], **credits: str) -> Any:
    return {"wallet_transaction": {"wallet_id": ids["wallet"], **credits}}


def new_body(route: Route, ids: dict[str, str]) -> Any:
    """Return a body with which the route changes something."""
    fresh = {"POST /customers": "external_id", "POST /add_ons": "add_on", "POST /taxes": "tax"}
    name = fresh.get(str(route))
    return body_of(route, ids | {name: "new"} if name else ids)


@pytest.mark.parametrize("route", DONE, ids=str)
def test_a_lost_answer_is_given_again_after_everything_has_changed(
    everything: Everything, route: Route
) -> None:
    """The server was killed before the answer, and nothing is now as it was then."""
    books, ids = everything.books, everything.ids
    path = next(route.paths(everything.known))
    if str(route) in ABOUT_DRAFTS:
        path = path.replace(ids["invoice"], ids["draft"])
    asked = Asked(route.method, path, new_body(route, ids))
    first = keyed(books, asked)
    assert first.status_code == 200, first.text
    everything_changes(books, ids)
    forget_answers(books)
    before = booked(books)
    second = keyed(books, asked)
    assert (second.status_code, second.headers.get(MARK)) == (200, "true"), second.text
    assert (second.content, booked(books)) == (first.content, before)


def test_the_walk_sees_every_changing_route() -> None:
    """Every verb of `CHANGING` in the code, on every path that has it."""
    schema = build(None).openapi()  # type: ignore[arg-type]  # no engine is asked
    declared = {
        f"{verb.upper()} {path}": operation
        for path, verbs in schema["paths"].items()
        for verb, operation in verbs.items()
        if verb.upper() in IDEMPOTENT_VERBS
    }
    assert {str(route) for route in CHANGING} == declared.keys()
    takes = [
        name
        for name, operation in declared.items()
        if any(one["name"] == "Idempotency-Key" for one in operation["parameters"])
    ]
    assert len(takes) == len(CHANGING) > 40


@pytest.fixture
def everything(books: Books) -> Everything:
    return Everything(books)
