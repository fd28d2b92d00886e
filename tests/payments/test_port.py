"""Waiting payments and refunds are requested from a provider, which answers with commands."""

from collections.abc import Iterator

import pytest

from faults.world import TOTAL_MINOR, check_proofs, customers, done, invoices, opened, tenant
from payments.scripted import SCRIPTED, Scripted, Unreachable
from polaris.core.commands import ReceivePayment, UpdateRefund, VoidInvoice
from polaris.core.facts.payment import PaymentState, RefundState
from polaris.core.fold import Outcome
from polaris.core.ledger.chart import CLEARING, REFUNDS, UNAPPLIED
from polaris.core.refusals import AlreadyInState
from polaris.engine import Engine, new_id, request
from polaris.payments.manual import Manual
from polaris.payments.port import Provider, answers
from polaris.reports.ledger import trial_balance
from polaris.store.read.invoices import WholeInvoice, whole_invoice
from polaris.store.server.database import Database

SUCCEEDED, FAILED = PaymentState.SUCCEEDED, PaymentState.FAILED
PENDING, SETTLED, REFUND_FAILED = RefundState.PENDING, RefundState.SETTLED, RefundState.FAILED


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=2)


class Shop:
    """A tenant with one invoice, and a payment provider."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self.database, self.engine = database, engine
        self.tenant_id = tenant(database)
        [self.invoice_id] = invoices(
            engine, self.tenant_id, customers(engine, self.tenant_id, 1), 1
        )

    def pays(self, state: PaymentState, provider: str = SCRIPTED) -> str:
        """Create a payment by a provider. Return the payment's id."""
        payment_id = new_id()
        paying = ReceivePayment(
            payment_id=payment_id,
            currency="EUR",
            amount_minor=TOTAL_MINOR,
            provider=provider,
            state=state,
            apply_to={self.invoice_id: TOTAL_MINOR},
        )
        done(self.engine, self.tenant_id, [paying])
        return payment_id

    def voids(self, refund_minor: int = 0) -> None:
        """Void the invoice and request a refund."""
        voiding = VoidInvoice(invoice_id=self.invoice_id, refund_minor=refund_minor)
        done(self.engine, self.tenant_id, [voiding])

    def asks(self, provider: Provider) -> list[Outcome]:
        """Do one round of the job: ask the provider, and perform its answers."""
        said = answers(self.database, self.tenant_id, {SCRIPTED: provider})
        return self.engine.perform(self.tenant_id, [request(one, actor=SCRIPTED) for one in said])

    def reports(self, refund_id: str, state: RefundState) -> Outcome:
        """The provider reports a result later."""
        told = request(UpdateRefund(refund_id=refund_id, state=state), actor=SCRIPTED)
        return self.engine.perform(self.tenant_id, [told])[0]

    @property
    def invoice(self) -> WholeInvoice:
        with self.database.connect() as connection:
            whole = whole_invoice(connection, self.tenant_id, self.invoice_id)
        assert whole is not None
        return whole

    @property
    def balances(self) -> dict[str, int]:
        """Check the proofs, and return the balance of each account that is not zero."""
        check_proofs(self.database, self.tenant_id)
        with self.database.connect() as connection:
            rows = trial_balance(connection, self.tenant_id)
        return {row.account: row.balance_minor for row in rows if row.balance_minor}


@pytest.fixture
def shop(database: Database, engine: Engine) -> Shop:
    return Shop(database, engine)


def test_a_refund_is_sent_and_settled(shop: Shop) -> None:
    shop.pays(SUCCEEDED)
    shop.voids(refund_minor=TOTAL_MINOR)
    assert shop.balances == {CLEARING: TOTAL_MINOR, REFUNDS: -TOTAL_MINOR}
    provider = Scripted(refunds=[PENDING, SETTLED])
    assert all(outcome.done for outcome in shop.asks(provider))
    [refund] = shop.invoice.refunds
    assert (refund.state, refund.reference) == (SETTLED, f"re_{refund.id}")
    assert shop.balances == {}


def test_what_was_asked_is_not_asked_again(shop: Shop) -> None:
    """Its state says that the provider has it; a second round finds nothing to do."""
    shop.pays(SUCCEEDED)
    shop.voids(refund_minor=500)
    provider = Scripted(refunds=[PENDING])
    shop.asks(provider)
    assert shop.asks(provider) == []
    assert len(provider.asked) == 1


