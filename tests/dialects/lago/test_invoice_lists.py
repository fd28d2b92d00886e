"""Lists of invoices: every filter agrees with the answers' own fields, and pages add up."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cli.terminal import Serving
from dialects.lago.books import Books, line
from faults.world import opened
from polaris.core import commands
from polaris.core.commands.values import Apply, CreditedLine, VoidNote
from polaris.core.facts.invoice import InvoiceKind
from polaris.engine import new_id
from polaris.keys import KeyScope

Shown = dict[str, Any]

LONG_AGO = date(2024, 1, 31)


@pytest.fixture(scope="module")
def world(database_url: str, serving: Serving) -> Iterator[Books]:
    """A tenant with an invoice of every kind."""
    with opened(database_url) as database:
        books = Books(database, serving.url)
        plain(books)
        settled(books)
        yield books
        books.check_proofs()


def plain(books: Books) -> None:
    """Drafts, issued, paid, voided, deleted, disputed and asserted ones of two customers."""
    ada = books.customer("ada", name="Ada 100%", email="ada@example.com")
    bob = books.customer("b/ob", first_name="Bob", last_name="O_Brien")
    books.draft(ada)
    books.draft(bob, kind=InvoiceKind.ONE_OFF, purchase_order_number="PO-7a")
    gone = books.draft(ada)
    old = books.invoice(ada, issue_date=LONG_AGO, metadata={"team": "red", "site": "a"})
    books.invoice(bob, issue_date=LONG_AGO + timedelta(1), metadata={"team": "blue"})
    books.invoice(ada, line(0))
    lost = books.invoice(bob, issue_date=LONG_AGO)
    said = books.invoice(ada, issue_date=LONG_AGO, kind=InvoiceKind.ONE_OFF)
    failed = books.invoice(ada)
    paid = books.invoice(ada, line(5000))
    partly = books.invoice(bob, line(700))
    voided, void_paid = books.invoice(ada), books.invoice(bob)
    void_free = books.invoice(ada, line(0))
    for one, amount in ((paid, 5000), (partly, 300), (void_paid, 1200), (old, 1)):
        books.paid(one, amount)
    books.done(
        commands.DeleteDraft(invoice_id=gone),
        commands.LoseDispute(invoice_id=lost),
        commands.AnnotateInvoice(invoice_id=said, payment_status="succeeded"),
        commands.AnnotateInvoice(invoice_id=failed, payment_status="failed"),
        *(commands.VoidInvoice(invoice_id=one) for one in (voided, void_paid, void_free)),
    )


def settled(books: Books) -> None:
    """Create invoices settled by credit notes and wallets, and void some of them."""
    customer = books.customer("cleo", timezone="Pacific/Auckland")
    for void in (False, True):
        apply = Apply(notes=True, wallet=True)
        wallet = new_id()
        books.done(
            commands.OpenWallet(wallet_id=wallet, customer_id=customer, currency="EUR"),
            commands.GrantCredits(lot_id=new_id(), wallet_id=wallet, amount_minor=150),
            note(customer, 250),
        )
        invoice = books.draft(customer)
        books.done(commands.FinalizeInvoice(invoice_id=invoice, apply=apply))
        books.paid(invoice, 500)
        if void:
            books.done(commands.VoidInvoice(invoice_id=invoice, note=VoidNote.NONE))
    line_id = new_id()
    offset = books.invoice(customer, line(900, id=line_id))
    credited = CreditedLine(line_id=line_id, amount_minor=900)
    books.done(
        commands.IssueCreditNote(
            note_id=new_id(), invoice_id=offset, lines=(credited,), offset_minor=900
        )
    )


def note(customer_id: str, amount_minor: int) -> commands.IssueStandaloneNote:
    """Return the command that gives the customer credit."""
    lines = (CreditedLine(amount_minor=amount_minor, description="Sorry"),)
    return commands.IssueStandaloneNote(
        note_id=new_id(), customer_id=customer_id, currency="EUR", lines=lines
    )


def find_invoices(books: Books, query: str = "", path: str = "/invoices") -> list[Shown]:
    """Return all invoices of a list."""
    answer = books.http("GET", f"{path}?per_page=1000&{query}")
    assert answer.status_code == 200, answer.text
    invoices: list[Shown] = answer.json()["invoices"]
    assert answer.json()["meta"]["total_count"] == len(invoices)
    return invoices


def today() -> str:
    """Return today's date in the tenant's time zone, which is UTC."""
    return datetime.now(UTC).date().isoformat()


def named(invoice: Shown, text: str) -> bool:
    """True if a search for the text should find the invoice."""
    of = invoice["customer"]
    fields = [of[name] for name in ("name", "firstname", "lastname", "external_id", "email")]
    number = invoice["number"] if invoice["status"] != "draft" else ""
    return any(text.lower() in (field or "").lower() for field in (number, *fields))


def pairs(invoice: Shown) -> dict[str, str]:
    """An invoice's metadata."""
    return {one["key"]: one["value"] for one in invoice["metadata"]}


