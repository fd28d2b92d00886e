"""Waiting payments are requested from a provider, which answers with commands."""

from faults.world import TOTAL_MINOR
from payments.scripted import SCRIPTED, Scripted, Unreachable
from payments.shop import Shop
from polaris.core.facts.payment import PaymentState
from polaris.core.facts.task import TaskKind
from polaris.core.fold import Outcome
from polaris.core.ledger.chart import CLEARING, UNAPPLIED
from polaris.payments.pending import send_payments

SUCCEEDED, FAILED = PaymentState.SUCCEEDED, PaymentState.FAILED


def asks(shop: Shop, provider: Scripted) -> list[Outcome]:
    """Do one round of the job."""
    return send_payments(shop.database, shop.engine, shop.tenant_id, {SCRIPTED: provider})


def test_a_payment_is_collected(shop: Shop) -> None:
    payment_id = shop.pays(PaymentState.IN_PROGRESS, SCRIPTED)
    assert shop.balances.keys().isdisjoint({CLEARING, UNAPPLIED})
    provider = Scripted(payments=[SUCCEEDED])
    assert [outcome.done for outcome in asks(shop, provider)] == [True]
    assert asks(shop, provider) == []
    assert provider.asked == [("collect", payment_id)]
    assert shop.invoice.invoice.outstanding_minor == 0
    assert shop.balances[CLEARING] == TOTAL_MINOR


def test_a_provider_that_cannot_be_reached_is_asked_again(shop: Shop) -> None:
    shop.pays(PaymentState.IN_PROGRESS, SCRIPTED)
    assert asks(shop, Unreachable()) == []
    assert [outcome.done for outcome in asks(shop, Scripted(payments=[SUCCEEDED]))] == [True]


def test_a_payment_of_a_voided_invoice_is_cancelled(shop: Shop) -> None:
    payment_id = shop.pays(PaymentState.IN_PROGRESS, SCRIPTED)
    asks(shop, Scripted(payments=[PaymentState.NEEDS_ATTENTION]))
    shop.voids()
    provider = Scripted(payments=[FAILED])
    assert [outcome.done for outcome in asks(shop, provider)] == [True]
    assert provider.asked == [("cancel", payment_id)]
    assert asks(shop, provider) == []
    assert shop.balances == {}


def test_money_that_comes_although_it_was_cancelled_is_held(shop: Shop) -> None:
    """The payment could not be stopped: the money is held, and a person is told."""
    payment_id = shop.pays(PaymentState.IN_PROGRESS, SCRIPTED)
    shop.voids()
    provider = Scripted(payments=[SUCCEEDED])
    asks(shop, provider)
    assert provider.asked == [("cancel", payment_id)]
    assert shop.balances == {CLEARING: TOTAL_MINOR, UNAPPLIED: -TOTAL_MINOR}
    assert [row.held_minor for row in shop.invoice.settlements] == [TOTAL_MINOR]
    [task] = shop.tasks
    assert (task.kind, task.amount_minor, task.currency) == (TaskKind.MONEY_HELD, 1200, "EUR")
    assert (task.subject_id, task.invoice_id) == (payment_id, shop.invoice_id)
