"""One browser and one served console for each test process, and pages that may not misbehave."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.browser.watched import Watched
from console.world import PASSWORD, Console, email, served
from polaris.operators.roles import Role
from polaris.store.server.embedded import open_server

MISSING = "There is no Chromium. Run `make browser`, or set POLARIS_TEST_CHROMIUM."

# Without a network of its own: Chromium must not look for updates, and no test may leave the
# machine. A second --disable-features would replace the one of Playwright.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run "
    "--no-default-browser-check --disable-background-networking --disable-component-update "
    "--disable-sync --disable-default-apps --disable-extensions --metrics-recording-only"
).split()
NO_HOSTS = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the operating system.

    It is closed after each file: while Playwright runs, its event loop runs too, and
    no other test could start one.
    """
    program = os.environ.get("POLARIS_TEST_CHROMIUM") or shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[*FLAGS, NO_HOSTS])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def console(session_dir: Path) -> Iterator[Console]:
    """The served console. Tests add invoices of their own to it.

    Its database server is its own: the one of the other tests has too few connections for both.
    """
    data_dir = session_dir / "console"
    with open_server(data_dir, fsync=False), served(data_dir) as console:
        yield console


SignedIn = Callable[[str], Any]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, console: Console) -> SignedIn:
    """Sign an e-mail in on the real page, once. Return the cookies of the browser."""

    @cache
    def state(address: str) -> Any:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{console.url}/sign-in?next=/billing/invoices")
        page.get_by_label("E-mail").fill(address)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("navigation", name="Main")).to_be_attached()
        stored = context.storage_state()
        context.close()
        return stored

    return state


Opened = Callable[..., Watched]


@pytest.fixture(scope="module")
def new_page(browser: Browser, console: Console, signed_in: SignedIn) -> Opened:
    """Open a page in a browser of its own, signed in as a role, an e-mail, or not at all."""

    def new(who: str | Role | None = Role.OPERATOR, **options: Any) -> Watched:
        address = email(who) if isinstance(who, Role) else who
        usual: dict[str, Any] = {
            "base_url": console.url,
            "locale": "en-US",
            "timezone_id": "UTC",
            "reduced_motion": "reduce",
            "viewport": {"width": 1440, "height": 900},
            "storage_state": signed_in(address) if address else None,
        }
        context = browser.new_context(**usual | options)
        context.set_default_timeout(30_000)
        return Watched(context.new_page(), options.get("base_url", console.url))

    return new


@pytest.fixture
def opened(new_page: Opened) -> Iterator[Opened]:
    """Open pages; at the end nothing bad may have happened on any."""
    watches: list[Watched] = []

    def new(*who: Any, **options: Any) -> Watched:
        watches.append(new_page(*who, **options))
        return watches[-1]

    yield new
    for watch in watches:
        watch.page.context.close()
    assert [fault for watch in watches for fault in watch.faults] == []


@pytest.fixture
def watch(opened: Opened) -> Watched:
    """A page of the operator."""
    return opened()


@pytest.fixture
def page(watch: Watched) -> Page:
    """The same page, for tests that expect no failure."""
    return watch.page
