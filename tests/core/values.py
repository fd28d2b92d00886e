"""What tables are told with: the usual line, and values too long for a cell, there as `@name`."""

from decimal import Decimal

import msgspec
from msgspec import UNSET

from polaris.core.commands import VoidInvoice
from polaris.core.commands.values import Apply, CreditedLine, GiveBack, NewLine, TaxRate
from polaris.core.facts.invoice import LineKind
from polaris.core.facts.parties import Buyer, Parties, Seller
from polaris.core.rules.line import MOST_LINES
from polaris.money import LARGEST_MINOR

VAT = TaxRate(code="vat", name="VAT", rate=Decimal(20))
CITY = TaxRate(code="city", name="CITY", rate=Decimal(5))


def line(**fields: object) -> NewLine:
    """A line over 1,000 and 20 % tax, but for these fields."""
    return msgspec.structs.replace(NewLine(amount_minor=1000, taxes=(VAT,)), **fields)


def part(amount_minor: int, line_id: str | None = "l1", *taxes: TaxRate) -> CreditedLine:
    """Part of a line to credit."""
    return CreditedLine(line_id=line_id, amount_minor=amount_minor, taxes=taxes)


def taxed(**fields: object) -> TaxRate:
    """The usual tax but for these fields."""
    return msgspec.structs.replace(VAT, **fields)


CREDITS = line(kind=LineKind.TOP_UP, wallet_id="wallet", taxes=())

NAMED: dict[str, object] = {
    "vast": LARGEST_MINOR + 1,
    "empty": "",
    "blank": "  ",
    "space_before": " OLD-7",
    "space_after": "OLD-7 ",
    "space_inside": "OLD 7",
    "tab": "OLD\t7",
    "zero_width": "OLD-7\u200b",
    "no_break": "OLD\u00a07",
    "spaced_format": {"invoice_format": "INV-{next} "},
    "unset": UNSET,
    "nowhere": Parties(seller=Seller(), buyer=Buyer(external_id="x1"), timezone="Nowhere"),
    "spaced": "https://a.example/a b",
    "longest_format": {"invoice_format": "{next}".rjust(100, "0")},
    "longer_format": {"invoice_format": "{next}".rjust(101, "0")},
    "longest_reason": {"void_reasons": ["x" * 100]},
    "longer_reason": {"void_reasons": ["x" * 101]},
    # lines of invoices
    "most": tuple(line(id=None) for _ in range(MOST_LINES)),
    "too_many": tuple(line(id=None) for _ in range(MOST_LINES + 1)),
    "two": (line(id="one"), line(id="other", amount_minor=500)),
    "negative": (line(amount_minor=-1),),
    "negative_price": (line(amount_minor=None, unit_price=Decimal("-0.01")),),
    "negative_rate": (line(taxes=(taxed(rate=Decimal(-1)),)),),
    "negative_tax": (line(taxes=(taxed(amount_minor=-1),)),),
    "huge": (line(amount_minor=LARGEST_MINOR + 1),),
    "huge_together": (line(amount_minor=LARGEST_MINOR // 2),) * 2,
    "huge_price": (line(amount_minor=None, quantity=Decimal("1E19"), unit_price=Decimal("1E19")),),
    "huge_tax": (line(amount_minor=LARGEST_MINOR - 1),),
    "not_a_number": (line(quantity=Decimal("NaN")),),
    "price_not_a_number": (line(amount_minor=None, unit_price=Decimal("sNaN")),),
    "too_fine": (line(quantity=Decimal("1E-21")),),
    "rate_over_1000": (line(taxes=(taxed(rate=Decimal("1000.1")),)),),
    "discount_too_large": (line(discount_minor=1001),),
    "unknown_account": (line(account="NOWHERE"),),
    "kept_account": (line(account="CUSTOMER_CREDITS:NOTES"),),
    "own_account": (line(account="RENT"),),
    "unknown_item": (line(item_code="nothing"),),
    "unknown_tax": (line(tax_codes=("vat", "nothing")),),
    "of_item": (NewLine(id="l1", item_code="setup"),),
    "of_item_vat": (NewLine(id="l1", item_code="setup", tax_codes=("vat",)),),
    "of_item_taxed": (NewLine(id="l1", item_code="setup", tax_codes=("city",)),),
    "one_id_twice": (line(id="one"), line(id="one")),
    "taken_id": (line(id="l1"),),
    "repeats_unknown": (line(original_line_id="nothing"),),
    "two_names": (line(), line(taxes=(taxed(name="Other"),))),
    "credits": (CREDITS,),
    "charge_into_wallet": (line(wallet_id="wallet"),),
    "discounted": (line(id="l1", discount_minor=200),),
    "two_taxes": (line(id="l1", taxes=(VAT, CITY)),),
    "other": (line(id="l2"),),
    "rent": (line(id="l1", account="RENT"),),
    "six_hundred": (line(id="l1", amount_minor=500),),
    "untaxed_new": (line(taxes=()),),
    "corrected": (line(amount_minor=900, original_line_id="l1"),),
    "free": (line(id="l1", amount_minor=0, taxes=()),),
    "given_away": (line(id="l1", discount_minor=1000),),
    "untaxed": (line(id="l1", taxes=()),),
    # top-ups
    "sold": (msgspec.structs.replace(CREDITS, id="sold"),),
    "sold_to_another": (msgspec.structs.replace(CREDITS, wallet_id="theirs"),),
    "sold_cheaper": (msgspec.structs.replace(CREDITS, discount_minor=1),),
    "sold_elsewhere": (msgspec.structs.replace(CREDITS, account="RENT"),),
    "sold_nowhere": (msgspec.structs.replace(CREDITS, wallet_id=None),),
    "sold_with_more": (CREDITS, line()),
    # taxes of top-ups
    "vat": (VAT,),
    "below_zero": (taxed(rate=Decimal(-1)),),
    "above_1000": (taxed(rate=Decimal(1001)),),
    "code_twice": (VAT, taxed(name="Other")),
    # lines of credit notes
    "all": (part(1000),),
    "half": (part(500),),
    "four_hundred": (part(333),),
    "nothing": (),
    "none_of_it": (part(0),),
    "less_than_nothing": (part(-1),),
    "too_much": (part(LARGEST_MINOR + 1),),
    "too_much_together": (part(LARGEST_MINOR - 1), part(2)),
    "more_than_is_left": (part(1001),),
    "twice_500": (part(500), part(500)),
    "twice_501": (part(501), part(501)),
    "of_another": (part(500, "l2"),),
    "alone": (part(500, None, VAT),),
    "alone_huge": (part(LARGEST_MINOR, None, VAT),),
    "alone_below": (part(500, None, taxed(rate=Decimal(-1))),),
    "alone_two_names": (part(500, None, VAT), part(1, None, taxed(name="Other"))),
    "alone_kept": (msgspec.structs.replace(part(5, None), account="ACCOUNTS_RECEIVABLE"),),
    "alone_rent": (msgspec.structs.replace(part(5, None), account="RENT"),),
    "of_top": (part(300, "sold"),),
    "all_of_top": (part(1000, "sold"),),
    # parts of commands
    "void": VoidInvoice(invoice_id="inv"),
    "void_other": VoidInvoice(invoice_id="other"),
    "void_too_much": VoidInvoice(invoice_id="inv", credit_minor=1201),
    "parked": GiveBack(wallet=False, notes=False),
    "credit": Apply(notes=True, wallet=True, excess=True),
    "wallet": Apply(wallet=True),
    "notes": Apply(notes=True),
    "excess": Apply(excess=True),
    "held": Apply(held=True),
}
