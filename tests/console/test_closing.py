"""The page of the periods says which earlier changes may still add entries to a closed period."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from faults.world import customers, drafts
from operators.staff import Staff
from polaris.console.app import Offered, build
from polaris.core.commands import FinalizeInvoice
from polaris.engine import Engine, now
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE
from polaris.operators.tokens import csrf_token
from serving.async_engines import async_engine_over, open_set

CLOSE = "/ledger/periods/close"
STILL_RUNS = "1 earlier change of this tenant still runs"


def test_a_repeated_closing_says_what_still_runs(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first closing is done; the second is refused, because nothing is left to close."""
    monkeypatch.setattr("polaris.serving.async_engine.CLOSING_PATIENCE_SECONDS", 0.2)
    database, mine = staff.database, staff.tenant_id
    engine, token = Engine(database), staff.token(staff.hire(Role.ADMIN))
    yesterday = now().date() - timedelta(days=1)
    form = {"csrf": csrf_token(token, mine), "through": str(yesterday)}
    [draft_id] = drafts(engine, mine, customers(engine, mine, 1), 1)

    async def closed_twice() -> list[httpx.Response]:
        async with async_engine_over(database) as served:
            transport = httpx.ASGITransport(build(served, Offered()))
            cookie = {"cookie": f"{COOKIE}={token}"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://console", headers=cookie
            ) as client:
                first = await client.post(CLOSE, data=form)
                shown = await client.get(first.headers["location"])
                return [first, shown, await client.post(CLOSE, data=form)]

    with open_set(database, mine, FinalizeInvoice(invoice_id=draft_id, issue_date=yesterday)):
        first, shown, second = asyncio.run(closed_twice())
    assert first.status_code == 303
    assert STILL_RUNS in shown.text
    assert second.status_code == 422
    assert "already closed through this day" in second.text
    assert STILL_RUNS in second.text
