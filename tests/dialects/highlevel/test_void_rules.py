"""Which money forbids a void, and until when."""

import pytest

from dialects.highlevel.books import Books, refused
from dialects.lago.kept import rows
from polaris.core import commands
from polaris.core.commands.values import CreditedLine
from polaris.core.facts.invoice import Line
from polaris.core.facts.payment import PaymentState, Refund, RefundState
from polaris.core.refusals import MoneyReceived
from polaris.dialects.highlevel.rules import HIGHLEVEL
from polaris.engine import new_id

MONEY_KEPT = (
    "Money was received for the invoice. Refund it first; the refund counts as soon as its money"
    " was sent back."
)


def paid(books: Books, invoice_id: str, minor: int, provider: str = "stripe") -> None:
    """Pay the invoice."""
    books.done(
        commands.ReceivePayment(
            payment_id=new_id(),
            currency="USD",
            amount_minor=minor,
            provider=provider,
            apply_to={invoice_id: minor},
        )
    )


def refunded(books: Books, invoice_id: str, minor: int) -> str:
    """Request a refund by a credit note. Return the refund's id."""
    (line_id,) = books.facts(invoices={invoice_id}).tables[Line]
    before = set(books.facts(invoices={invoice_id}).tables[Refund])
    books.done(
        commands.IssueCreditNote(
            note_id=new_id(),
            invoice_id=invoice_id,
            lines=(CreditedLine(line_id=line_id, amount_minor=minor),),
            refund_minor=minor,
        )
    )
    (refund_id,) = set(books.facts(invoices={invoice_id}).tables[Refund]) - before
    return refund_id


@pytest.mark.parametrize("provider", ["stripe", "manual"])
def test_a_refund_counts_when_its_money_was_sent_back(books: Books, provider: str) -> None:
    """Requested, failed and only partly refunded money is still kept."""
    invoice = books.sent()
    invoice_id = books.row_id(invoice)
    paid(books, invoice_id, 50000, provider)
    before = rows(books, "command", "audit")

    def still_refused() -> None:
        with refused(400, MONEY_KEPT):
            books.void(invoice["_id"])

    still_refused()
    assert rows(books, "command", "audit") == before
    first = refunded(books, invoice_id, 20000)
    still_refused()
    books.done(commands.UpdateRefund(refund_id=first, state=RefundState.FAILED))
    still_refused()
    books.done(commands.UpdateRefund(refund_id=first, state=RefundState.SETTLED))
    still_refused()
    second = refunded(books, invoice_id, 30000)
    books.done(commands.UpdateRefund(refund_id=second, state=RefundState.SETTLED))
    voided = books.void(invoice["_id"])
    assert (voided["status"], voided["amountPaid"], voided["amountDue"]) == ("void", 500, 499)


def test_a_refund_given_as_credit_instead_is_still_kept_money(books: Books) -> None:
    invoice = books.sent()
    invoice_id = books.row_id(invoice)
    paid(books, invoice_id, 50000)
    refund_id = refunded(books, invoice_id, 50000)
    books.done(commands.ConvertRefund(refund_id=refund_id, note_id=new_id()))
    with refused(400, MONEY_KEPT):
        books.void(invoice["_id"])
    assert books.show(invoice["_id"])["status"] == "partially_paid"


def test_by_a_setting_manual_payments_do_not_count(books: Books) -> None:
    """Their money is held for the customer; a provider's still forbids the void."""
    books.set(manual_payments_block_void=False)
    first, second = books.sent(), books.sent()
    books.record(first["_id"], amount=100)
    assert books.void(first["_id"])["status"] == "void"
    paid(books, books.row_id(second), 1)
    with refused(400, MONEY_KEPT):
        books.void(second["_id"])


@pytest.mark.parametrize("state", [PaymentState.IN_PROGRESS, PaymentState.NEEDS_ATTENTION])
def test_a_payment_in_progress_forbids_a_void(books: Books, state: PaymentState) -> None:
    invoice = books.sent()
    payment_id = new_id()
    books.done(
        commands.ReceivePayment(
            payment_id=payment_id,
            currency="USD",
            amount_minor=99900,
            provider="stripe",
            state=state,
            apply_to={books.row_id(invoice): 99900},
        )
    )
    assert books.show(invoice["_id"])["status"] == "payment_processing"
    answer = books.raw("POST", f"/{invoice['_id']}/void", json=books.location)
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "statusCode": 400,
            "message": f"A payment for the invoice (`{payment_id}`) is still in progress. Wait"
            " until the payment provider reports the result.",
        },
    )
    books.done(commands.UpdatePayment(payment_id=payment_id, state=PaymentState.FAILED))
    assert books.void(invoice["_id"])["status"] == "void"


def test_money_taken_off_the_invoice_does_not_count(books: Books) -> None:
    invoice = books.sent()
    invoice_id, payment_id = books.row_id(invoice), new_id()
    books.done(
        commands.ReceivePayment(
            payment_id=payment_id,
            currency="USD",
            amount_minor=99900,
            apply_to={invoice_id: 99900},
        ),
        commands.RemovePayment(payment_id=payment_id, invoice_id=invoice_id),
    )
    voided = books.void(invoice["_id"])
    assert (voided["amountPaid"], voided["amountDue"]) == (0, 999)


def test_a_paid_and_an_overdue_invoice_can_be_voided(books: Books) -> None:
    """An invoice of nothing is paid without money; the other was due long ago."""
    free = books.sent(items=[{"name": "Gift", "currency": "USD", "amount": 0, "qty": 1}])
    late = books.sent(issueDate="2020-01-01", dueDate="2020-01-02")
    assert (free["status"], late["status"]) == ("paid", "sent")
    assert [books.void(one["_id"])["status"] for one in (free, late)] == ["void", "void"]


def test_the_rules_of_the_dialect() -> None:
    (rule,) = [
        rule for rule in HIGHLEVEL.adds[commands.VoidInvoice] if rule.refusal is MoneyReceived
    ]
    assert rule.name == "no_money_kept"
    assert rule.sentence.startswith("All money received for the invoice was sent back.")
