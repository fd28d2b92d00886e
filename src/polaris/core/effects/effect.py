"""The parts of the effects of one request. Amounts are minor units of the currency beside them.

`word` names a part for people. `named_by` are the fields that tell the parts of one kind apart, so
that two outcomes can be compared part by part.
"""

from datetime import date
from typing import ClassVar

import msgspec


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the effects."""

    word: ClassVar[str]
    named_by: ClassVar[tuple[str, ...]]


class LineEffect(Effect, frozen=True, kw_only=True):
    """A line of a document that the request writes or issues."""

    word: ClassVar[str] = "line"
    named_by: ClassVar[tuple[str, ...]] = ("position",)

    position: int  # from 1
    description: str  # as it is printed
    quantity: str | None  # a decimal
    gross_minor: int  # before its discount
    discount_minor: int
    net_minor: int


class DocumentTax(Effect, frozen=True, kw_only=True):
    """The tax of one code on a document that the request writes or issues."""

    word: ClassVar[str] = "tax"
    named_by: ClassVar[tuple[str, ...]] = ("code", "rate")

    code: str
    name: str
    rate: str | None  # percent
    base_minor: int
    amount_minor: int


class InvoiceEffect(Effect, frozen=True, kw_only=True):
    """An invoice that is written or changed: before and after the request."""

    word: ClassVar[str] = "invoice"
    named_by: ClassVar[tuple[str, ...]] = ("name",)

    name: str  # the number that it has already, else "draft", or "new"
    next_number: str | None  # the number that it gets; never compared, because others draw too
    series: str | None  # the series that gives the number
    number_format: str | None  # of that series
    status_before: str | None  # None: it does not exist yet
    status: str
    kind: str
    issue_date: date | None
    due_date: date | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    paid_before_minor: int
    paid_minor: int
    outstanding_before_minor: int
    outstanding_minor: int
    customer: dict[str, str]  # the printed fields of the buyer, if the invoice is issued now
    seller: dict[str, str] = msgspec.field(default_factory=dict)  # as the buyer's
    texts: dict[str, str] = msgspec.field(default_factory=dict)  # memo and numbers, if issued now
    lines: tuple[LineEffect, ...]  # only if the request writes them or issues the invoice
    taxes: tuple[DocumentTax, ...]  # as the lines
    void_reason: str | None
    void_comment: str | None
    replaces: str | None  # the name of the voided invoice that it replaces
    replaced_by: str | None  # the name of the invoice that replaces it


class NoteEffect(Effect, frozen=True, kw_only=True):
    """A credit note that is issued or voided."""

    word: ClassVar[str] = "credit note"
    named_by: ClassVar[tuple[str, ...]] = ("name", "status", "total_minor")

    name: str  # the number that it has already, or "new"
    next_number: str | None  # the number that it gets; never compared
    series: str
    number_format: str | None
    purpose: str
    status_before: str | None
    status: str
    invoice: str | None  # the name of the invoice that it credits
    issue_date: date
    reason: str
    description: str | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    offset_minor: int  # lowers what is owed
    credit_minor: int  # stays with the customer as credit
    refund_minor: int  # goes back as money
    credit_to: str  # note or wallet
    customer: dict[str, str]
    seller: dict[str, str] = msgspec.field(default_factory=dict)
    lines: tuple[LineEffect, ...]
    taxes: tuple[DocumentTax, ...]


class LedgerEffect(Effect, frozen=True, kw_only=True):
    """What is booked between two accounts by entries of one kind and day."""

    word: ClassVar[str] = "ledger"
    named_by: ClassVar[tuple[str, ...]] = (
        *("entry", "reversal", "accounting_date"),
        *("debit", "credit", "currency"),
    )

    entry: str  # the kind of the entries
    reversal: bool  # True if they reverse earlier entries
    accounting_date: date
    debit: str
    credit: str
    amount_minor: int
    currency: str


class SettlementEffect(Effect, frozen=True, kw_only=True):
    """What a source settles on an invoice, and what is held for the voided invoice."""

    word: ClassVar[str] = "settlement"
    named_by: ClassVar[tuple[str, ...]] = ("invoice", "kind", "source")

    invoice: str
    kind: str
    source: str
    settled_before_minor: int
    settled_minor: int
    held_before_minor: int
    held_minor: int
    currency: str


class RefundEffect(Effect, frozen=True, kw_only=True):
    """A refund that is requested, or that changes its state."""

    word: ClassVar[str] = "refund"
    named_by: ClassVar[tuple[str, ...]] = ("payment", "provider", "state_before", "state")

    payment: str  # the provider's reference, or how the money came
    provider: str
    method: str | None
    state_before: str | None  # None: it is requested now
    state: str
    amount_minor: int
    currency: str


class WalletEffect(Effect, frozen=True, kw_only=True):
    """Credits that are added to a wallet, or taken out of it (negative)."""

    word: ClassVar[str] = "wallet"
    named_by: ClassVar[tuple[str, ...]] = ("wallet", "kind", "currency")

    wallet: str
    kind: str  # of the movement
    amount_minor: int
    currency: str


class TaxEffect(Effect, frozen=True, kw_only=True):
    """Tax that is owed from now on, or that is not owed any more (negative)."""

    word: ClassVar[str] = "tax"
    named_by: ClassVar[tuple[str, ...]] = ("code", "name", "currency")

    code: str  # several codes of one name are joined
    name: str
    amount_minor: int
    currency: str


class BalanceEffect(Effect, frozen=True, kw_only=True):
    """A balance of the customer before and after, over the rows that the request changes."""

    word: ClassVar[str] = "balance"
    named_by: ClassVar[tuple[str, ...]] = ("balance", "currency")

    balance: str
    currency: str
    before_minor: int
    after_minor: int


class FieldEffect(Effect, frozen=True, kw_only=True):
    """A field of another row that changes, such as a customer's name. Texts; None is no value."""

    word: ClassVar[str] = "change"
    named_by: ClassVar[tuple[str, ...]] = ("subject", "field")

    subject: str
    field: str
    before: str | None
    after: str | None


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """All effects of one request. Every part is sorted, so equal outcomes are equal values."""

    invoices: tuple[InvoiceEffect, ...] = ()
    credit_notes: tuple[NoteEffect, ...] = ()
    ledger: tuple[LedgerEffect, ...] = ()
    settlements: tuple[SettlementEffect, ...] = ()
    refunds: tuple[RefundEffect, ...] = ()
    wallets: tuple[WalletEffect, ...] = ()
    taxes: tuple[TaxEffect, ...] = ()
    receivable: tuple[BalanceEffect, ...] = ()  # outstanding amounts of the invoices
    credit: tuple[BalanceEffect, ...] = ()  # unused payments, held money, notes, wallet credits
    changes: tuple[FieldEffect, ...] = ()
    events: tuple[str, ...] = ()  # their kinds, in order
