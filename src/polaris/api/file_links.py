"""Files: a signed link for who has a credential, and the file for whoever has the link.

The route stands at the root of the server and belongs to no dialect. It answers errors in plain
JSON of its own: `{"error": code, "message": sentence}`.
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
"""The kind of a tenant's signing key that its links are signed with."""
LINK_SECONDS = 24 * 60 * 60
PATH = "/files"

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOKEN = re.compile(
    rf"(?P<kind>[a-z_]+)\.(?P<tenant_id>{_ID})\.(?P<row_id>{_ID})"
    r"\.(?P<until>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})"
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class FileKind(NamedTuple):
    """What to read for one kind of file, and the document with the time since it is so."""

    scope_of: Callable[[str], Scope]
    document_of: Callable[[View, str], tuple[Document, datetime]]  # raises Refusal: there is none


FileKinds = Mapping[str, FileKind]
"""By the kind's name in a link, as `invoice`: lowercase letters and underscores."""


class NoSuchFile(Exception):
    """The link is forged or expired, or what it leads to is not there."""


# ---------------------------------------------------------------- links


class Link(NamedTuple):
    """What a link leads to, and until when: seconds since 1970."""

    kind: str
    tenant_id: str
    row_id: str
    until: int

    def token(self, key: str) -> str:
        """The link as text, signed with the tenant's key."""
        return f"{self._text}.{self._signature(key)}"

    def signed(self, signature: str, key: str) -> bool:
        """True if whoever has the key signed exactly this link."""
        return hmac.compare_digest(signature, self._signature(key))

    @property
    def _text(self) -> str:
        return ".".join(map(str, self))

    def _signature(self, key: str) -> str:
        return hmac.digest(key.encode(), self._text.encode(), "sha256").hex()


async def link(caller: Caller, request: Request, kind: str, row_id: str) -> str:
    """The address where anybody who has it finds the file, for a day."""
    key = await caller.engine.signing_key(caller.tenant_id, KEY_KIND, secrets.token_hex)
    token = Link(kind, caller.tenant_id, row_id, int(time.time()) + LINK_SECONDS).token(key)
    root = str(request.base_url).rstrip("/")  # of the server, not of the dialect
    return f"{root}{PATH}/{token}"


async def opened(engine: AsyncEngine, token: str) -> Link:
    """What a token leads to. Raises NoSuchFile: it is forged or expired, or no token at all."""
    read = _TOKEN.fullmatch(token)
    if read is None:
        raise NoSuchFile
    found = Link(read["kind"], read["tenant_id"], read["row_id"], int(read["until"]))
    key = await engine.signing_key(found.tenant_id, KEY_KIND, no_key)
    if not found.signed(read["signature"], key) or found.until <= time.time():
        raise NoSuchFile
    return found


def no_key() -> str:
    """Raise NoSuchFile: a tenant without a key has signed nothing, and a stranger makes it none."""
    raise NoSuchFile


# ---------------------------------------------------------------- the route


def route(kinds: FileKinds) -> Route:
    """The route of all files, for the root application; it finds the engine in its state."""

    async def file(request: Request) -> Response:
        engine: AsyncEngine = request.app.state.engine
        try:
            return await sent(engine, kinds, request.path_params["token"])
        except (NoSuchFile, Refusal):
            return failed(404, "not_found", NoSuchFile.__doc__)
        except UNAVAILABLE:
            return failed(503, "unavailable", "The database is away; try again later.")

    return Route(f"{PATH}/{{token:path}}", file, methods=["GET"], name="file")


async def sent(engine: AsyncEngine, kinds: FileKinds, token: str) -> Response:
    """The file that a token leads to, as it is today. Raises NoSuchFile, Refusal."""
    found = await opened(engine, token)
    if found.kind not in kinds:
        raise NoSuchFile
    kind = kinds[found.kind]
    facts = await engine.facts(found.tenant_id, kind.scope_of(found.row_id))
    document, at = kind.document_of(View(facts, now()), found.row_id)
    content = await asyncio.to_thread(pdf, document, at)
    name = _NOT_IN_NAMES.sub("-", document.number or found.kind)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-cache",  # it may be void tomorrow
            "X-Content-Type-Options": "nosniff",
        },
    )


def failed(status: int, code: str, message: str | None) -> Response:
    """An error in plain JSON."""
    return JSONResponse({"error": code, "message": message}, status)
