"""An administrator adds an endpoint, voids an invoice, sees it arrive, and sends it again."""

import re
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks.webhooks import Webhook as Verifier

from cli.terminal import ENVIRONMENT, POLARIS
from console.browser.checks import complaints
from console.browser.conftest import Opened
from console.browser.deeds import confirm_button, expect_receipt, open_dialog, open_invoice, panel
from console.world import Console
from delivery.receivers import Receiver
from polaris.operators.roles import Role

PATIENCE_MS, STEP_MS = 60_000, 200


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def worker(console: Console) -> Iterator[None]:
    """`polaris worker` beside the server. It also sends to addresses of this machine."""
    private = {"POLARIS_WEBHOOKS_ALLOW_PRIVATE": "true"}
    program = subprocess.Popen(
        [str(POLARIS), "worker", "--data-dir", str(console.data_dir)], env=ENVIRONMENT | private
    )
    yield
    program.terminate()
    program.wait()


def wait(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds that the worker does."""
    for _ in range(PATIENCE_MS // STEP_MS):
        if holds():
            return
        page.wait_for_timeout(STEP_MS)
    raise AssertionError("it has not happened")


def add_endpoint(page: Page, url: str) -> str:
    """Add an endpoint for voided invoices. Return its secret."""
    page.goto("/developers/webhooks")
    page.get_by_role("link", name="Add endpoint").first.click()
    page.get_by_label("URL").fill(url)
    expect(page.get_by_label("invoice.voided")).to_be_hidden()
    page.get_by_label("Only these types").check()
    page.get_by_label("invoice.voided").check()
    page.get_by_role("button", name="Add endpoint").click()
    shown = page.get_by_role("status").filter(has_text="Copy the secret now.")
    secret = re.search(r"whsec_\S+", shown.inner_text())
    assert secret
    return secret[0]


def test_a_void_arrives_and_is_sent_again_from_the_invoice(
    opened: Opened, console: Console, worker: None, receiver: Receiver
) -> None:
    page, bill = opened(Role.ADMIN).page, console.tenant.issued()
    secret = add_endpoint(page, receiver.url())
    assert "\n".join(complaints(page)) == ""

    open_invoice(page, bill)
    open_dialog(page, "Void invoice")
    confirm_button(page).click()
    expect_receipt(page, "The invoice is voided.")
    wait(page, lambda: len(receiver.received) == 1)
    [received] = receiver.received
    payload = Verifier(secret).verify(received.body, received.headers)
    assert payload["data"]["invoice_id"] == bill.id

    def delivered(attempts: str) -> bool:
        page.goto(f"/billing/invoices?open={bill.id}&show=webhooks")
        return attempts in panel(page).inner_text()

    wait(page, lambda: delivered("1 attempt"))
    expect(panel(page).get_by_role("region", name="Webhooks")).to_contain_text("Delivered")
    assert "\n".join(complaints(page)) == ""
    panel(page).get_by_role("button", name="Send invoice.voided again").click()
    wait(page, lambda: len(receiver.received) == 2)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body

    wait(page, lambda: delivered("2 attempts"))
    panel(page).get_by_role("link", name="Payload and attempts of invoice.voided").click()
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=1)).to_have_text("invoice.voided")
    expect(main.get_by_role("listitem").filter(has_text="Attempt 2")).to_contain_text("200 OK")
    expect(main.get_by_role("region", name="The body")).to_contain_text(bill.id)
    expect(main).to_contain_text(second.headers["webhook-signature"])
    assert "\n".join(complaints(page)) == ""
