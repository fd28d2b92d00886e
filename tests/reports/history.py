"""Books with all kinds of rows: invoices in every state, money, credit, refunds, wallets."""

from decimal import Decimal

from polaris.core.commands import (
    ApplyCreditNote,
    BuyCredits,
    Command,
    ConvertRefund,
    DeleteDraft,
    DraftInvoice,
    FinalizeInvoice,
    GrantCredits,
    IssueCreditNote,
    IssueInvoice,
    IssueStandaloneNote,
    OpenWallet,
    ReceivePayment,
    RecordInvoice,
    RegenerateInvoice,
    RequestRefund,
    SaveCustomer,
    UpdatePayment,
    UpdateRefund,
    VoidCreditNote,
    VoidCredits,
    VoidInvoice,
    WriteOffInvoice,
)
from polaris.core.commands.values import Apply, CreditedLine, GiveBack, NewLine, TaxRate, VoidNote
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.invoice import LineKind, Status
from polaris.core.facts.payment import PaymentState, RefundState
from polaris.core.facts.tenant import Settings
from polaris.engine import Engine, new_id, now, request
from polaris.store.engine.write import create_tenant
from polaris.store.server.database import connect

VAT = TaxRate(code="vat", name="VAT", rate=Decimal(20))


def found_tenant(url: str, settings: Settings = Settings()) -> str:
    """Create a tenant. Return its id."""
    tenant_id = new_id()
    with connect(url) as connection:
        create_tenant(connection, tenant_id, "Books", "EUR", "UTC", settings, now())
    return tenant_id


class Books:
    """The books of one tenant, written through the engine. No command may be refused."""

    def __init__(self, engine: Engine, tenant_id: str, currency: str = "EUR") -> None:
        self.engine, self.tenant_id, self.currency = engine, tenant_id, currency
        self.customer_id = self.customer()

    def does(self, *commands: Command) -> None:
        """Perform commands in order; none may be refused."""
        outcomes = self.engine.perform(self.tenant_id, [request(one) for one in commands])
        for command, outcome in zip(commands, outcomes, strict=True):
            assert outcome.done, (command, outcome.refusals, outcome.fault)

    def customer(self) -> str:
        """Create a customer."""
        customer_id = new_id()
        self.does(SaveCustomer(customer_id=customer_id, external_id=customer_id))
        return customer_id

    def draft(self, net_minor: int = 1000) -> DraftInvoice:
        """Create a draft invoice with one taxed line."""
        return DraftInvoice(
            invoice_id=new_id(),
            customer_id=self.customer_id,
            currency=self.currency,
            lines=(NewLine(id=new_id(), amount_minor=net_minor, taxes=(VAT,)),),
        )

    def invoice(self, net_minor: int = 1000, paid_minor: int = 0, apply: Apply = Apply()) -> str:
        """Create a finalized invoice, and pay it on request."""
        draft = self.draft(net_minor)
        self.does(draft, FinalizeInvoice(invoice_id=draft.invoice_id, apply=apply))
        if paid_minor:
            self.pay(draft.invoice_id, paid_minor)
        return draft.invoice_id

    def pay(self, invoice_id: str, amount_minor: int, fee_minor: int = 0) -> str:
        """Create a payment for an invoice."""
        payment_id = new_id()
        self.does(
            ReceivePayment(
                payment_id=payment_id,
                currency=self.currency,
                amount_minor=amount_minor,
                fee_minor=fee_minor,
                provider="stripe" if fee_minor else "manual",
                apply_to={invoice_id: amount_minor},
            )
        )
        return payment_id

    def note(self, net_minor: int = 500) -> str:
        """Create a standalone credit note."""
        note_id = new_id()
        line = CreditedLine(amount_minor=net_minor, taxes=(VAT,))
        self.does(
            IssueStandaloneNote(
                note_id=note_id,
                customer_id=self.customer_id,
                currency=self.currency,
                lines=(line,),
            )
        )
        return note_id

    def wallet(self, bought_minor: int = 0, granted_minor: int = 0) -> str:
        """Create a wallet with credits."""
        wallet_id, sale = new_id(), new_id()
        self.does(
            OpenWallet(wallet_id=wallet_id, customer_id=self.customer_id, currency=self.currency)
        )
        if bought_minor:
            self.does(BuyCredits(invoice_id=sale, wallet_id=wallet_id, amount_minor=bought_minor))
            self.pay(sale, bought_minor)
        if granted_minor:
            self.does(
                GrantCredits(lot_id=new_id(), wallet_id=wallet_id, amount_minor=granted_minor)
            )
        return wallet_id


