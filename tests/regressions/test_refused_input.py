"""Input that the database cannot store is refused, and the other requests of the set are done.

Each of these cases once failed the whole set, and was answered as a bug of Polaris.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from faults.world import check_proofs, customers, done, draft, opened, tenant
from polaris.core import commands as ask
from polaris.core.commands import Command, SaveCustomer
from polaris.core.commands.values import TaxRate
from polaris.core.facts.invoice import InvoiceKind, LineKind
from polaris.engine import Engine, new_id, request
from polaris.store.server.database import Database

LONG = "".join(chr(33 + number * number % 90) for number in range(501))
"""It has many different letters, so that compression does not make it fit into an index."""


class Shop:
    """A tenant with two customers."""

    def __init__(self, database: Database) -> None:
        self.engine = Engine(database, connections=1)
        self.tenant_id = tenant(database)
        self.customer_id, self.other_id = customers(self.engine, self.tenant_id, 2)
        self.wallet_id, self.line_id = new_id(), new_id()
        wallet = ask.OpenWallet(
            wallet_id=self.wallet_id, customer_id=self.customer_id, currency="EUR"
        )
        done(self.engine, self.tenant_id, [wallet, self.billed(id=self.line_id)])

    def tried(self, *asked: Command) -> list[list[str]]:
        """Perform the commands in one set. Return the refusal codes of each; none may be broken."""
        outcomes = self.engine.perform(self.tenant_id, [request(one) for one in asked])
        assert [outcome.fault for outcome in outcomes] == [None] * len(asked)
        return [[refusal.code for refusal in outcome.refusals] for outcome in outcomes]

    def customer(self, external_id: str, customer_id: str | None = None) -> Command:
        return SaveCustomer(customer_id=customer_id or new_id(), external_id=external_id)

    def billed(self, **line: Any) -> ask.DraftInvoice:
        plain = draft(new_id(), self.customer_id)
        lines = tuple(msgspec.structs.replace(one, **line) for one in plain.lines)
        return msgspec.structs.replace(plain, lines=lines)

    def sold(self, customer_id: str, wallet_id: str) -> Command:
        top_up = self.billed(kind=LineKind.TOP_UP, wallet_id=wallet_id)
        return msgspec.structs.replace(top_up, kind=InvoiceKind.TOP_UP, customer_id=customer_id)

    def paid(self) -> ask.ReceivePayment:
        return ask.ReceivePayment(
            payment_id=new_id(), customer_id=self.customer_id, currency="EUR", amount_minor=100
        )


def endless() -> dict[str, object]:
    details: dict[str, object] = {}
    details["again"] = details
    return details


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def shop(database: Database) -> Shop:
    return Shop(database)


REFUSED: dict[str, tuple[Callable[[Shop], Command], str]] = {
    "external id of another customer": (
        lambda shop: shop.customer(shop.other_id),
        "already_exists",
    ),
    "renamed to another customer": (
        lambda shop: shop.customer(shop.other_id, shop.customer_id),
        "already_exists",
    ),
    "external id taken away": (
        lambda shop: shop.customer("", shop.customer_id),
        "value_missing",
    ),
    "external id with a NUL": (lambda shop: shop.customer("a\0b"), "text_malformed"),
    "external id with half a character": (lambda shop: shop.customer("\ud800"), "text_malformed"),
    "line id of another invoice": (lambda shop: shop.billed(id=shop.line_id), "already_exists"),
    "wallet of another customer": (
        lambda shop: shop.sold(shop.other_id, shop.wallet_id),
        "unsuitable_top_up",
    ),
    "external id too long to be found": (lambda shop: shop.customer(LONG), "text_too_long"),
    "external number too long": (
        lambda shop: msgspec.structs.replace(shop.billed(), external_number=LONG),
        "text_too_long",
    ),
    "too long, with quotation marks in between": (
        lambda shop: msgspec.structs.replace(shop.billed(), external_number='"' * 501),
        "text_too_long",
    ),
    "tax name too long for an account": (
        lambda shop: shop.billed(taxes=(TaxRate(code="vat", name=LONG, rate=Decimal(20)),)),
        "text_too_long",
    ),
    "reference too long": (
        lambda shop: msgspec.structs.replace(shop.paid(), reference=LONG),
        "text_too_long",
    ),
    "details without end": (
        lambda shop: msgspec.structs.replace(shop.billed(), details=endless()),
        "text_malformed",
    ),
    "time further from UTC than any place": (
        lambda shop: msgspec.structs.replace(
            shop.paid(), received_at=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=23)))
        ),
        "date_not_possible",
    ),
    "priority that no integer column takes": (
        lambda shop: ask.GrantCredits(
            lot_id=new_id(), wallet_id=shop.wallet_id, amount_minor=1, priority=2**40
        ),
        "number_not_possible",
    ),
    "series with a NUL": (
        lambda shop: ask.FinalizeInvoice(invoice_id=new_id(), series="a\0b"),
        "text_malformed",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_and_its_neighbours_are_done(shop: Shop, case: str) -> None:
    make, code = REFUSED[case]
    before, after = (draft(new_id(), shop.customer_id) for _ in range(2))
    assert shop.tried(before, make(shop), after) == [[], [code], []]


FREE = "“Zoë”, said Ümit, “is \\u0000 long.”\n" * 100


def test_texts_that_nobody_searches_may_be_long(shop: Shop) -> None:
    """The text also contains a word that only looks like a NUL."""
    told = msgspec.structs.replace(
        shop.billed(description=FREE), memo=FREE, details={FREE: [FREE, {"more": FREE}]}
    )
    limit = msgspec.structs.replace(shop.billed(), external_number="Ü" * 500)
    assert shop.tried(told, limit) == [[], []]


def test_a_name_taken_in_the_same_set_is_taken(shop: Shop) -> None:
    assert shop.tried(shop.customer("twice"), shop.customer("twice")) == [[], ["already_exists"]]


def test_a_name_given_up_in_the_same_set_is_free(shop: Shop) -> None:
    first = new_id()
    done(shop.engine, shop.tenant_id, [shop.customer("old", first)])
    assert shop.tried(shop.customer("new", first), shop.customer("old")) == [[], []]


def test_credits_are_sold_by_a_draft_too(shop: Shop) -> None:
    """Only the line names the wallet. It was not loaded once, so every such draft was refused."""
    assert shop.tried(shop.sold(shop.customer_id, shop.wallet_id)) == [[]]


def test_the_books_hold_after_all_of_it(database: Database, shop: Shop) -> None:
    assert check_proofs(database, shop.tenant_id) > 0
