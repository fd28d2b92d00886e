"""The pages of the sign-in at an identity provider, with a provider that runs over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from operators.conftest import Engines, open_engine
from operators.provider import IdentityProvider, running_provider
from operators.staff import Staff
from operators.test_second_factor import switched_on
from polaris.console.app import Offered, build
from polaris.engine import new_id
from polaris.operators.sessions import COOKIE

Browse = Callable[[Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]], httpx.Response]


@pytest.fixture
def identity() -> Iterator[IdentityProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def engines(database_url: str) -> Engines:
    return lambda: open_engine(database_url)


@pytest.fixture
def browse(engines: Engines, identity: IdentityProvider) -> Browse:
    """Run a function with a browser over a console that has the provider."""

    def run(work: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> httpx.Response:
        async def running() -> httpx.Response:
            async with engines() as engine:
                transport = httpx.ASGITransport(
                    app=build(engine, Offered(identity_provider=identity.client))
                )
                url = "http://polaris.test"
                async with httpx.AsyncClient(transport=transport, base_url=url) as browser:
                    return await work(browser)

        return asyncio.run(running())

    return run


async def sign_in(browser: httpx.AsyncClient) -> httpx.Response:
    """Go to the provider and back. Return the answer to the callback."""
    left = await browser.get("/sign-in/provider?next=/account")
    assert left.status_code == 303
    async with httpx.AsyncClient() as there:
        sent_back = await there.get(left.headers["location"])
    callback = urlsplit(sent_back.headers["location"])
    assert callback.netloc == "polaris.test"
    return await browser.get(f"{callback.path}?{callback.query}")


async def sign_in_and_open(browser: httpx.AsyncClient) -> httpx.Response:
    answer = await sign_in(browser)
    # A page that goes on by itself: after a redirect the browser would not send the new cookie.
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/account">' in answer.text
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    return await browser.get("/account")


def test_an_operator_signs_in(browse: Browse, staff: Staff, identity: IdentityProvider) -> None:
    operator = staff.hire()
    identity.email = operator.email.upper()
    page = browse(sign_in_and_open)
    assert page.status_code == 200 and operator.email in page.text
    assert staff.audited(operator)[-1] == ("SignIn", operator.actor, "done")


def test_a_stranger_does_not_become_an_operator(browse: Browse, identity: IdentityProvider) -> None:
    identity.email = f"{new_id()}@example.com"
    refused = browse(sign_in)
    assert refused.status_code == 403 and "belongs to no operator" in refused.text
    assert COOKIE not in refused.headers.get("set-cookie", "")


def test_an_unverified_email_is_refused(
    browse: Browse, staff: Staff, identity: IdentityProvider
) -> None:
    identity.email, identity.verified = staff.hire().email, False
    refused = browse(sign_in)
    assert refused.status_code == 403 and "sign-in at your identity provider" in refused.text


def test_the_second_factor_is_still_asked_for(
    browse: Browse, staff: Staff, identity: IdentityProvider
) -> None:
    operator = staff.hire()
    switched_on(staff, operator)
    identity.email = operator.email
    answer = browse(sign_in)
    assert 'content="0; url=/sign-in/code?next=/account"' in answer.text


def test_an_answer_without_an_attempt_is_refused(browse: Browse) -> None:
    """Otherwise another site could sign its visitors in to somebody else's account."""
    refused = browse(lambda browser: browser.get("/sign-in/provider/callback?code=x&state=y"))
    assert refused.status_code == 403


def test_the_sign_in_page_offers_the_provider(browse: Browse) -> None:
    page = browse(lambda browser: browser.get("/sign-in?next=/account%3Fa=1"))
    assert 'href="/sign-in/provider?next=%2Faccount%3Fa%3D1"' in page.text
