"""The other invoices of the demo tenant: some in every state, for the console to show."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from polaris.core.commands import (
    Command,
    DraftInvoice,
    IssueCreditNote,
    IssueInvoice,
    ReceivePayment,
    SaveCustomer,
    VoidInvoice,
    WriteOffInvoice,
)
from polaris.core.commands.values import CreditedLine, NewLine, TaxRate, VoidNote
from polaris.core.facts.credit_note import CreditTo

VAT = TaxRate(code="VAT", name="VAT", rate=Decimal(20))
TERM_DAYS = 30

CUSTOMERS = (
    "Harbour Books", "Nordlys Bakery", "Café Åre", "株式会社やまだ", "Green Valley Farm",
    "Łódź Print Works", "Atlas Logistics", "Blue Kite Studio", "Cobalt Games", "Copper Kettle",
)  # fmt: skip  # a row of names
"""Invented companies."""

PLANS = (("Starter plan", 4_900), ("Team plan", 29_000), ("Business plan", 125_000))
"""Descriptions with their prices in minor units."""


class Bill(NamedTuple):
    """One invoice of the demo: what it bills, how old it is, and what became of it."""

    customer: int
    plan: int
    quantity: int
    days_old: int
    ending: str
    currency: str = "USD"


BILLS = tuple(
    Bill(index % len(CUSTOMERS), index % len(PLANS), 1 + index % 4, days_old, ending, currency)
    for index, (days_old, ending, currency) in enumerate(
        [
            *((0, "draft", "USD") for _ in range(6)),
            (0, "draft", "EUR"),
            *((days, "pending", "USD") for days in (2, 5, 9, 12, 17, 21, 26)),
            (8, "pending", "EUR"),
            (3, "pending", "JPY"),
            *((days, "pending", "USD") for days in (34, 41, 55, 68, 83, 97, 131)),
            (47, "pending", "EUR"),
            *((days, "paid", "USD") for days in (1, 4, 11, 19, 28, 36, 44, 62, 75, 90)),
            *((days, "paid", "EUR") for days in (6, 38)),
            *((days, "partly paid", "USD") for days in (15, 39, 72)),
            *((days, "credited", "USD") for days in (22, 58)),
            *((days, "voided", "USD") for days in (7, 33)),
            (20, "voided with refund and credit", "USD"),
            (140, "written off", "USD"),
        ]
    )
)
"""The invoices of the demo. Those that are older than their term of 30 days are overdue."""


def commands(new_id: Callable[[], str], today: date) -> Iterator[list[Command]]:
    """Yield sets of commands. A set needs the ones before it."""
    customers = [new_id() for _ in CUSTOMERS]
    yield [_customer(*pair) for pair in zip(customers, CUSTOMERS, strict=True)]
    invoices = [(bill, new_id(), new_id()) for bill in BILLS]
    yield [
        _issue(bill, customers[bill.customer], invoice_id, line_id, today)
        for bill, invoice_id, line_id in invoices
    ]
    yield [
        command
        for bill, invoice_id, line_id in invoices
        for command in _ending(bill, invoice_id, line_id, new_id)
    ]
    yield [
        VoidInvoice(
            invoice_id=invoice_id,
            reason="order_change",
            refund_minor=net_minor(bill),
            credit_minor=net_minor(bill) // 5,
            credit_to=CreditTo.WALLET,
            note=VoidNote.ADJUSTMENT,
        )
        for bill, invoice_id, _ in invoices
        if bill.ending == "voided with refund and credit"
    ]


def net_minor(bill: Bill) -> int:
    """Return what an invoice bills before tax, in minor units."""
    return PLANS[bill.plan][1] * bill.quantity


def total_minor(bill: Bill) -> int:
    """Return the total of an invoice in minor units; its prices are multiples of 5."""
    return net_minor(bill) * 6 // 5


def _customer(customer_id: str, name: str) -> SaveCustomer:
    code = f"demo-{CUSTOMERS.index(name) + 1:03}"
    return SaveCustomer(
        customer_id=customer_id, external_id=code, name=name, email=f"billing@{code}.example"
    )


def _issue(
    bill: Bill, customer_id: str, invoice_id: str, line_id: str, today: date
) -> DraftInvoice:
    description, price_minor = PLANS[bill.plan]
    line = NewLine(
        id=line_id,
        description=description,
        quantity=Decimal(bill.quantity),
        unit_price=Decimal(price_minor),
        taxes=(VAT,),
    )
    kind = DraftInvoice if bill.ending == "draft" else IssueInvoice
    return kind(
        invoice_id=invoice_id,
        customer_id=customer_id,
        currency=bill.currency,
        lines=(line,),
        issue_date=None if bill.ending == "draft" else today - timedelta(days=bill.days_old),
        payment_term_days=TERM_DAYS,
    )


def _ending(
    bill: Bill, invoice_id: str, line_id: str, new_id: Callable[[], str]
) -> Iterator[Command]:
    """Yield what became of an invoice after its issue."""
    if bill.ending in ("paid", "partly paid", "voided with refund and credit"):
        paid = total_minor(bill) // (3 if bill.ending == "partly paid" else 1)
        yield ReceivePayment(
            payment_id=new_id(),
            currency=bill.currency,
            amount_minor=paid,
            method="transfer",
            apply_to={invoice_id: paid},
        )
    elif bill.ending == "credited":
        yield IssueCreditNote(
            note_id=new_id(),
            invoice_id=invoice_id,
            lines=(CreditedLine(line_id=line_id, amount_minor=net_minor(bill) // 2),),
            offset_minor=total_minor(bill) // 2,
            reason="product_unsatisfactory",
        )
    elif bill.ending == "voided":
        yield VoidInvoice(invoice_id=invoice_id, reason="duplicate", comment="Billed twice.")
    elif bill.ending == "written off":
        yield WriteOffInvoice(invoice_id=invoice_id, write_off_id=new_id(), reason="insolvent")
