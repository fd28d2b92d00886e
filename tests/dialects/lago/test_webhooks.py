"""Webhooks: the types and bodies of every event, and their signatures."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import jwt
import pytest

from dialects.lago.books import Books
from dialects.lago.deliveries import at_once, happened, late, sent
from dialects.lago.story import Story
from polaris.core.commands import FinalizeInvoice, MarkOverdue
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.tenant import Settings
from polaris.core.facts.webhook import Signature
from polaris.delivery import signing
from polaris.delivery.dialect import Message, Origin, Reply, SigningKey
from polaris.delivery.shape import Declined
from polaris.dialects.lago.webhooks import SUBSCRIBABLE, TYPES, attempts
from polaris.dialects.lago.webhooks.bodies import OBJECTS
from polaris.dialects.lago.webhooks.shape import ONLY_IF
from polaris.store.engine.write import signing_key

ISSUER = "https://polaris.example/"


# ---------------------------------------------------------------- the tables


def test_what_is_told_can_be_asked_for_and_is_about_something() -> None:
    said = {one for types in TYPES.values() if not isinstance(types, Declined) for one in types}
    assert said == OBJECTS.keys()
    assert said <= SUBSCRIBABLE
    assert ONLY_IF.keys() <= said
    reasons = [types for types in TYPES.values() if isinstance(types, Declined)]
    assert [reason for reason in reasons if not reason.endswith(".")] == []


# ---------------------------------------------------------------- one by one


PAID = "invoice.payment_status_updated"
FAILED = "invoice.payment_failure"
MOVED = "wallet_transaction.created"


@pytest.mark.parametrize(
    ("before", "then", "types"),
    [
        ("", "customer_made", ["customer.created"]),
        ("", "customer_changed", ["customer.updated"]),
        ("", "drafted", ["invoice.drafted", "invoice.ready_to_finalize"]),
        ("drafted", "deleted", ["invoice.deleted"]),
        ("drafted", "finalized", ["invoice.created"]),
        ("", "issued", ["invoice.one_off_created"]),
        ("", "skipped", []),
        ("issued", "voided", ["invoice.voided"]),
        ("issued", "disputed", ["invoice.payment_dispute_lost"]),
        ("issued", "collected", [FAILED]),
        ("issued", "said_paid", [PAID]),
        ("issued", "annotated", []),
        ("issued", "paid", ["payment.succeeded", PAID]),
        ("issued paid", "unpaid", [PAID]),
        ("issued", "payment_failed", [FAILED]),
        ("issued", "payment_waits", ["payment.requires_action"]),
        ("issued paid", "refunded", ["credit_note.created"]),
        ("issued paid refunded", "refund_failed", ["credit_note.provider_refund_failure"]),
        ("", "wallet_opened", ["wallet.created"]),
        ("wallet_opened", "wallet_changed", ["wallet.updated"]),
        ("wallet_opened", "wallet_terminated", ["wallet.terminated"]),
        ("wallet_opened", "granted", [MOVED, MOVED]),
        ("wallet_opened", "bought", ["invoice.paid_credit_added", MOVED]),
        (
            "wallet_opened bought",
            "paid",
            ["payment.succeeded", PAID, "wallet_transaction.updated"],
        ),
        ("wallet_opened granted", "spent", ["invoice.one_off_created", MOVED]),
        ("wallet_opened granted spent", "given_back", [MOVED, "invoice.voided"]),
        ("wallet_opened granted", "credits_voided", [MOVED]),
        ("", "tax_made", []),
    ],
)
def test_what_is_told_of_what_happens(
    books: Books, before: str, then: str, types: list[str]
) -> None:
    """Each body is what the API would answer, under the envelope's object type."""
    story = Story(books)
    for step in before.split():
        getattr(story, step)()
    webhooks = at_once(books, getattr(story, then))
    assert [webhook.type for webhook in webhooks] == types
    for webhook in webhooks:
        read = json.loads(webhook.body)
        assert list(read) == [
            "webhook_type",
            "object_type",
            "organization_id",
            read["object_type"],
        ]
        assert read["webhook_type"] == webhook.type
        assert read["organization_id"] == books.tenant_id
        assert read[read["object_type"]]


