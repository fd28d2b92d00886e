"""Files: an authenticated caller gets a signed link, and anybody with the link gets the file.

The route is at the root of the server and belongs to no dialect. It answers errors as JSON:
`{"error": code, "message": sentence}`.
"""

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from polaris.api.answers import UNAVAILABLE
from polaris.api.caller import Caller
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.documents import Document, pdf
from polaris.engine import now
from polaris.serving.async_engine import AsyncEngine

KEY_KIND = "files"
"""The kind of the tenant's signing key for links."""
LINK_SECONDS = 24 * 60 * 60
PATH = "/files"

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOKEN = re.compile(
    rf"(?P<kind>[a-z_]+)\.(?P<tenant_id>{_ID})\.(?P<row_id>{_ID})"
    r"\.(?P<until>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})"
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class FileKind(NamedTuple):
    """How to read the facts for one kind of file, and how to compose its document.

    The datetime that `document_of` returns is when the document last changed.
    """

    scope_of: Callable[[str], Scope]
    document_of: Callable[[View, str], tuple[Document, datetime]]  # raises Refusal if none exists


FileKinds = Mapping[str, FileKind]
"""Each kind by its name in a link, like `invoice`: lowercase letters and underscores."""


class NoSuchFile(Exception):
    """The link is invalid or has expired, or its file does not exist."""


# ---------------------------------------------------------------- links


class Link(NamedTuple):
    """The file that a link leads to, and when it expires, in seconds since 1970 UTC."""

    kind: str
    tenant_id: str
    row_id: str
    until: int

    def token(self, key: str) -> str:
        """Return the link as text, signed with the tenant's key."""
        return f"{self._text}.{self._signature(key)}"

    def signed(self, signature: str, key: str) -> bool:
        """True if the signature of this link was made with this key."""
        return hmac.compare_digest(signature, self._signature(key))

    @property
    def _text(self) -> str:
        return ".".join(map(str, self))

    def _signature(self, key: str) -> str:
        return hmac.digest(key.encode(), self._text.encode(), "sha256").hex()


async def link(caller: Caller, request: Request, kind: str, row_id: str) -> str:
    """Return the URL of the file. It needs no credential and is valid for 24 hours."""
    key = await caller.engine.signing_key(caller.tenant_id, KEY_KIND, secrets.token_hex)
    token = Link(kind, caller.tenant_id, row_id, int(time.time()) + LINK_SECONDS).token(key)
    root = str(request.base_url).rstrip("/")  # of the server, not of the dialect
    return f"{root}{PATH}/{token}"


async def open_link(engine: AsyncEngine, token: str) -> Link:
    """Return the link in a token. Raises NoSuchFile if the token is invalid or has expired."""
    read = _TOKEN.fullmatch(token)
    if read is None:
        raise NoSuchFile
    found = Link(read["kind"], read["tenant_id"], read["row_id"], int(read["until"]))
    key = await engine.signing_key(found.tenant_id, KEY_KIND, no_key)
    if not found.signed(read["signature"], key) or found.until <= time.time():
        raise NoSuchFile
    return found


def no_key() -> str:
    """Raise NoSuchFile.

    A tenant without a key has never signed a link, and a request without a credential must not
    create a key.
    """
    raise NoSuchFile


# ---------------------------------------------------------------- the route


def route(kinds: FileKinds) -> Route:
    """Return the route of all files, for the root application. It uses `app.state.engine`."""

    async def file(request: Request) -> Response:
        engine: AsyncEngine = request.app.state.engine
        try:
            return await file_response(engine, kinds, request.path_params["token"])
        except (NoSuchFile, Refusal):
            return error_response(404, "not_found", NoSuchFile.__doc__)
        except UNAVAILABLE:
            message = "The database is not available. Try again later."
            return error_response(503, "unavailable", message)

    return Route(f"{PATH}/{{token:path}}", file, methods=["GET"], name="file")


async def file_response(engine: AsyncEngine, kinds: FileKinds, token: str) -> Response:
    """Return the file of a token, made from the current facts. Raises NoSuchFile, Refusal."""
    found = await open_link(engine, token)
    if found.kind not in kinds:
        raise NoSuchFile
    return await pdf_response(engine, kinds[found.kind], found.tenant_id, found.row_id)


async def pdf_response(
    engine: AsyncEngine, kind: FileKind, tenant_id: str, row_id: str
) -> Response:
    """Return the file of a row, made from the current facts. Raises Refusal if it has none."""
    facts = await engine.facts(tenant_id, kind.scope_of(row_id))
    document, at = kind.document_of(View(facts, now()), row_id)
    content = await asyncio.to_thread(pdf, document, at)
    name = _NOT_IN_NAMES.sub("-", document.number or document.title.lower())
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-cache",  # the document can be voided later
            "X-Content-Type-Options": "nosniff",
        },
    )


def error_response(status: int, code: str, message: str | None) -> Response:
    """Return an error as JSON."""
    return JSONResponse({"error": code, "message": message}, status)
