"""The pages for errors that no page shows itself, by the application alone."""

import asyncio
from typing import Any, cast

import httpx
import pytest

from polaris.console import app as console
from polaris.console.pages import sign_in


@pytest.fixture(autouse=True)
def broken_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sign-in page fails."""

    def fail(*_: object, **__: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(sign_in, "render_open", fail)


def answer(**headers: str) -> httpx.Response:
    """Return the answer to a visit of the broken page."""

    async def visit() -> httpx.Response:
        app = console.build(cast(Any, None), console.Offered())
        transport = httpx.ASGITransport(cast(Any, app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/sign-in", headers=headers)

    return asyncio.run(visit())


def test_a_failure_has_an_id_and_the_security_headers() -> None:
    page = answer()
    assert page.status_code == 500
    assert "Polaris failed." in page.text
    assert f"Request id <code>{page.headers['x-request-id']}</code>" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_failure_reaches_the_script_as_a_message() -> None:
    message = answer(**{"hx-request": "true"})
    assert message.status_code == 500
    assert message.headers["x-request-id"] in message.headers["hx-trigger"]