Passes = Callable[[Shown], bool]

FILTERS: dict[str, Passes] = {
    "": lambda one: True,
    "unknown=1&status=&search_term=&metadata=&issuing_date_from=&amount_to=": lambda one: True,
    "status=draft": lambda one: one["status"] == "draft",
    "statuses[]=draft&statuses[]=voided": lambda one: one["status"] in ("draft", "voided"),
    "status=draft&status=finalized": lambda one: one["status"] != "voided",
    "status=failed": lambda one: False,
    "payment_status=pending": lambda one: one["payment_status"] == "pending",
    "payment_statuses[]=succeeded": lambda one: one["payment_status"] == "succeeded",
    "payment_status[]=failed": lambda one: one["payment_status"] == "failed",
    "payment_overdue=true": lambda one: one["payment_overdue"],
    "payment_overdue=false": lambda one: not one["payment_overdue"],
    "payment_dispute_lost=1": lambda one: one["payment_dispute_lost_at"] is not None,
    "payment_dispute_lost=false": lambda one: one["payment_dispute_lost_at"] is None,
    "partially_paid=true": lambda one: (
        0 < one["total_paid_amount_cents"] < one["total_amount_cents"]
    ),
    "partially_paid=off": lambda one: (
        not (0 < one["total_paid_amount_cents"] < one["total_amount_cents"])
    ),
    "self_billed=true": lambda one: False,
    "self_billed=0": lambda one: True,
    "invoice_type=subscription": lambda one: one["invoice_type"] == "subscription",
    "invoice_type=one_off": lambda one: one["invoice_type"] == "one_off",
    "invoice_type=credit": lambda one: one["invoice_type"] == "credit",
    "invoice_type=surprise": lambda one: False,
    "currency=EUR": lambda one: True,
    "currency=USD": lambda one: False,
    "issuing_date_from=2024-02-01": lambda one: one["issuing_date"] >= "2024-02-01",
    "issuing_date_to=2024-01-31T23:00:00Z": lambda one: one["issuing_date"] <= "2024-01-31",
    f"issuing_date_from={today()}&status=draft": lambda one: one["status"] == "draft",
    "issuing_date_to=never": lambda one: True,
    "amount_from=1000": lambda one: one["total_amount_cents"] >= 1000,
    "amount_to=800": lambda one: one["total_amount_cents"] <= 800,
    "amount_from=800&amount_to=800": lambda one: one["total_amount_cents"] == 800,
    "amount_from=-1e300&amount_to=" + "9" * 400: lambda one: one["total_amount_cents"] >= -1,
    "billing_entity_codes[]=faults": lambda one: True,
    "metadata[team]=red": lambda one: pairs(one).get("team") == "red",
    "metadata[team]=red&metadata[site]=b": lambda one: False,
    "metadata[team]=red&metadata[site]=a": lambda one: pairs(one) == {"team": "red", "site": "a"},
    "metadata[site]=": lambda one: "site" not in pairs(one),
    "metadata[site]=&metadata[team]=blue": lambda one: pairs(one) == {"team": "blue"},
    "metadata[a%22b%5C]=%25": lambda one: False,
    "purchase_order_number=po-7A": lambda one: one["purchase_order_number"] == "PO-7a",
    "purchase_order_number=po-7": lambda one: False,
    "external_customer_id=ada": lambda one: one["customer"]["external_id"] == "ada",
    "customer_external_id=b/ob": lambda one: one["customer"]["external_id"] == "b/ob",
    "external_customer_id=nobody": lambda one: False,
    "search_term=acm-1a2b": lambda one: one["status"] != "draft",
    "search_term=0%25": lambda one: named(one, "0%"),
    "search_term=%25": lambda one: named(one, "%"),
    "search_term=O_b": lambda one: named(one, "o_b"),
    "search_term=%20bOb%20": lambda one: named(one, "bob"),
    "search_term=ADA@": lambda one: named(one, "ada@"),
    "search_term=%5C": lambda one: False,
    "search_term=ada&external_customer_id=ada": lambda one: False,
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_finds_what_the_answers_say(world: Books, query: str) -> None:
    """The database and the answers never disagree about what an invoice is."""
    everything = find_invoices(world)
    asked = [one["lago_id"] for one in everything if FILTERS[query](one)]
    assert [one["lago_id"] for one in find_invoices(world, query)] == asked


def test_the_world_tells_the_filters_apart(world: Books) -> None:
    """Otherwise a filter without effect would pass."""
    everything = find_invoices(world)
    split = [query for query, fits in FILTERS.items() if len(set(map(fits, everything))) == 2]
    assert len(split) >= 30
    lowered = [one for one in everything if one["credit_notes_amount_cents"]]
    assert {one["status"] for one in lowered} == {"finalized", "voided"}
    assert [one["total_amount_cents"] for one in lowered] == [800, 800]


@pytest.mark.parametrize(
    ("settlements", "customers"),
    [
        ("settlements=payment", ["ada"] * 2 + ["b/ob"] * 2 + ["cleo"] * 2),
        ("settlements[]=credit_note", ["cleo"] * 3),
        ("settlements[]=credit_note&settlements[]=payment&status=voided", ["b/ob", "cleo"]),
    ],
)
def test_what_settled_an_invoice_can_be_asked_for(
    world: Books, settlements: str, customers: list[str]
) -> None:
    """A voided invoice is listed by the settlements that it had until its void."""
    settled = [one["customer"]["external_id"] for one in find_invoices(world, settlements)]
    assert sorted(settled) == customers


def test_the_newest_come_first(world: Books) -> None:
    """By the date shown, then by when they were made; a draft without a date shows today."""
    everything = find_invoices(world)
    order = [(one["issuing_date"], one["created_at"]) for one in everything]
    assert order == sorted(order, reverse=True)
    assert {one["status"] for one in everything} == {"draft", "finalized", "voided"}
    assert "fees" not in everything[0]
    assert everything[0].keys() >= {"customer", "metadata", "applied_taxes"}
    assert everything[0]["customer"]["integration_customers"] == []


def test_a_draft_stands_among_the_invoices_of_today(books: Books) -> None:
    """An invoice issued after the draft was created comes before it in the list."""
    customer = books.customer()
    ids = [make(customer) for make in (books.invoice, books.draft, books.invoice)]
    assert [one["lago_id"] for one in find_invoices(books)] == ids[::-1]


def test_an_invoice_is_searched_by_its_whole_id(world: Books) -> None:
    """In either case; a part of an id finds nothing."""
    wanted = find_invoices(world)[3]["lago_id"]
    assert [one["lago_id"] for one in find_invoices(world, f"search_term={wanted.upper()}")] == [
        wanted
    ]
    assert not find_invoices(world, f"search_term={wanted[:-1]}")


def test_pages_add_up(world: Books) -> None:
    """The vendor's client walks through them."""
    everything = [one["lago_id"] for one in find_invoices(world)]
    seen, page, count = [], 1, len(everything)
    while page:
        answer = lists(world, page=page, per_page=4)
        seen += [one.lago_id for one in answer["invoices"]]
        assert answer["meta"]["total_count"] == count
        assert answer["meta"]["total_pages"] == -(-count // 4)
        assert answer["meta"]["current_page"] == page
        page = answer["meta"]["next_page"]
    assert seen == everything


def lists(books: Books, **query: object) -> Any:
    """Return a page, by the vendor's client."""
    client: Any = books.client
    return client.invoices.find_all(query)


def test_the_client_gives_arrays_in_both_ways(world: Books) -> None:
    """With brackets, and without."""
    for name in ("statuses[]", "status"):
        answer = lists(world, **{name: ["draft", "voided"]})
        assert {one.status for one in answer["invoices"]} == {"draft", "voided"}


@pytest.mark.parametrize(
    ("query", "meta"),
    [
        ("external_customer_id=nobody", (0, None, None, 0, 0)),
        ("external_customer_id=nobody&page=4", (0, None, None, 0, 0)),
        ("purchase_order_number=PO-7A&page=0&per_page=-3", (1, None, None, 1, 1)),
        ("purchase_order_number=PO-7A&page=x&per_page=x", (1, None, None, 1, 1)),
        ("purchase_order_number=PO-7A&page=3", (3, None, 2, 1, 1)),
        ("page=" + "9" * 40, (10**9, None, 10**9 - 1, 1, None)),
    ],
)
def test_meta(world: Books, query: str, meta: tuple[int | None, ...]) -> None:
    """An invalid page number means the first page; pages after the last are empty."""
    said = world.http("GET", f"/invoices?{query}").json()["meta"]
    assert list(said) == ["current_page", "next_page", "prev_page", "total_pages", "total_count"]
    assert [*said.values()][:4] == list(meta)[:4]
    assert meta[4] in (None, said["total_count"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=closed", "status"),
        ("statuses[]=draft&statuses[]=x", "status"),
        ("payment_status=paid", "payment_status"),
        ("settlements=wallet", "settlements"),
    ],
)
def test_a_word_that_lago_does_not_know_is_refused(world: Books, query: str, field: str) -> None:
    """Only for the filters that Lago validates."""
    answer = world.http("GET", f"/invoices?{query}")
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "status": 422,
            "error": "Unprocessable Entity",
            "code": "validation_errors",
            "error_details": {field: ["value_is_invalid"]},
        },
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/invoices?billing_entity_codes[]=faults&billing_entity_codes[]=x", "billing_entity"),
        ("/customers/nobody/invoices", "customer"),
        ("/customers//invoices", "customer"),
        ("/customers/%F0%28%8C%28/invoices", "customer"),
    ],
)
def test_what_is_not_there_is_not_found(world: Books, path: str, code: str) -> None:
    """An unknown billing entity, and an unknown customer."""
    answer = world.http("GET", path)
    assert (answer.status_code, answer.json()) == (
        404,
        {"status": 404, "error": "Not Found", "code": f"{code}_not_found"},
    )


