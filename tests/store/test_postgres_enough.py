"""The facts loaded for a set are enough: it decides as if all facts were in memory.

Random histories are decided twice, over the facts loaded for each set and over all facts since the
beginning. One row too few, and the two part.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

import pytest
from msgspec import UNSET

from polaris.core import commands as asked
from polaris.core.commands import (
    CloseBooks,
    Command,
    CorrectEntryDay,
    DeleteCatalogueItem,
    DeleteCustomer,
    DeleteTaxCode,
    DeleteWebhookEndpoint,
    ReopenBooks,
    SaveCatalogueItem,
    SaveCustomer,
    SaveTaxCode,
    SaveTenant,
    SaveWebhookEndpoint,
)
from polaris.core.commands.values import (
    Apply,
    CreditedLine,
    GiveBack,
    NewLine,
    TaxRate,
    TopUpPolicy,
    VoidNote,
)
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote, CreditTo
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import (
    Invoice,
    InvoiceKind,
    Line,
    LineKind,
    Settlement,
    SettlementKind,
    Status,
    WriteOff,
)
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.core.facts.row import Row
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.task import Task
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.ledger.posting import Entry
from polaris.core.lifecycle import LIFECYCLE
from polaris.store.server.database import EngineConnection, connect
from store.twice import BEGIN, History

SETS = 150
SEEDS = range(8)
TAX = (TaxRate(code="vat", name="VAT", rate=Decimal(20)),)

R = TypeVar("R", bound=Row)

DONE: Counter[type[Command]] = Counter()
"""Counts the commands of all histories, so that the last test finds those never done."""


class Asker:
    """Makes random commands, most of which are possible."""

    def __init__(self, random: Random, history: History) -> None:
        self.random = random
        self.ids = history.ids
        self.facts = history.whole
        self.customers = history.customers

    def any(self, kind: type[Row]) -> str:
        """Return the id of one of the last five rows, or an unknown id if there are none."""
        ids = list(self.facts.tables[kind])[-5:]
        return self.random.choice(ids) if ids else next(self.ids)

    def all(self, kind: type[R]) -> list[R]:
        return [row for row in self.facts.tables[kind].values() if isinstance(row, kind)]

    def amount(self, most: int = 1500) -> int:
        return self.random.randint(1, max(most, 1))

    def maybe(self) -> bool:
        return self.random.random() < 0.5

    def command(self) -> Command:
        """Return a random command."""
        return self.random.choice(WISHES)(self)

    def invoice(self) -> Invoice | None:
        row = self.facts.tables[Invoice].get(self.any(Invoice))
        return row if isinstance(row, Invoice) else None

    def settled(self, kind: SettlementKind) -> Settlement | None:
        """Return one of the last three settlements of a kind, or None; it may be removed."""
        fit = [row for row in self.all(Settlement) if row.kind is kind]
        return self.random.choice(fit[-3:]) if fit else None

    def apply(self) -> Apply:
        return Apply(notes=self.maybe(), wallet=self.maybe(), excess=self.maybe())

    def lines(self) -> tuple[NewLine, ...]:
        line = NewLine(amount_minor=self.amount(), discount_minor=0, taxes=TAX)
        return (line, NewLine(kind=LineKind.TIP, amount_minor=50))[: self.random.randint(1, 2)]

    def passer_by(self) -> Command:
        """Create or delete a customer."""
        here = [one.id for one in self.all(Customer) if one.external_id == "new"]
        if here and self.maybe():
            return DeleteCustomer(customer_id=here[-1])
        return SaveCustomer(customer_id=next(self.ids), external_id="new")

    def draft(self) -> Command:
        return asked.DraftInvoice(
            invoice_id=next(self.ids),
            customer_id=self.random.choice(self.customers),
            currency="EUR",
            lines=self.lines(),
            issue_date=BEGIN.date() - timedelta(days=9) if self.maybe() else None,
        )

    def edit(self) -> Command:
        return asked.EditDraft(invoice_id=self.any(Invoice), lines=self.lines())

    def issue(self) -> Command:
        return asked.IssueInvoice(
            invoice_id=next(self.ids),
            customer_id=self.random.choice(self.customers),
            currency="EUR",
            lines=self.lines(),
            apply=self.apply(),
        )

    def annotate(self) -> Command:
        sold = [one.id for one in self.all(Invoice) if one.kind is InvoiceKind.TOP_UP]
        return asked.AnnotateInvoice(
            invoice_id=self.random.choice(sold[-3:]) if sold else self.any(Invoice),
            payment_status=self.random.choice([None, "succeeded", "succeeded", "failed"]),
            details={"x": {"said": self.amount()}},
        )

    def record(self) -> Command:
        return asked.RecordInvoice(
            invoice_id=next(self.ids),
            customer_id=self.random.choice(self.customers),
            currency="EUR",
            lines=self.lines(),
            number=f"O-{self.amount(5)}" if self.maybe() else None,
            apply=self.apply(),
        )

    def finalize(self) -> Command:
        return asked.FinalizeInvoice(invoice_id=self.any(Invoice), apply=self.apply())

    def void(self) -> asked.VoidInvoice:
        invoice = self.invoice()
        total = invoice.total_minor if invoice else 0
        return asked.VoidInvoice(
            invoice_id=invoice.id if invoice else next(self.ids),
            credit_minor=self.random.choice([0, 0, total, total // 2]),
            refund_minor=self.random.choice([0, 0, invoice.paid_minor if invoice else 0]),
            credit_to=self.random.choice(list(CreditTo)),
            note=self.random.choice(list(VoidNote)),
            give_back=GiveBack(wallet=self.maybe(), notes=self.maybe()),
            top_up=self.random.choice(list(TopUpPolicy)),
            note_id=next(self.ids) if self.maybe() else None,
        )

    def regenerate(self) -> Command:
        first = self.void() if self.maybe() else None
        return asked.RegenerateInvoice(
            invoice_id=first.invoice_id if first else self.any(Invoice),
            new_invoice_id=next(self.ids),
            void_first=first,
            status=self.random.choice([Status.DRAFT, Status.FINALIZED]),
            apply=self.apply(),
        )

    def pay(self) -> Command:
        some = {self.any(Invoice): self.amount() for _ in range(self.random.randint(1, 2))}
        states = [PaymentState.SUCCEEDED] * 3 + [PaymentState.IN_PROGRESS]
        return asked.ReceivePayment(
            payment_id=next(self.ids),
            currency="EUR",
            amount_minor=self.amount(2500),
            state=self.random.choice(states),
            provider=self.random.choice(["manual", "stripe"]),
            apply_to=some,
        )

    def report(self) -> Command:
        state = self.random.choice(list(PaymentState))
        return asked.UpdatePayment(payment_id=self.any(Payment), state=state)

    def credit(self) -> Command:
        line = self.facts.tables[Line].get(self.any(Line))
        net = self.amount(line.net_minor) if isinstance(line, Line) else 1
        taxed = isinstance(line, Line) and line.kind is LineKind.CHARGE
        total = net + (Decimal(net) / 5).quantize(Decimal(1), "ROUND_HALF_UP") if taxed else net
        parts = [0, 0, 0]
        parts[self.random.randrange(3)] = int(total)
        return asked.IssueCreditNote(
            note_id=next(self.ids),
            invoice_id=line.invoice_id if isinstance(line, Line) else next(self.ids),
            lines=(CreditedLine(line_id=line.id if line else None, amount_minor=net),),
            offset_minor=parts[0],
            credit_minor=parts[1],
            refund_minor=parts[2],
            credit_to=self.random.choice([CreditTo.NOTE, CreditTo.NOTE, CreditTo.WALLET]),
        )

    def standalone(self) -> Command:
        return asked.IssueStandaloneNote(
            note_id=next(self.ids),
            customer_id=self.random.choice(self.customers),
            currency="EUR",
            lines=(CreditedLine(amount_minor=self.amount(), taxes=TAX),),
        )

    def refund(self) -> Command:
        sources = [
            *[{"note_id": one.id} for one in self.all(CreditNote) if one.balance_minor],
            *[{"payment_id": one.id} for one in self.all(Payment) if one.unused_minor],
            *[{"invoice_id": one.invoice_id} for one in self.all(Settlement) if one.held_minor],
        ]
        source = self.random.choice(sources or [{"payment_id": next(self.ids)}])
        return asked.RequestRefund(
            refund_id=next(self.ids), amount_minor=self.amount(200), **source
        )

    def annotate_note(self) -> Command:
        refunded = [one.note_id for one in self.all(Refund) if one.note_id]
        return asked.AnnotateCreditNote(
            note_id=self.random.choice(refunded[-3:]) if refunded else self.any(CreditNote),
            refund_status=self.random.choice([None, *RefundState]),
            details={"x": {"said": self.amount()}},
        )

    def report_refund(self) -> Command:
        state = self.random.choice(list(RefundState))
        return asked.UpdateRefund(refund_id=self.any(Refund), state=state)

    def use(self) -> Command:
        owed = [one for one in self.all(Invoice) if one.outstanding_minor]
        invoice = self.random.choice(owed) if owed else None
        owner = invoice and invoice.customer_id
        invoice_id = invoice.id if invoice else next(self.ids)
        notes = [one.id for one in self.all(CreditNote) if one.customer_id == owner]
        payments = [one.id for one in self.all(Payment) if one.customer_id == owner]
        if notes and self.maybe():
            return asked.ApplyCreditNote(note_id=self.random.choice(notes), invoice_id=invoice_id)
        payment_id = self.random.choice(payments or [next(self.ids)])
        return asked.ApplyPayment(payment_id=payment_id, invoice_id=invoice_id)

    def take_off(self) -> Command:
        kind = self.random.choice([SettlementKind.PAYMENT, SettlementKind.NOTE])
        row = self.settled(kind)
        source, invoice = (row.source_id, row.invoice_id) if row else (next(self.ids),) * 2
        if kind is SettlementKind.NOTE:
            return asked.RemoveCreditNote(note_id=source, invoice_id=invoice)
        return asked.RemovePayment(payment_id=source, invoice_id=invoice)

    def restore(self) -> Command:
        row = self.settled(SettlementKind.WALLET)
        return asked.RestoreCredits(invoice_id=row.invoice_id if row else next(self.ids))

    def code(self) -> str:
        return self.random.choice("abc")

    def either(self, kind: type[Row]) -> str:
        """Return a new id or the id of a random row."""
        return next(self.ids) if self.maybe() else self.any(kind)

    def catalogue_item(self) -> Command:
        return SaveCatalogueItem(
            catalogue_item_id=self.either(CatalogueItem),
            code=self.code(),
            name="Thing",
            amount_minor=self.amount(),
            currency="EUR",
            tax_codes=(self.code(),) if self.maybe() else UNSET,
        )

    def tax_code(self) -> Command:
        return SaveTaxCode(
            tax_code_id=self.either(TaxCode), code=self.code(), name="Tax", rate=Decimal(5)
        )

    def endpoint(self) -> Command:
        return SaveWebhookEndpoint(
            webhook_endpoint_id=self.either(WebhookEndpoint),
            url=f"https://{self.code()}.example/",
            dialect="standard",
        )

    def tenant(self) -> Command:
        begin = self.random.choice(["", "{customer}/"])
        form = begin + self.random.choice(["R{next}", "S{next:05}", "{next"])
        name = self.random.choice(["invoice_format", "note_format"])
        tenant_id = self.facts.tenant.id
        return SaveTenant(tenant_id=tenant_id, settings_changes={name: form})

    def bought(self) -> Command:
        return asked.BuyCredits(
            invoice_id=next(self.ids), wallet_id=self.any(Wallet), amount_minor=self.amount()
        )


WISHES: list[Callable[[Asker], Command]] = [
    *[Asker.draft, Asker.finalize, Asker.finalize, Asker.pay, Asker.pay, Asker.void] * 2,
    *[
        Asker.issue,
        Asker.annotate,
        Asker.record,
        Asker.edit,
        Asker.regenerate,
        Asker.report,
        Asker.report,
    ],
    *[Asker.credit, Asker.refund, Asker.report_refund] * 3,
    *[Asker.bought, Asker.take_off, Asker.use] * 2,
    *[Asker.passer_by, Asker.standalone, Asker.restore, Asker.annotate_note, Asker.annotate_note],
    *[Asker.catalogue_item, Asker.catalogue_item, Asker.tax_code, Asker.endpoint, Asker.tenant],
    lambda one: DeleteCatalogueItem(catalogue_item_id=one.any(CatalogueItem)),
    lambda one: DeleteTaxCode(tax_code_id=one.any(TaxCode)),
    lambda one: DeleteWebhookEndpoint(webhook_endpoint_id=one.any(WebhookEndpoint)),
    lambda one: asked.PauseWebhookEndpoint(webhook_endpoint_id=one.any(WebhookEndpoint)),
    lambda one: asked.ResumeWebhookEndpoint(webhook_endpoint_id=one.any(WebhookEndpoint)),
    lambda one: asked.LoseDispute(invoice_id=one.any(Invoice)),
    *[lambda one: asked.MarkOverdue(invoice_id=one.any(Invoice))] * 4,
    lambda one: asked.CollectInvoice(invoice_id=one.any(Invoice)),
    lambda one: asked.DeleteDraft(invoice_id=one.any(Invoice)),
    lambda one: SaveCustomer(customer_id=one.random.choice(one.customers), name="Other"),
    lambda one: asked.WriteOffInvoice(invoice_id=one.any(Invoice), write_off_id=next(one.ids)),
    lambda one: asked.ReverseWriteOff(write_off_id=one.any(WriteOff)),
    lambda one: asked.VoidCreditNote(note_id=one.any(CreditNote)),
    lambda one: asked.ConvertRefund(refund_id=one.any(Refund), note_id=next(one.ids)),
    lambda one: asked.RecordRefund(
        refund_id=next(one.ids), payment_id=one.any(Payment), amount_minor=one.amount(100)
    ),
    lambda one: asked.ResolveTask(task_id=one.any(Task), resolution="Seen."),
    lambda one: asked.OpenWallet(
        wallet_id=next(one.ids),
        customer_id=one.random.choice(one.customers),
        currency="EUR",
        expires_at=BEGIN + timedelta(minutes=one.amount(SETS)) if one.maybe() else None,
    ),
    lambda one: asked.GrantCredits(
        lot_id=next(one.ids),
        wallet_id=one.any(Wallet),
        amount_minor=one.amount(),
        expires_at=BEGIN + timedelta(minutes=one.amount(SETS)) if one.maybe() else None,
    ),
    lambda one: asked.VoidCredits(lot_id=one.any(Lot), amount_minor=one.amount(100)),
    lambda one: asked.VoidWalletCredits(wallet_id=one.any(Wallet), amount_minor=one.amount(300)),
    lambda one: asked.UpdateWallet(wallet_id=one.any(Wallet), priority=one.random.randint(1, 5)),
    lambda one: asked.ExpireCredits(lot_id=one.any(Lot)),
    lambda one: asked.ExpireWallet(wallet_id=one.any(Wallet)),
    lambda one: asked.TerminateWallet(wallet_id=one.any(Wallet)),
]


@pytest.fixture
def connection(database_url: str) -> Iterator[EngineConnection]:
    with connect(database_url) as connection:
        yield connection


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_loaded_is_enough(connection: EngineConnection, seed: int) -> None:
    random = Random(seed)
    history = History(connection, seed, random.choice([SeriesScope.TENANT, SeriesScope.CUSTOMER]))
    asker = Asker(random, history)
    for _ in range(SETS):
        history.perform([asker.command() for _ in range(random.choice([1, 1, 2, 4]))])
    DONE.update(history.done)
    assert len(history.whole.tables[Entry]) > 50


def test_the_histories_did_nearly_everything() -> None:
    """A command that never occurs in the histories is not tested."""
    books: set[type[Command]] = {CloseBooks, ReopenBooks, CorrectEntryDay}
    assert {move.command for move in LIFECYCLE} - books - DONE.keys() == set()
