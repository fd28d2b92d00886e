"""The effects of a request: what a person must know before it is done, worked out by hand."""

from datetime import date
from typing import Any

import msgspec
import pytest

from core.asks import after, told
from core.world import World
from polaris.core.effects import Effects, differences, effects_of, fingerprint
from polaris.core.lifecycle import decide

DAY = date(2026, 3, 10)


def effects(world: World, command: str) -> Effects:
    """The effects that a command would have."""
    decision = world.decision(administrator=True)
    decide(decision, told(command))
    return effects_of(decision)


def values(part: Any, *fields: str) -> tuple[object, ...]:
    return tuple(getattr(part, field) for field in fields)


def test_a_finalization_shows_the_invoice_as_it_will_be_issued() -> None:
    (invoice,) = effects(after("draft"), "finalize").invoices
    assert values(invoice, "name", "status_before", "status", "next_number", "number_format") == (
        *("draft", "draft", "finalized"),
        *("INV-000001", "INV-{next:06}"),
    )
    assert values(invoice, "issue_date", "due_date", "net_minor", "tax_minor", "total_minor") == (
        *(DAY, DAY),
        *(1000, 200, 1200),
    )
    assert invoice.customer == {"external_id": "x1"}
    assert [values(line, "position", "quantity", "net_minor") for line in invoice.lines] == [
        (1, "1", 1000)
    ]
    assert [values(tax, "code", "rate", "base_minor", "amount_minor") for tax in invoice.taxes] == [
        ("vat", "20", 1000, 200)
    ]


def test_a_finalization_shows_what_it_books_and_what_is_owed() -> None:
    found = effects(after("draft"), "finalize")
    assert [
        values(one, "entry", "debit", "credit", "amount_minor", "accounting_date")
        for one in found.ledger
    ] == [
        ("finalized", "ACCOUNTS_RECEIVABLE", "SALES", 1000, DAY),
        ("finalized", "ACCOUNTS_RECEIVABLE", "SALES_TAXES_PAYABLE:VAT", 200, DAY),
    ]
    assert [values(one, "code", "amount_minor") for one in found.taxes] == [("vat", 200)]
    (owed,) = found.receivable
    assert values(owed, "currency", "before_minor", "after_minor") == ("EUR", 0, 1200)
    assert found.events == ("invoice.finalized",)


def test_the_void_of_a_paid_invoice_shows_where_every_cent_goes() -> None:
    """1,200 were paid: 300 go back, 400 become wallet credit, 500 stay held."""
    world = after("paid", "wallet")
    found = effects(world, "void refund=300 credit=400 note=adjustment credit_to=wallet")
    (note,) = found.credit_notes
    assert values(note, "name", "invoice", "total_minor", "offset_minor", "credit_minor") == (
        *("new", "INV-000001"),
        *(1200, 500, 400),
    )
    (settlement,) = found.settlements
    assert values(settlement, "settled_before_minor", "settled_minor", "held_minor") == (
        *(1200, 0),
        500,
    )
    (refund,) = found.refunds
    assert values(refund, "payment", "state_before", "state", "amount_minor", "currency") == (
        *("manual", None, "requested"),
        *(300, "EUR"),
    )
    (movement,) = found.wallets
    assert values(movement, "kind", "amount_minor") == ("credited", 400)
    assert [values(one, "balance", "before_minor", "after_minor") for one in found.credit] == [
        ("held for voided invoices", 0, 500),
        ("purchased wallet credits", 0, 400),
    ]
    assert [values(one, "code", "amount_minor") for one in found.taxes] == [("vat", -200)]
    reversals = [one for one in found.ledger if one.reversal]
    assert sum(one.amount_minor for one in reversals) == 1200 + 1200
    assert sum(one.amount_minor for one in found.ledger if not one.reversal) == 700


def test_a_replacement_and_the_voided_invoice_name_each_other() -> None:
    found = effects(after("billed"), "regenerate void_first=@void status=finalized")
    original, new = found.invoices
    assert values(original, "name", "status", "replaced_by") == ("INV-000001", "voided", "new")
    assert values(new, "name", "next_number", "replaces") == ("new", "INV-000002", "INV-000001")
    assert found.receivable == ()  # 1,200 are owed before and after