# ---------------------------------------------------------------- bodies

BARE = {"metadata", "customer", "fees", "credits", "applied_taxes", "subscriptions"} | {
    "billing_periods",
    "error_details",
    "applied_invoice_custom_sections",
}


@pytest.mark.parametrize(
    ("then", "webhook_type", "nested"),
    [
        ("finalized", "invoice.created", BARE - {"metadata", "error_details"}),
        (
            "voided",
            "invoice.voided",
            BARE - {"metadata", "error_details", "applied_invoice_custom_sections"},
        ),
        ("paid", PAID, {"customer", "fees"}),
    ],
)
def test_an_invoice_is_told_as_it_is_shown_with_what_its_type_holds(
    books: Books, then: str, webhook_type: str, nested: set[str]
) -> None:
    story = Story(books)
    story.drafted()
    if then != "finalized":
        story.finalized()
    if then == "paid":
        webhooks = at_once(books, lambda: books.paid(story.draft, 1200))
    else:
        webhooks = at_once(books, getattr(story, then))
    shown = books.http("GET", f"/invoices/{story.draft}").json()["invoice"]
    body = sent(webhooks, webhook_type)
    assert set(body) & BARE == nested
    assert body == {name: one for name, one in shown.items() if name not in BARE - nested}


def test_an_overdue_invoice_is_told_once_with_its_fees_and_taxes(books: Books) -> None:
    """Its webhook is the same when it is composed after the payment."""
    invoice_id = books.draft(books.customer())
    books.done(FinalizeInvoice(invoice_id=invoice_id, issue_date=date(2024, 1, 1)))
    written = happened(books, lambda: books.done(MarkOverdue(invoice_id=invoice_id)))
    body = sent(late(books, written), "invoice.payment_overdue")
    shown = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]
    nested = {"customer", "fees", "applied_taxes"}
    assert body == {name: one for name, one in shown.items() if name not in BARE - nested}
    assert body["payment_overdue"] is True
    before = late(books, written)
    books.paid(invoice_id, 1200)
    assert late(books, written) == before


def test_it_is_told_as_overdue_before_the_day_has_passed_for_the_tenant(books: Books) -> None:
    """From 10:00 UTC on, Kiritimati (+14) is a day ahead of the tenant (UTC)."""
    customer_id = books.customer(timezone="Pacific/Kiritimati")
    invoice_id = books.draft(customer_id)
    day = (datetime.now(ZoneInfo("Pacific/Kiritimati")) - timedelta(days=1)).date()
    books.done(FinalizeInvoice(invoice_id=invoice_id, issue_date=day))
    webhooks = at_once(books, lambda: books.done(MarkOverdue(invoice_id=invoice_id)))
    assert sent(webhooks, "invoice.payment_overdue")["payment_overdue"] is True


def test_a_deleted_draft_says_so(books: Books) -> None:
    story = Story(books)
    story.drafted()
    body = sent(at_once(books, story.deleted), "invoice.deleted")
    assert (body["lago_id"], body["status"]) == (story.draft, "deleted")


def test_notes_payments_and_wallets_are_told_as_they_are_shown(books: Books) -> None:
    story = Story(books)
    story.issued()
    payment = sent(at_once(books, story.paid), "payment.succeeded")
    assert payment == books.http("GET", f"/payments/{story.payment}").json()["payment"]
    note = sent(at_once(books, story.refunded), "credit_note.created")
    assert note["lago_id"] == story.note
    assert note["customer"]["external_id"] == "cust_1"
    assert len(note["items"]) == 1
    wallet = sent(at_once(books, story.wallet_opened), "wallet.created")
    assert wallet == books.http("GET", f"/wallets/{story.wallet}").json()["wallet"]
    granted, _ = (json.loads(one.body) for one in at_once(books, story.granted))
    moved = granted["wallet_transaction"]
    path = f"/wallet_transactions/{moved['lago_id']}"
    assert moved == books.http("GET", path).json()["wallet_transaction"]


