"""Numbers: drawn at finalization, gapless in their series, whoever counts together."""

import re

import msgspec
import pytest
from msgspec.structs import replace

from core.asks import after, new_world, told
from core.tables import Row, expect, rows
from core.values import line, part
from core.world import World
from polaris.core.balances import number_format
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.series import Series, SeriesScope, SkippedNumber
from polaris.core.facts.tenant import Settings

LAGO = Settings(
    invoice_scope=SeriesScope.CUSTOMER,
    invoice_format="ABC-{customer}-{next:03}",
    note_scope=SeriesScope.INVOICE,
    note_format="{invoice}-CN{next:03}",
)


def numbers(world: World) -> list[str | None]:
    return [row.number for row in world.all(Invoice)]


def test_a_draft_takes_no_number_and_leaves_no_gap() -> None:
    world = after("draft", "delete", "draft for=b lines=@two", "finalize for=b")
    assert numbers(world) == [None, "INV-000001"]


def test_a_refused_command_takes_no_number() -> None:
    world = after("draft")
    world.refused(told("finalize series=nothing"))
    world.refused(told("finalize issue_date=9999-01-01"))
    after("finalize", world=world)
    assert numbers(world) == ["INV-000001"]


def test_a_void_keeps_its_number_used() -> None:
    world = after("billed", "void", "regenerate status=finalized")
    assert numbers(world) == ["INV-000001", "INV-000002"]


def test_a_given_number_is_outside_every_series() -> None:
    world = after("record number=OLD-7", "draft for=b lines=@two", "finalize for=b")
    assert numbers(world) == ["OLD-7", "INV-000001"]
    assert world.the(Invoice, "inv").series is None


def test_a_recorded_invoice_without_a_number_gets_the_next() -> None:
    assert numbers(after("record")) == ["INV-000001"]


def test_series_may_be_of_a_customer_and_of_an_invoice() -> None:
    world = after("billed", world=new_world(LAGO))
    after(
        *("draft for=b lines=@two", "finalize for=b"),
        *("draft for=c customer_id=c2 lines=@other", "finalize for=c"),
        *("credit", "credit of=more"),
        world=world,
    )
    assert numbers(world) == ["ABC-001-001", "ABC-001-002", "ABC-002-001"]
    notes = [row.number for row in world.all(CreditNote)]
    assert notes == ["ABC-001-001-CN001", "ABC-001-001-CN002"]


def test_a_note_of_no_invoice_counts_with_the_tenants() -> None:
    world = after("standalone", world=new_world(LAGO))
    assert world.the(CreditNote, "alone").series == "note"


def test_a_series_of_an_owner_begins_when_it_is_first_used() -> None:
    world = after("billed", world=new_world(LAGO))
    assert world.the(Series, "invoice/c1").next == 2
    assert "invoice/c2" not in {row.id for row in world.all(Series)}


def test_customers_are_counted_from_one() -> None:
    world = after("customer", "customer name=Changed")
    assert [row.sequence for row in world.all(Customer)] == [1, 2, 3]


@pytest.mark.parametrize("policy", ["none", "requested", "requested_and_voided_remainder"])
def test_notes_of_a_void_are_numbered_one_after_another(policy: str) -> None:
    world = after("billed", f"void credit=300 note={policy}")
    drawn = [row.number for row in world.all(CreditNote)]
    assert drawn == ["CN-000001", "CN-000002"][: len(drawn)]
    assert world.the(Series, "note").next == len(drawn) + 1


# ---------------------------------------------------------------- one number names one document


def settings_changes(found: re.Match[str]) -> str:
    """Return `format name=value …` as a command that changes these settings."""
    pairs = (pair.split("=", 1) for pair in found[1].split())
    return f"tenant settings_changes={msgspec.json.encode(dict(pairs)).decode()}{found[2]}"


def skips(world: World) -> list[tuple[str, int, str, str]]:
    return [
        (row.series, row.counted, row.number, row.document_id) for row in world.all(SkippedNumber)
    ]


def test_customers_without_their_name_in_the_format_share_no_number() -> None:
    """Such a format is refused now, but a tenant may have it from before."""
    world = after("billed", world=new_world(Settings(invoice_scope=SeriesScope.CUSTOMER)))
    after("draft for=c customer_id=c2 lines=@other", "finalize for=c", world=world)
    assert numbers(world) == ["INV-000001", "INV-000002"]
    assert skips(world) == [("invoice/c2", 1, "INV-000001", "inv")]
    assert [event.kind for event in world.events if event.subject == "skipped_number"] == [
        "number.skipped"
    ]