@pytest.mark.parametrize(
    ("story", "command", "subject", "field", "before", "now"),
    [
        ("billed", "customer name=Ada", "customer x3", "name", "", "Ada"),
        ("tax", "tax rate=21", "tax code vat", "rate", "20", "21"),
        (
            "billed",
            'tenant settings_changes={"payment_term_days":9}',
            "tenant",
            "settings.payment_term_days",
            "0",
            "9",
        ),
        ("billed", "close", "books", "closed_through", None, "2026-02-28"),
        ("draft", "edit memo=Thanks", "invoice draft", "memo", None, "Thanks"),
        ("coming", "report", "payment manual", "state", "in_progress", "succeeded"),
        ("billed", "write_off amount=100", "write off", "account", None, "BAD_DEBT"),
    ],
)
def test_what_no_other_part_shows_is_shown_by_field(
    story: str, command: str, subject: str, field: str, before: str | None, now: str
) -> None:
    found = {(one.subject, one.field): one for one in effects(after(story), command).changes}
    assert values(found[subject, field], "before", "after") == (before, now)


def test_ids_and_times_do_not_count() -> None:
    """A preview makes other ids than the request, and is made before it."""
    world = after("paid")
    first = effects(world, "void credit=400")
    world.wait(hours=3)
    for _ in range(5):
        world.new_id()
    assert effects(world, "void credit=400") == first


def test_a_number_that_another_invoice_drew_does_not_count_but_is_shown() -> None:
    world = after("draft")
    before = effects(world, "finalize")
    after("draft for=two lines=@other", "finalize for=two", world=world)
    now = effects(world, "finalize")
    assert [one.invoices[0].next_number for one in (before, now)] == ["INV-000001", "INV-000002"]
    assert fingerprint(before) == fingerprint(now)
    assert differences(before, now) == ()


def test_a_format_that_changed_counts() -> None:
    world = after("draft")
    before = effects(world, "finalize")
    after('tenant settings_changes={"invoice_format":"R-{next}"}', world=world)
    now = effects(world, "finalize")
    assert fingerprint(before) != fingerprint(now)
    (one,) = differences(before, now)
    assert one.sentence == "invoice draft, number_format: INV-{next:06} → R-{next}"


def test_another_day_counts() -> None:
    world = after("draft")
    before = effects(world, "finalize")
    world.wait(hours=12)
    now = effects(world, "finalize")
    said = [one.sentence for one in differences(before, now)]
    assert said[:2] == [
        "invoice draft, issue_date: 2026-03-10 → 2026-03-11",
        "invoice draft, due_date: 2026-03-10 → 2026-03-11",
    ]


CHANGED = [
    ("edit lines=@two", "invoice draft, net_minor: 1000 → 1500"),
    (
        "edit lines=@two",
        "invoice draft, line 2: nothing → quantity 1, gross_minor 500, net_minor 500",
    ),
    ("edit lines=@two", "invoice draft, tax vat 20, amount_minor: 200 → 300"),
    (
        "edit lines=@own_account",
        "ledger finalized 2026-03-10 ACCOUNTS_RECEIVABLE SALES EUR: amount_minor 1000 → nothing",
    ),
    (
        "edit lines=@own_account",
        "ledger finalized 2026-03-10 ACCOUNTS_RECEIVABLE RENT EUR: nothing → amount_minor 1000",
    ),
    (
        "customer customer_id=c1 external_id=x1 name=Ada",
        "invoice draft, customer.name: nothing → Ada",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGED, ids=[row[1] for row in CHANGED])
def test_a_change_of_the_draft_is_named_line_by_line(change: str, sentence: str) -> None:
    world = after("draft")
    before = effects(world, "finalize")
    after(change, world=world)
    assert sentence in [one.sentence for one in differences(before, effects(world, "finalize"))]


def test_a_payment_that_came_meanwhile_is_named() -> None:
    world = after("billed")
    before = effects(world, "void")
    after("pay amount=500", world=world)
    said = [one.sentence for one in differences(before, effects(world, "void"))]
    assert "invoice INV-000001, outstanding_before_minor: 1200 → 700" in said
    assert (
        "settlement INV-000001 payment manual: nothing → settled_before_minor 500, held_minor 500,"
        " currency EUR" in said
    )


def test_effects_come_back_from_json_as_they_were() -> None:
    """A client sends back what it saw."""
    seen = effects(after("paid"), "void refund=300 credit=400 note=adjustment credit_to=wallet")
    again = msgspec.json.decode(msgspec.json.encode(seen), type=Effects)
    assert fingerprint(again) == fingerprint(seen)
    assert differences(again, seen) == ()
