"""Which taxes a line bears: those asked for, else its item's, its customer's, the tenant's."""

from decimal import Decimal

import pytest

from core.asks import after
from core.world import World
from polaris.core.facts.invoice import Invoice, Line, Tax

TAXES = (
    "tax",
    "tax tax_code_id=city code=city name=City rate=5",
    "tax tax_code_id=usual code=usual name=Usual rate=1 applied_by_default=true",
)
ITEM = "catalogue_item"


def borne(world: World, invoice_id: str = "inv") -> dict[str, Decimal | None]:
    """The rates of the taxes of an invoice's current revision, by code."""
    revision = world.the(Invoice, invoice_id).revision
    rows = [tax for tax in world.all(Tax) if tax.invoice_id == invoice_id]
    return {tax.code: tax.rate for tax in rows if tax.revision == revision}


@pytest.mark.parametrize(
    ("before", "lines", "expected"),
    [
        ((ITEM,), "@of_item", {"usual": 1}),
        (
            (ITEM, 'customer customer_id=c1 external_id=x1 tax_codes=["vat"]'),
            "@of_item",
            {"vat": 20},
        ),
        (('catalogue_item tax_codes=["city"]',), "@of_item", {"city": 5}),
        (('catalogue_item tax_codes=["vat"]',), "@of_item_taxed", {"city": 5}),
    ],
)
def test_the_nearest_says_which(before: tuple[str, ...], lines: str, expected: object) -> None:
    assert borne(after(*TAXES, *before, f"draft lines={lines}")) == expected


def test_a_line_is_filled_from_its_item() -> None:
    world = after(*TAXES, "catalogue_item description=All", "draft lines=@of_item")
    line = world.the(Line, "l1")
    assert (line.code, line.name, line.description) == ("setup", "Setup", "Setup")
    assert (line.item_id, line.item_description, line.net_minor) == ("add", "All", 1000)
    (tax,) = [tax for tax in world.all(Tax) if tax.line_id == "l1"]
    assert (tax.tax_code_id, tax.amount_minor) == ("usual", 10)


def test_a_line_that_names_nothing_bears_what_it_brings() -> None:
    assert borne(after(*TAXES, "draft")) == {"vat": 20}
    assert borne(after(*TAXES, "draft lines=@untaxed")) == {}


def test_a_draft_is_taxed_again_as_it_is_finalized() -> None:
    world = after(*TAXES, "draft", "tax rate=10")
    assert world.the(Invoice, "inv").total_minor == 1200
    after("finalize retax=true", world=world)
    invoice = world.the(Invoice, "inv")
    assert (invoice.total_minor, invoice.outstanding_minor) == (1100, 1100)
    assert borne(world) == {"vat": 10}


def test_a_draft_whose_rates_are_still_right_keeps_its_lines() -> None:
    world = after(*TAXES, "draft", "finalize retax=true")
    assert world.the(Invoice, "inv").revision == 1


def test_a_tax_that_is_gone_stays_as_it_was() -> None:
    world = after(*TAXES, "draft", "untax", "edit retax=true")
    assert borne(world) == {"vat": 20}


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("tax rate=10", {"vat": 10}),  # as asked for then, at today's rate
        ("untax", {"usual": 1}),  # what was asked for is gone: as is usual by now
    ],
)
def test_a_repeated_line_is_taxed_as_such_a_line_is_today(between: str, expected: object) -> None:
    world = after(*TAXES, ITEM, "tax tax_code_id=city code=city rate=5", "draft lines=@of_item_vat")
    after("finalize", "void", between, "regenerate retax=true status=draft", world=world)
    assert borne(world, "again") == expected