def test_a_number_that_an_older_format_gave_is_skipped() -> None:
    world = new_world(Settings(invoice_format="A1{next}"))
    world.perform(told("issue"))
    tenant = world.facts.tenant
    settings = replace(tenant.settings, invoice_format="A{next}")
    series = world.the(Series, "invoice")
    world.facts.add([replace(tenant, settings=settings), replace(series, format="A{next}")])
    for number in range(10):
        world.perform(replace(told(f"issue for=x{number}"), lines=(line(),)))
    assert numbers(world) == ["A11", *(f"A{n}" for n in range(2, 11)), "A12"]
    assert skips(world) == [("invoice", 11, "A11", "inv")]


def test_notes_of_an_invoice_do_not_repeat_a_number() -> None:
    settings = Settings(note_scope=SeriesScope.INVOICE)
    world = after("billed", "draft for=b lines=@two", "finalize for=b", world=new_world(settings))
    after("credit", world=world)
    credit = replace(told("credit of=more for=b"), lines=(part(500, "one"),))
    world.perform(credit)
    assert [row.number for row in world.all(CreditNote)] == ["CN-000001", "CN-000002"]


def test_an_invoice_and_a_credit_note_do_not_share_a_number() -> None:
    world = after("billed", "credit", world=new_world(Settings(note_format="INV-{next:06}")))
    assert [row.number for row in world.all(CreditNote)] == ["INV-000002"]
    assert skips(world) == [("note", 1, "INV-000001", "inv")]


FORMATS = """
    so far | asked                                             | refused
           | format invoice_scope=customer                     | format_without_owner
           | format invoice_scope=invoice    | setting_not_possible format_without_owner
           | format invoice_scope=customer invoice_format={customer}-{next} | -
           | format note_scope=customer                        | format_without_owner
           | format note_scope=invoice                         | format_without_owner
           | format note_scope=invoice note_format={invoice}-{next}  | -
           | format note_scope=invoice note_format={customer}-{next} | format_without_owner
           | format note_format={invoice}-{next}               | -
           | format note_format=INV-{next}                     | formats_overlap
           | format invoice_format={next} note_format={next:03} | formats_overlap
           | format invoice_format={customer}{next}            | format_not_possible
           | format invoice_format={customer}0{next}           | format_not_possible
    format invoice_format=A1{next}; billed | format invoice_format=A{next} | format_repeats_number
    =      | format note_format=A{next}            | formats_overlap format_repeats_number
    record number=OLD-7 | format invoice_format=OLD-{next}     | format_repeats_number
    =      | format note_format=OLD-{next}                     | format_repeats_number
    =      | format note_format=OLD-8{next}                    | -
"""
ROWS = rows(re.sub(r"format ([^|;\n]*?)( *[|;\n])", settings_changes, FORMATS))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_format_repeats_no_number(row: Row) -> None:
    expect(row)


@pytest.mark.parametrize(
    ("form", "number", "position"),
    [
        ("INV-{next:06}", "INV-000012", 12),
        ("INV-{next:06}", "INV-1234567", 1234567),
        ("INV-{next:06}", "INV-12", None),
        ("INV-{next:06}", "INV-0000012", None),
        ("{next}", "12", 12),
        ("{next}", "012", None),
        ("{next:4}", "  12", 12),
        ("a.b{{{next}", "a.b{5", 5),
        ("a.b{{{next}", "axb{5", None),
        ("{customer}-{next}", "001-5", 5),
        ("{customer}-{next}", "1-5", None),
        ("{invoice}-CN{next:03}", "INV-1-CN007", 7),
    ],
)
def test_a_format_knows_its_numbers(form: str, number: str, position: int | None) -> None:
    assert number_format.position(form, number) == position


def test_a_scope_by_customer_may_keep_the_format_of_those_who_have_a_series() -> None:
    """Their series go on; nobody else's first number is in use."""
    form = "{customer}-{next}"
    world = after(
        world=new_world(Settings(invoice_scope=SeriesScope.CUSTOMER, invoice_format=form))
    )
    after("billed", world=world)
    for change in ("{customer}/{next}", form):
        after(f'tenant settings_changes={{"invoice_format":"{change}"}}', world=world)
    ours = '{"invoice_scope":"tenant","invoice_format":"T{next}"}'
    after(f"tenant settings_changes={ours}", world=world)
    again = f'{{"invoice_scope":"customer","invoice_format":"{form}"}}'
    assert world.refused(told(f"tenant settings_changes={again}")) == ()


def test_a_scope_by_customer_does_not_begin_again_what_the_tenant_counted() -> None:
    world = after("billed", world=new_world(Settings(invoice_format="{customer}-{next}")))
    asked = told('tenant settings_changes={"invoice_scope":"customer"}')
    assert world.refused(asked) == ("format_repeats_number",)
