"""Random answers, and news that is late or repeated: each refund is made once at most."""

from random import Random

import pytest

from faults.world import done
from payments.shop import STRIPE, Shop
from payments.stripe_server import StripeServer
from payments.test_news import Told
from polaris.core.commands import RequestRefund
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id
from polaris.payments.refunds import send_refunds
from polaris.payments.stripe.provider import StripeProvider
from polaris.store.read.keyset import Window
from polaris.store.read.refunds import FoundRefund, RefundSearch, refunds

STEPS = ("succeeded", "pending", "failed", "cut", "500", "503", "429", "401")
REFUNDS = 12


def requested(shop: Shop) -> list[str]:
    """Request refunds of 10 minor units each out of one payment. Return their ids."""
    payment_id = shop.pays(reference="pi_1", amount_minor=5000)
    ids = [new_id() for _ in range(REFUNDS)]
    done(
        shop.engine,
        shop.tenant_id,
        [RequestRefund(refund_id=x, payment_id=payment_id, amount_minor=10) for x in ids],
    )
    return ids


def stored(shop: Shop) -> dict[str, FoundRefund]:
    """Return the refunds of the shop by id."""
    with shop.database.connect() as connection:
        page = refunds(connection, shop.tenant_id, RefundSearch(), Window(limit=100))
    return {row.id: row for row in page.rows}


def round_of(shop: Shop, provider: StripeProvider) -> int:
    """Do one round of the job, seven hours later. Return the number of calls."""
    shop.waits(hours=7)
    return len(
        send_refunds(
            shop.database, shop.engine, shop.tenant_id, {STRIPE: provider}, lambda: shop.at
        )
    )


@pytest.mark.parametrize("seed", range(6))
def test_each_refund_is_made_once_at_most_and_the_books_agree(
    shop: Shop, scripted: StripeServer, seed: int
) -> None:
    random, tell = Random(seed), Told(shop)
    provider = StripeProvider("rk_test_1234", scripted.url, timeout_seconds=5)
    ids = requested(shop)
    for _ in range(3):
        scripted.script = random.choices(STEPS, k=2 * REFUNDS)
        round_of(shop, provider)
        for made in random.sample(sorted(scripted.refunds), k=len(scripted.refunds) // 2):
            about = scripted.refunds[made]
            tell("refund.updated", about | {"status": "pending"})
            if about["status"] == "pending" and random.random() < 0.5:
                about["status"] = random.choice(("succeeded", "failed"))
            tell("refund.updated", about)
    scripted.script = []
    for about in scripted.refunds.values():
        about["status"] = about["status"].replace("pending", "succeeded")
    while round_of(shop, provider):
        pass

    named = [about["metadata"]["polaris_refund_id"] for about in scripted.refunds.values()]
    assert len(set(named)) == len(named)
    assert set(scripted.sent) <= set(ids)
    status = {
        about["metadata"]["polaris_refund_id"]: about["status"]
        for about in scripted.refunds.values()
    }
    books = {row_id: row.state for row_id, row in stored(shop).items()}
    means = {"succeeded": RefundState.SETTLED, "failed": RefundState.FAILED}
    assert books == {row_id: means[status[row_id]] for row_id in ids}
    settled = sum(10 for state in books.values() if state is RefundState.SETTLED)
    assert shop.balances["PAYMENT_PROCESSOR_CLEARING"] == 5000 - settled