def test_one_customers_invoices(world: Books) -> None:
    """By an external id with special characters, and with the same filters."""
    own = find_invoices(world, "status=draft", "/customers/b%2Fob/invoices")
    assert [one["customer"]["external_id"] for one in own] == ["b/ob"]
    assert [one["lago_id"] for one in find_invoices(world, path="/customers/b/ob/invoices")] == [
        one["lago_id"] for one in find_invoices(world, "external_customer_id=b/ob")
    ]


def test_another_tenants_invoices_are_not_listed(world: Books, books: Books) -> None:
    """Another tenant's customer is not found either."""
    books.invoice(books.customer("dora"))
    assert len(find_invoices(books)) == 1
    assert not find_invoices(world, "external_customer_id=dora")
    assert books.http("GET", "/customers/ada/invoices").status_code == 404


def test_a_deleted_customers_invoices_stay(books: Books) -> None:
    """Its invoices are still found by its external id."""
    customer = books.customer("eve")
    invoice = books.invoice(customer)
    books.done(commands.DeleteCustomer(customer_id=customer))
    assert [one["lago_id"] for one in find_invoices(books, "external_customer_id=eve")] == [invoice]
    assert [one["lago_id"] for one in find_invoices(books)] == [invoice]


def test_a_key_that_may_only_write_lists_nothing(world: Books) -> None:
    """A list needs the read scope."""
    answer = world.http("GET", "/invoices", key=world.new_key(KeyScope.WRITE))
    assert (answer.status_code, answer.json()["code"]) == (
        403,
        "read_action_not_allowed_for_invoice",
    )
