"""A signed link is valid for one file until it expires. Opening it makes the file."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from api.seed import Call, send_request
from documents.paper import described
from polaris.api.file_links import LINK_SECONDS, FileKind, Link, NoSuchFile, link, no_key, route
from polaris.core.decision import Facts
from polaris.core.facts.tenant import Books, Settings, Tenant
from polaris.core.refusals import NotFound
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.documents import Document
from polaris.engine import now
from polaris.keys import KnownKey

TENANT, ROW, OTHER = (f"0198c0de-0000-7000-8000-00000000000{one}" for one in range(3))
AT = datetime(2024, 1, 1, tzinfo=UTC)
OWNER = Tenant(
    id=TENANT, name="T", currency="EUR", timezone="UTC", settings=Settings(), created_at=AT
)


class Engine:
    """An engine with the signing key of one tenant and without facts."""

    away: Exception | None = None

    async def signing_key(self, tenant_id: str, kind: str, make: Any) -> str:
        return "secret" if (tenant_id, kind) == (TENANT, "files") else str(make())

    async def facts(self, tenant_id: str, scope: Scope) -> Facts:
        if self.away:
            raise self.away
        return Facts(OWNER, Books(id=TENANT))


def document_of(_: View, row_id: str) -> tuple[Document, datetime]:
    if row_id != ROW:
        raise NotFound(field="row_id")
    return described("Goodwill"), AT


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def app(engine: Engine) -> Starlette:
    kind = FileKind(lambda row_id: Scope(invoices={row_id}), document_of)
    app = Starlette(routes=[route({"paper": kind})])
    app.state.engine = engine
    return app


GOOD = Link("paper", TENANT, ROW, int(time.time()) + 3600)


def test_a_link_leads_to_the_file(app: Starlette) -> None:
    answer = send_request(app, "GET", f"/files/{GOOD.token('secret')}", key=None)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["cache-control"] == "private, no-cache"


TOKEN = GOOD.token("secret")
SIGNATURE = TOKEN.rpartition(".")[2]


def with_signature(link: Link) -> str:
    return ".".join([*map(str, link), SIGNATURE])


@pytest.mark.parametrize(
    "token",
    [
        GOOD.token("other"),
        with_signature(GOOD._replace(kind="other")),
        with_signature(GOOD._replace(row_id=OTHER)),
        with_signature(GOOD._replace(tenant_id=OTHER)),
        with_signature(GOOD._replace(until=GOOD.until + 1)),
        GOOD._replace(until=1).token("secret"),
        GOOD._replace(kind="other").token("secret"),
        GOOD._replace(row_id=OTHER).token("secret"),
        f"{TOKEN}0",
        f"{TOKEN}/",
        "",
        "x",
    ],
)
def test_what_leads_nowhere(app: Starlette, token: str) -> None:
    """All invalid links get 404: forged, expired, of an unknown kind, or without a row."""
    answer = send_request(app, "GET", f"/files/{token}", key=None)
    assert answer.status_code == 404
    assert answer.json() == {"error": "not_found", "message": NoSuchFile.__doc__}


def test_while_the_database_is_away(app: Starlette, engine: Engine) -> None:
    engine.away = psycopg.OperationalError()
    answer = send_request(app, "GET", f"/files/{TOKEN}", key=None)
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


async def address(engine: Any, root_path: str) -> str:
    known = KnownKey("k", TENANT, "k", "k", "", (), now())
    scope = {
        "type": "http",
        "scheme": "http",
        "server": ("seed", 80),
        "path": "/api/v9/things",
        "app_root_path": root_path,
        "root_path": f"{root_path}/api/v9",
        "headers": [],
    }
    return await link(Call(engine, known), Request(scope), "paper", ROW)


@pytest.mark.parametrize(
    ("root_path", "begins"),
    [("", "http://seed/files/paper."), ("/behind", "http://seed/behind/files/paper.")],
)
def test_a_link_is_at_the_root_of_the_server(engine: Engine, root_path: str, begins: str) -> None:
    """The link does not contain the dialect's mount path, but keeps the prefix of a proxy."""
    found = asyncio.run(address(engine, root_path))
    assert found.startswith(begins)
    *_, until, _signature = found.split(".")
    assert int(until) == pytest.approx(time.time() + LINK_SECONDS, abs=30)


def test_no_stranger_makes_a_key() -> None:
    with pytest.raises(NoSuchFile):
        no_key()