def test_a_refund_that_fails_is_still_owed(shop: Shop) -> None:
    shop.pays(SUCCEEDED)
    shop.voids(refund_minor=500)
    shop.asks(Scripted(refunds=[REFUND_FAILED]))
    assert [refund.state for refund in shop.invoice.refunds] == [REFUND_FAILED]
    assert shop.balances == {CLEARING: TOTAL_MINOR, REFUNDS: -500, UNAPPLIED: -700}


def test_a_refund_that_fails_after_it_settled_is_owed_again(shop: Shop) -> None:
    """Days later the bank sends the money back."""
    shop.pays(SUCCEEDED)
    shop.voids(refund_minor=500)
    shop.asks(Scripted(refunds=[SETTLED]))
    assert shop.balances == {CLEARING: 700, UNAPPLIED: -700}
    [refund] = shop.invoice.refunds
    assert shop.reports(refund.id, REFUND_FAILED).done
    assert shop.balances == {CLEARING: TOTAL_MINOR, REFUNDS: -500, UNAPPLIED: -700}
    assert shop.reports(refund.id, SETTLED).done
    assert shop.balances == {CLEARING: 700, UNAPPLIED: -700}


def test_an_answer_that_comes_twice_counts_once(shop: Shop) -> None:
    """Providers repeat themselves; money goes out of the books once."""
    shop.pays(SUCCEEDED)
    shop.voids(refund_minor=500)
    first, second = shop.asks(Scripted(refunds=[SETTLED, SETTLED]))
    assert first.done
    assert [type(refusal) for refusal in second.refusals] == [AlreadyInState]
    assert second.refusals[0].nothing_to_do
    assert shop.balances == {CLEARING: 700, UNAPPLIED: -700}


def test_a_provider_that_cannot_be_reached_is_asked_again(shop: Shop) -> None:
    shop.pays(SUCCEEDED)
    shop.voids(refund_minor=500)
    assert shop.asks(Unreachable()) == []
    assert [outcome.done for outcome in shop.asks(Scripted(refunds=[SETTLED]))] == [True]
    assert shop.balances == {CLEARING: 700, UNAPPLIED: -700}


def test_a_payment_is_collected(shop: Shop) -> None:
    payment_id = shop.pays(PaymentState.IN_PROGRESS)
    assert shop.balances.keys().isdisjoint({CLEARING, UNAPPLIED})
    provider = Scripted(payments=[SUCCEEDED])
    assert [outcome.done for outcome in shop.asks(provider)] == [True]
    assert shop.asks(provider) == []
    assert provider.asked == [("collect", payment_id)]
    assert shop.invoice.invoice.outstanding_minor == 0
    assert shop.balances[CLEARING] == TOTAL_MINOR


def test_a_payment_of_a_voided_invoice_is_cancelled(shop: Shop) -> None:
    payment_id = shop.pays(PaymentState.IN_PROGRESS)
    shop.asks(Scripted(payments=[PaymentState.NEEDS_ATTENTION]))
    shop.voids()
    provider = Scripted(payments=[FAILED])
    assert [outcome.done for outcome in shop.asks(provider)] == [True]
    assert provider.asked == [("cancel", payment_id)]
    assert shop.asks(provider) == []
    assert shop.balances == {}


def test_money_that_comes_although_it_was_cancelled_is_held(shop: Shop) -> None:
    """The payment could not be stopped: the money is held for a refund or a credit note."""
    payment_id = shop.pays(PaymentState.IN_PROGRESS)
    shop.voids()
    provider = Scripted(payments=[SUCCEEDED])
    shop.asks(provider)
    assert provider.asked == [("cancel", payment_id)]
    assert shop.balances == {CLEARING: TOTAL_MINOR, UNAPPLIED: -TOTAL_MINOR}
    assert [row.held_minor for row in shop.invoice.settlements] == [TOTAL_MINOR]


def test_nobody_is_asked_about_money_that_people_move(shop: Shop) -> None:
    """A transfer is sent back by hand, and reported."""
    shop.pays(SUCCEEDED, provider="manual")
    shop.voids(refund_minor=500)
    assert answers(shop.database, shop.tenant_id, {SCRIPTED: Scripted(refunds=[SETTLED])}) == []
    assert answers(shop.database, shop.tenant_id, {"manual": Manual()}) == []
    [refund] = shop.invoice.refunds
    assert shop.reports(refund.id, SETTLED).done
    assert shop.balances == {"CASH": 700, UNAPPLIED: -700}
