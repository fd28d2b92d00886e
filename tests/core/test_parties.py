"""An issued document keeps the seller and the buyer as they stood when it was issued."""

import pytest
from msgspec.structs import replace

from core.asks import after, told
from core.values import line
from core.world import World
from polaris.core.commands import RecordInvoice, SaveCustomer, SaveTenant
from polaris.core.commands.values import AddressChange
from polaris.core.facts.address import Address
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.parties import Buyer, Parties, Seller
from polaris.core.lifecycle import Refused
from polaris.core.view import View

Document = Invoice | CreditNote

MOVED = AddressChange(line1="2 New Road", city="Berlin", country="DE")


BUYER_MOVED = SaveCustomer(
    customer_id="c1",
    external_id="new",
    name="New",
    first_name="Ann",
    last_name="New",
    legal_name="New Ltd",
    tax_number="DE2",
    email="new@x.example",
    phone="2",
    address=MOVED,
    timezone="Pacific/Auckland",
    currency="USD",
    payment_term_days=90,
    metadata={"k": "new"},
    details={"some": {"new": "details"}},
)
SELLER_MOVED = SaveTenant(
    tenant_id="tenant",
    name="New",
    legal_name="New Ltd",
    tax_number="DE2",
    email="new@x.example",
    phone="2",
    address=MOVED,
    timezone="Pacific/Auckland",
)


def move(world: World) -> None:
    """Change everything about the seller and the buyer."""
    world.perform(BUYER_MOVED)
    world.perform(SELLER_MOVED)


def documents(world: World) -> dict[str, Document]:
    """Return every invoice and credit note, by id."""
    rows: list[Document] = [*world.all(Invoice), *world.all(CreditNote)]
    return {row.id: row for row in rows}


def issued(world: World) -> dict[str, Parties]:
    """Return the parties of every issued document, by its id."""
    kept = {row_id: row.parties for row_id, row in documents(world).items()}
    return {row_id: parties for row_id, parties in kept.items() if parties}


ISSUING = {
    "finalized": ("billed", "inv"),
    "finalized, taxed again": ("draft; finalize retax=true", "inv"),
    "issued at once": ("issue", "inv"),
    "recorded": ("record status=finalized number=X1", "inv"),
    "recorded as void": ("record status=voided number=X1", "inv"),
    "credits bought": ("wallet; buy", "top"),
    "replaced": ("billed; void; regenerate status=finalized", "again"),
    "credited": ("paid; credit", "note"),
    "credited, after the void": ("paid; void; credit", "note"),
    "void with a note": ("paid; void refund=300", "void-note"),
    "void with an adjustment": ("paid; void note=adjustment", "void-note"),
    "void with a remainder": (
        "paid; void refund=300 note=requested_and_voided_remainder",
        "remainder",
    ),
    "standalone": ("standalone", "alone"),
    "refund kept as credit": ("spare; refund; convert", "converted"),
}
"""Every way to issue a document, and the id of the document."""


@pytest.mark.parametrize(("story", "document_id"), ISSUING.values(), ids=ISSUING)
def test_every_way_to_issue_keeps_the_parties(story: str, document_id: str) -> None:
    world = after(*story.split("; "))
    parties = issued(world)[document_id]
    assert parties.seller.name == "Tenant"
    assert parties.buyer.external_id == "x1"
    assert parties.timezone == "UTC"


@pytest.mark.parametrize(("story", "document_id"), ISSUING.values(), ids=ISSUING)
def test_later_changes_leave_issued_documents_alone(story: str, document_id: str) -> None:
    """A view of the document shows the same parties before and after the move."""
    world = after(*story.split("; "))
    before = issued(world)
    move(world)
    assert issued(world) == before
    view = View(world.facts, world.at)
    assert view.parties(documents(world)[document_id]) == before[document_id]


def test_every_issued_document_has_parties_and_no_draft_has_any() -> None:
    world = after("paid", "credit", "draft for=two lines=@two", "void", "standalone")
    by_status = {row.id: row.status for row in world.all(Invoice)}
    assert {"inv", "two"} == by_status.keys()
    kept = issued(world)
    assert ("two" in kept, "inv" in kept) == (False, True)
    assert {row.id for row in world.all(CreditNote)} <= kept.keys()
    world.perform(told("delete for=two"))
    assert world.the(Invoice, "two").status is Status.CLOSED
    assert "two" not in issued(world)


def test_a_draft_shows_what_is_true_now() -> None:
    """Its finalization then keeps what was true at that moment."""
    world = after("draft")
    move(world)
    shown = View(world.facts, world.at).parties(world.the(Invoice, "inv"))
    assert (shown.buyer.legal_name, shown.seller.legal_name) == ("New Ltd", "New Ltd")
    assert shown.buyer.address == Address(line1="2 New Road", city="Berlin", country="DE")
    assert shown.timezone == "Pacific/Auckland"
    world.perform(told("finalize"))
    assert issued(world)["inv"] == shown


