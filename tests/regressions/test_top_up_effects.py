"""The effects of a request on a top-up name its wallet, which was not loaded with it."""

from faults.world import customers, done, opened, tenant
from polaris.core import commands as ask
from polaris.engine import Engine, new_id, request


def test_a_void_of_a_top_up_can_be_previewed(database_url: str) -> None:
    """It was refused with `not_found`, also when it was performed with an expected outcome."""
    with opened(database_url) as database:
        engine = Engine(database, connections=1)
        tenant_id = tenant(database)
        (customer_id,) = customers(engine, tenant_id, 1)
        wallet_id, invoice_id = new_id(), new_id()
        done(
            engine,
            tenant_id,
            [
                ask.OpenWallet(
                    wallet_id=wallet_id, customer_id=customer_id, currency="EUR", name="Main"
                ),
                ask.BuyCredits(invoice_id=invoice_id, wallet_id=wallet_id, amount_minor=1000),
                ask.ReceivePayment(
                    payment_id=new_id(),
                    currency="EUR",
                    amount_minor=1000,
                    apply_to={invoice_id: 1000},
                ),
            ],
        )
        void = ask.VoidInvoice(invoice_id=invoice_id, refund_minor=750)
        (preview,) = engine.preview(tenant_id, [request(void)])
        assert preview.outcome.refusals == ()
        assert preview.effects is not None
        (taken,) = preview.effects.wallets
        assert (taken.wallet, taken.amount_minor, taken.currency) == ("Main", -750, "EUR")
        (outcome,) = engine.perform(tenant_id, [request(void, expect=preview.fingerprint)])
        assert outcome.done
