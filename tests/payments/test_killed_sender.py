"""`kill -9` of a worker while the provider works: the refund is neither lost nor sent twice."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from payments.shop import Shop
from payments.stripe_server import StripeServer
from polaris.core.facts.payment import RefundState
from polaris.core.ledger.chart import CLEARING, UNAPPLIED
from polaris.payments.stripe.provider import StripeProvider

SENDER = Path(__file__).with_name("sender.py")
PATIENCE_SECONDS = 60


@contextmanager
def sender(shop: Shop, scripted: StripeServer) -> Iterator[subprocess.Popen[str]]:
    """Run the program `sender.py` until the end of the block, then kill it."""
    command = [sys.executable, str(SENDER), shop.database.url, shop.tenant_id, scripted.url]
    environment = os.environ | {"PYTHONPATH": str(SENDER.parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        try:
            yield program
        finally:
            program.kill()


def wait_for(scripted: StripeServer, program: subprocess.Popen[str]) -> None:
    """Return when the provider has got a refund."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not scripted.sent:
        assert program.poll() is None, "the program ended before it sent anything"
        assert time.monotonic() < give_up_at, "nothing was sent"
        time.sleep(0.02)


@pytest.mark.parametrize(("step", "made_before"), [("hang", 1), ("hang_first", 0)])
def test_a_worker_is_killed_between_sending_and_recording(
    shop: Shop, scripted: StripeServer, step: str, made_before: int
) -> None:
    """Once after the provider has made the refund, and once before."""
    shop.pays(reference="pi_1")
    shop.voids(refund_minor=500)
    scripted.script = [step]
    with sender(shop, scripted) as program:
        wait_for(scripted, program)
        program.kill()
        program.wait()
    assert len(scripted.refunds) == made_before
    assert shop.refund.state is RefundState.SENT
    assert shop.attempts == [("send", None)]

    provider = StripeProvider("rk_test_1234", scripted.url, timeout_seconds=30)
    shop.waits(minutes=4)
    assert shop.sends(provider) == []  # the killed worker could still be alive
    shop.waits(minutes=1)
    shop.sends(provider)
    found = [("find", "reported")] if made_before else [("find", "missing"), ("send", "reported")]
    assert shop.attempts == [("send", "lost"), *found]
    assert str(shop.refund.state) == "settled"
    assert shop.balances == {CLEARING: 700, UNAPPLIED: -700}
    assert len(scripted.refunds) == 1
    assert set(scripted.sent) == {shop.refund.id}