@pytest.mark.parametrize(
    ("before", "then", "document_id"),
    [
        ("paid", "credit", "note"),
        ("paid", "void refund=300", "void-note"),
        ("billed; void", "regenerate status=finalized", "again"),
        ("spare; refund", "convert", "converted"),
    ],
)
def test_a_later_document_shows_the_parties_of_its_own_issue(
    before: str, then: str, document_id: str
) -> None:
    """The invoice keeps the old parties, also through its own void."""
    world = after(*before.split("; "))
    old = issued(world)
    move(world)
    world.perform(told(then), administrator=True)
    now = issued(world)
    assert now[document_id].buyer.legal_name == "New Ltd"
    assert {row_id: now[row_id] for row_id in old} == old


@pytest.mark.parametrize("then", ["pay", "write_off", "void", "annotate", "lose", "credit"])
def test_no_command_on_an_issued_invoice_changes_its_parties(then: str) -> None:
    world = after("billed")
    old = issued(world)["inv"]
    move(world)
    world.perform(told("credit credit=0 offset=600" if then == "credit" else then))
    assert issued(world)["inv"] is old


def test_the_images_of_events_leave_the_parties_to_the_row() -> None:
    """They never change, and an invoice has many events."""
    world = after("paid", "void refund=300")
    images = [one for event in world.events for one in (event.before, event.after) if one]
    assert not [image for image in images if "parties" in image]
    bare = replace(world.the(Invoice, "inv"), parties=None)
    assert View(world.facts, world.at).parties(bare) is issued(world)["inv"]


def test_an_issued_document_never_falls_back_on_the_parties_of_today() -> None:
    """A row without parties is a bug, and not a reason to show others."""
    world = after("billed")
    world.facts.add([bare := replace(world.the(Invoice, "inv"), parties=None)])
    with pytest.raises(AssertionError, match="the issued invoice inv has no parties"):
        View(world.facts, world.at).parties(bare)


def timezone_of_draft(world: World) -> str:
    """Return the time zone that the draft shows now."""
    return View(world.facts, world.at).parties(world.the(Invoice, "inv")).timezone


def test_the_time_zone_is_the_buyers_else_the_sellers() -> None:
    world = after("draft")
    world.perform(SaveTenant(tenant_id="tenant", timezone="Europe/Paris"))
    assert timezone_of_draft(world) == "Europe/Paris"
    world.perform(SaveCustomer(customer_id="c1", timezone="Asia/Tokyo"))
    assert timezone_of_draft(world) == "Asia/Tokyo"


def test_long_texts_of_a_dialect_are_kept() -> None:
    """A logo or a footer of later must not show on a document of before."""
    footer, logo = "f" * 600, "l" * 20_000
    seller = SaveTenant(tenant_id="tenant", details={"some": {"footer": footer}})
    buyer = SaveCustomer(customer_id="c1", details={"some": {"logo": logo}})
    world = after("draft")
    world.perform(seller)
    world.perform(buyer)
    world.perform(told("finalize"))
    world.perform(SaveTenant(tenant_id="tenant", details={"some": {"footer": "new"}}))
    world.perform(SaveCustomer(customer_id="c1", details={"some": {"logo": "new"}}))
    kept = issued(world)["inv"]
    assert kept.seller.details == {"some": {"footer": footer}}
    assert kept.buyer.details == {"some": {"logo": logo}}


THEN = Parties(
    seller=Seller(name="Old seller"),
    buyer=Buyer(external_id="x1", name="Old name", address=Address(city="Bonn")),
    timezone="Europe/Berlin",
)


def record(timezone: str = "Europe/Berlin", status: Status = Status.FINALIZED) -> RecordInvoice:
    """Record an invoice of another system with the parties of its issue."""
    parties = replace(THEN, timezone=timezone)
    return RecordInvoice(
        invoice_id="inv",
        customer_id="c1",
        currency="EUR",
        lines=(line(id="l1"),),
        number="OLD-1",
        status=status,
        parties=parties,
    )


@pytest.mark.parametrize("status", [Status.FINALIZED, Status.VOIDED])
def test_a_recorded_invoice_keeps_the_parties_that_the_caller_names(status: Status) -> None:
    world = after()
    world.perform(record(status=status))
    assert issued(world)["inv"] == THEN


@pytest.mark.parametrize("timezone", ["Nowhere", ""])
def test_the_time_zone_of_recorded_parties_must_exist(timezone: str) -> None:
    world = after()
    with pytest.raises(Refused) as refused:
        world.perform(record(timezone))
    [refusal] = refused.value.refusals
    assert (refusal.code, refusal.details["field"]) == ("unknown_timezone", "parties.timezone")
    assert world.all(Invoice) == []