def test_failures_say_whose_money_it_is(books: Books) -> None:
    story = Story(books)
    story.issued()
    whose = {
        "lago_customer_id": story.customer,
        "external_customer_id": "cust_1",
        "provider_customer_id": None,
    }
    nobody = {"payment_provider": None, "payment_provider_code": None, "provider_error": None}
    assert sent(at_once(books, story.collected), FAILED) == {
        "lago_invoice_id": story.draft,
        **whose,
        **nobody,
        "error_details": {"code": "customer_must_have_payment_provider"},
    }
    error = {"message": None, "error_code": None}
    stripe = {"payment_provider": "stripe", "payment_provider_code": "stripe"}
    assert sent(at_once(books, story.payment_failed), FAILED) == {
        "lago_invoice_id": story.draft,
        **whose,
        **stripe,
        "provider_error": error,
        "error_details": {"code": "payment_failed"},
    }
    story.paid()
    story.refunded()
    manual = {"payment_provider": "manual", "payment_provider_code": "manual"}
    webhooks = at_once(books, story.refund_failed)
    assert sent(webhooks, "credit_note.provider_refund_failure") == {
        "lago_credit_note_id": story.note,
        **whose,
        **manual,
        "provider_error": error,
    }
    assert books.facts(notes={story.note}).tables[CreditNote].keys() == {story.note}


# ---------------------------------------------------------------- on the way

ORIGIN = Origin("01980000-0000-7000-8000-000000000001", Settings(), {})


def message(body: bytes, signature: Signature, secret: str) -> Message:
    """Return a message that is signed with one key."""
    keys = [SigningKey("rsa" if signature is Signature.JWT else "hmac", secret)]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Message("unique", "customer.updated", body, at, signature, keys, ISSUER)


def test_a_receiver_checks_a_token_with_the_key_that_it_asks_for(books: Books, client: Any) -> None:
    (webhook,) = at_once(books, Story(books).customer_changed)
    with books.database.connect() as connection:
        key = signing_key(connection, books.tenant_id, signing.RSA_KEY, signing.new_rsa_key)
    headers = attempts.headers(message(webhook.body, Signature.JWT, key))
    token = headers.pop("X-Lago-Signature")
    assert headers == {
        "Content-Type": "application/json",
        "X-Lago-Signature-Algorithm": "jwt",
        "X-Lago-Unique-Key": "unique",
    }
    public = client.webhooks.public_key()
    claims = jwt.decode(token, public, algorithms=["RS256"], issuer=ISSUER)
    assert claims == {"data": webhook.body.decode(), "iss": ISSUER}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, signing.public_key(signing.new_rsa_key()), algorithms=["RS256"])


def test_a_receiver_checks_a_digest_with_the_secret_that_it_knows() -> None:
    """The signature equals a digest from other code: HMAC-SHA256 of the body, in base64."""
    secret, body = signing.new_hmac_key(), b'{"a":1}'
    headers = attempts.headers(message(body, Signature.HMAC, secret))
    digest = b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()
    assert headers["X-Lago-Signature"] == digest
    assert headers["X-Lago-Signature-Algorithm"] == "hmac"
    assert signing.new_hmac_key() != secret
    known = attempts.headers(message(b"what do ya want for nothing?", Signature.HMAC, "Jefe"))
    assert known["X-Lago-Signature"] == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0.0, 3.0), (1, 1.0, 3.15), (2, 0.0, 18.0), (2, 1.0, 20.4), (3, 0.5, None), (4, 0.0, None)],
)
def test_when_it_is_tried_again(attempt: int, chance: float, seconds: float | None) -> None:
    delay = attempts.delay_seconds(attempt, Reply(500), chance, ORIGIN)
    assert delay == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("status", "counts"),
    [(200, True), (201, True), (202, True), (203, False), (204, True), (301, False), (500, False)],
)
def test_which_answers_count(status: int, counts: bool) -> None:
    assert (status in attempts.DELIVERED) is counts
