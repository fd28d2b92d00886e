"""Steps in the life of a customer, performed by the engine, for tests of webhooks."""

from typing import Any

from dialects.lago.books import Books, line
from polaris.core import commands
from polaris.core.commands.values import Apply, CreditedLine, GiveBack
from polaris.core.facts.invoice import InvoiceKind, Line
from polaris.core.facts.payment import PaymentState, Refund, RefundState
from polaris.engine import new_id


class Story:
    """A customer with the rows that a case needs, and the steps that can be performed."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.customer = books.customer()

    def do(self, *asked: commands.Command) -> None:
        self.books.done(*asked)

    def customer_changed(self) -> None:
        self.do(commands.SaveCustomer(customer_id=self.customer, name="New"))

    def customer_made(self) -> None:
        self.books.customer("second")

    def drafted(self) -> None:
        self.draft = self.books.draft(self.customer)

    def deleted(self) -> None:
        self.do(commands.DeleteDraft(invoice_id=self.draft))

    def finalized(self) -> None:
        self.do(commands.FinalizeInvoice(invoice_id=self.draft))

    def issued(self) -> None:
        self.draft = new_id()
        self.do(self.one_off(self.draft))

    def one_off(self, invoice_id: str, **named: Any) -> commands.IssueInvoice:
        return commands.IssueInvoice(
            invoice_id=invoice_id,
            customer_id=self.customer,
            currency="EUR",
            kind=InvoiceKind.ONE_OFF,
            lines=(line(1000),),
            **named,
        )

    def skipped(self) -> None:
        nothing = commands.IssueInvoice(
            invoice_id=new_id(),
            customer_id=self.customer,
            currency="EUR",
            lines=(line(0),),
            skip_zero=True,
        )
        self.do(nothing)

    def voided(self) -> None:
        self.do(commands.VoidInvoice(invoice_id=self.draft))

    def disputed(self) -> None:
        self.do(commands.LoseDispute(invoice_id=self.draft))

    def collected(self) -> None:
        self.do(commands.CollectInvoice(invoice_id=self.draft))

    def said_paid(self) -> None:
        self.do(commands.AnnotateInvoice(invoice_id=self.draft, payment_status="succeeded"))

    def annotated(self) -> None:
        self.do(commands.AnnotateInvoice(invoice_id=self.draft, details={"lago": {"a": "b"}}))

    def paid(self) -> None:
        self.payment = self.books.paid(self.draft, 1000)

    def unpaid(self) -> None:
        self.do(commands.RemovePayment(payment_id=self.payment, invoice_id=self.draft))

    def reported(self, state: PaymentState) -> None:
        self.do(
            commands.ReceivePayment(
                payment_id=new_id(),
                currency="EUR",
                amount_minor=1000,
                state=state,
                provider="stripe",
                apply_to={self.draft: 1000},
            )
        )

    def payment_failed(self) -> None:
        self.reported(PaymentState.FAILED)

    def payment_waits(self) -> None:
        self.reported(PaymentState.NEEDS_ATTENTION)

    def refunded(self) -> None:
        self.note = new_id()
        lines = self.books.facts(invoices={self.draft}).tables[Line]
        self.do(
            commands.IssueCreditNote(
                note_id=self.note,
                invoice_id=self.draft,
                lines=tuple(CreditedLine(line_id=one, amount_minor=1000) for one in lines),
                refund_minor=1000,
            )
        )

    def refund_failed(self) -> None:
        (refund_id,) = self.books.facts(notes={self.note}).tables[Refund]
        self.do(commands.UpdateRefund(refund_id=refund_id, state=RefundState.FAILED))

    def wallet_opened(self) -> None:
        self.wallet = new_id()
        wallet = commands.OpenWallet(
            wallet_id=self.wallet, customer_id=self.customer, currency="EUR"
        )
        self.do(wallet)

    def wallet_changed(self) -> None:
        self.do(commands.UpdateWallet(wallet_id=self.wallet, name="Other"))

    def wallet_terminated(self) -> None:
        self.do(commands.TerminateWallet(wallet_id=self.wallet))

    def granted(self) -> None:
        for amount in (300, 400):
            grant = commands.GrantCredits(
                lot_id=new_id(), wallet_id=self.wallet, amount_minor=amount
            )
            self.do(grant)

    def bought(self) -> None:
        self.draft = new_id()
        buy = commands.BuyCredits(invoice_id=self.draft, wallet_id=self.wallet, amount_minor=1000)
        self.do(buy)

    def spent(self) -> None:
        self.draft = new_id()
        self.do(self.one_off(self.draft, apply=Apply(wallet=True)))

    def given_back(self) -> None:
        self.do(
            commands.VoidInvoice(
                invoice_id=self.draft, give_back=GiveBack(wallet=True, notes=False)
            )
        )

    def credits_voided(self) -> None:
        self.do(commands.VoidWalletCredits(wallet_id=self.wallet, amount_minor=700))

    def tax_made(self) -> None:
        self.books.http("POST", "/taxes", json={"tax": {"name": "V", "code": "v", "rate": 1}})