def bill(books: Books) -> None:
    """Invoices and money in every state."""
    books.invoice()
    books.invoice(0)
    books.invoice(paid_minor=1200)
    books.does(books.draft())
    dropped = books.draft()
    books.does(dropped, DeleteDraft(invoice_id=dropped.invoice_id))
    books.pay(books.invoice(), 1500, fee_minor=30)
    reversed_id = books.pay(books.invoice(), 1200, fee_minor=30)
    books.does(UpdatePayment(payment_id=reversed_id, state=PaymentState.REVERSED))
    for state in (PaymentState.IN_PROGRESS, PaymentState.FAILED):
        books.does(
            ReceivePayment(
                payment_id=new_id(),
                customer_id=books.customer_id,
                currency=books.currency,
                amount_minor=700,
                fee_minor=7,
                state=state,
            )
        )
    books.does(WriteOffInvoice(invoice_id=books.invoice(), write_off_id=new_id()))
    draft = books.draft()
    books.does(
        RecordInvoice(
            invoice_id=draft.invoice_id,
            customer_id=draft.customer_id,
            currency=draft.currency,
            lines=draft.lines,
            status=Status.VOIDED,
            number=f"OLD-{draft.invoice_id}",
        )
    )


def credit(books: Books) -> None:
    """Notes given, applied, refunded, converted, voided; wallets bought and spent."""
    draft = books.draft(2000)
    invoice_id, note_id, refund_id = draft.invoice_id, new_id(), new_id()
    books.does(draft, FinalizeInvoice(invoice_id=invoice_id))
    books.pay(invoice_id, 2400)
    part = CreditedLine(line_id=draft.lines[0].id, amount_minor=500)
    books.does(
        IssueCreditNote(
            note_id=note_id,
            invoice_id=invoice_id,
            lines=(part,),
            credit_minor=400,
            refund_minor=200,
        ),
        RequestRefund(refund_id=refund_id, amount_minor=100, note_id=note_id),
        UpdateRefund(refund_id=refund_id, state=RefundState.SETTLED),
    )
    books.does(ApplyCreditNote(note_id=note_id, invoice_id=books.invoice(100)))
    credit_whole(books)
    books.does(VoidCreditNote(note_id=books.note()))
    books.does(ApplyCreditNote(note_id=books.note(), invoice_id=books.invoice()))
    books.wallet(bought_minor=900, granted_minor=300)
    books.invoice(500, apply=Apply(wallet=True))
    lot_id = new_id()
    books.does(
        GrantCredits(lot_id=lot_id, wallet_id=books.wallet(), amount_minor=50),
        VoidCredits(lot_id=lot_id),
    )


def credit_whole(books: Books) -> None:
    """An invoice with a charge and a tip, both discounted, and a note for all of it."""
    invoice_id = new_id()
    lines = tuple(
        NewLine(id=new_id(), kind=kind, amount_minor=800, discount_minor=300)
        for kind in (LineKind.CHARGE, LineKind.TIP)
    )
    credited = tuple(CreditedLine(line_id=line.id, amount_minor=800) for line in lines)
    books.does(
        IssueInvoice(
            invoice_id=invoice_id,
            customer_id=books.customer_id,
            currency=books.currency,
            lines=lines,
        ),
        IssueCreditNote(note_id=new_id(), invoice_id=invoice_id, lines=credited, offset_minor=1000),
    )


def void(books: Books) -> None:
    """Voids of every kind."""
    books.does(VoidInvoice(invoice_id=books.invoice()))
    books.does(VoidInvoice(invoice_id=books.invoice(), credit_minor=1200))
    books.does(VoidInvoice(invoice_id=books.invoice(paid_minor=300)))
    paid = books.invoice(paid_minor=1200)
    books.does(VoidInvoice(invoice_id=paid, credit_minor=500, refund_minor=700))
    to_wallet = books.invoice(paid_minor=1200)
    books.does(
        VoidInvoice(
            invoice_id=to_wallet,
            credit_minor=500,
            credit_to=CreditTo.WALLET,
            note=VoidNote.REQUESTED_AND_VOIDED_REMAINDER,
        )
    )
    books.wallet(bought_minor=600, granted_minor=200)
    books.note()
    parked = books.invoice(9000, paid_minor=100, apply=Apply(notes=True, wallet=True))
    books.does(VoidInvoice(invoice_id=parked, give_back=GiveBack(wallet=False, notes=False)))
    books.wallet(bought_minor=400)
    held, refund_id = books.invoice(paid_minor=800), new_id()
    books.does(
        VoidInvoice(invoice_id=held),
        RequestRefund(refund_id=refund_id, amount_minor=300, invoice_id=held),
        UpdateRefund(refund_id=refund_id, state=RefundState.FAILED),
        ConvertRefund(refund_id=refund_id, note_id=new_id()),
    )
    wrong = books.invoice()
    books.does(
        RegenerateInvoice(
            invoice_id=wrong,
            new_invoice_id=new_id(),
            status=Status.FINALIZED,
            void_first=VoidInvoice(invoice_id=wrong),
        )
    )


def write_history(engine: Engine, tenant_id: str) -> None:
    """Everything, in two currencies and for two customers."""
    for currency in ("EUR", "JPY"):
        books = Books(engine, tenant_id, currency)
        for chapter in (bill, credit, void):
            chapter(books)
