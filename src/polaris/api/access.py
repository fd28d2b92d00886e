"""Who is let in: the credential that a request brings, and what its API key may do."""

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
    """The second word of the Authorization header, whatever the first one is; else empty."""
    _, credential, *_ = [*request.headers.get("authorization", "").split(), "", ""]
    return credential


def bearer(request: Request) -> str:
    """The token of `Authorization: Bearer`; empty for any other scheme."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def basic_user(request: Request) -> str:
    """The user name of `Authorization: Basic`; empty for any other scheme, or what is no Base64."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(credential.strip(), validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def whole_key(read: Callable[[Request], str]) -> Authenticate:
    """A scheme in which the whole API key is found at this place of the request."""

    async def authenticate(request: Request, engine: AsyncEngine) -> KnownKey | None:
        return await engine.key(read(request))

    return authenticate


# ---------------------------------------------------------------- who may what


@dataclass(frozen=True, kw_only=True)
class Access(Generic[C]):
    """How a dialect lets callers in, and what it answers to those whom it does not."""

    caller: type[C]
    authenticate: Authenticate
    unknown: Callable[[], Failure]  # no credential, or none that is good
    forbidden: Callable[[KeyScope, str], Failure]  # the key lacks this scope, for this resource
    malformed: Callable[[], Failure]  # the path or the query contains a NUL byte

    def may(self, scope: KeyScope, resource: str) -> Callable[[Request], Awaitable[C]]:
        """A dependency that gives the caller of a route, once its key is known and has the scope.

        It raises the dialect's failures; for whom nothing is known of the tenant, by name.
        """

        async def caller(request: Request) -> C:
            if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                raise self.malformed()
            engine: AsyncEngine = request.app.state.engine
            key = await self.authenticate(request, engine)
            if key is None:
                raise self.unknown()
            if not key.may(scope):
                raise self.forbidden(scope, resource)
            return self.caller(engine, key, keyed_call(request))

        return caller
