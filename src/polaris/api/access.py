"""Authentication and authorization: the credential of a request, and what its API key may do."""

from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import Request

from polaris.api.answers import Failure
from polaris.api.caller import Caller
from polaris.api.idempotency import Authenticate, keyed_call
from polaris.keys import KeyScope, KnownKey
from polaris.serving.async_engine import AsyncEngine

C = TypeVar("C", bound=Caller)


# ---------------------------------------------------------------- schemes


def second_word(request: Request) -> str:
    """Return the second word of the Authorization header, for any scheme; else an empty text."""
    _, credential, *_ = [*request.headers.get("authorization", "").split(), "", ""]
    return credential


def bearer(request: Request) -> str:
    """Return the token of `Authorization: Bearer`; an empty text for any other scheme."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def basic_user(request: Request) -> str:
    """Return the user name of `Authorization: Basic`.

    Return an empty text for any other scheme, and for text that is not valid Base64.
    """
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(credential.strip(), validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def whole_key(read: Callable[[Request], str]) -> Authenticate:
    """Return an authentication scheme in which `read` finds the whole API key in the request."""

    async def authenticate(request: Request, engine: AsyncEngine) -> KnownKey | None:
        return await engine.key(read(request))

    return authenticate


# ---------------------------------------------------------------- permissions


@dataclass(frozen=True, kw_only=True)
class Access(Generic[C]):
    """How a dialect authenticates callers, and what it answers when it rejects a request."""

    caller: type[C]
    authenticate: Authenticate
    unknown: Callable[[], Failure]  # the request has no valid credential
    forbidden: Callable[[KeyScope, str], Failure]  # the key lacks this scope for this resource
    malformed: Callable[[], Failure]  # the path or the query contains a NUL byte

    def may(self, scope: KeyScope, resource: str) -> Callable[[Request], Awaitable[C]]:
        """Return a FastAPI dependency that returns the caller if its key has the scope.

        The dependency raises the dialect's Failure. `resource` is its name in that answer.
        """

        async def caller(request: Request) -> C:
            if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                raise self.malformed()
            engine: AsyncEngine = request.app.state.engine
            principal = await self.authenticate(request, engine)
            if principal is None:
                raise self.unknown()
            if not principal.may(scope):
                raise self.forbidden(scope, resource)
            return self.caller(engine, principal, keyed_call(request))

        return caller
