"""The idempotency header: a request that is repeated with the same key is done only once.

A request first claims its key with a fingerprint of its content. A claim blocks no other request,
so a crash leaves nothing to clean up: a repeated request continues the work. Each command gets a
key derived from the request's key, by which the engine recognises commands that are already done.
The answer is stored, and later requests with the key get it byte for byte.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

import structlog
from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polaris.api.answers import UNAVAILABLE, Replies
from polaris.api.principal import Principal
from polaris.core import refusals
from polaris.core.commands import Command
from polaris.core.commands.text import UNSTORABLE
from polaris.core.fold import Outcome
from polaris.core.lifecycle import TRANSITIONS
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.serving.async_engine import AsyncEngine
from polaris.store.idempotency_keys import (
    Claim,
    KeptAnswer,
    any_performed,
    claim,
    find,
    keep_answer,
)

Authenticate = Callable[[Request, AsyncEngine], Awaitable[Principal | None]]
"""Return the principal of a request, or None if the request has no valid credential."""

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT = timedelta(days=30)
"""How long at least the answer to a key is kept after the call. No dialect promises longer."""
LONGEST_KEY = 255
"""Characters of a key; the derived keys of its commands must fit the engine's limit."""
TWIN_PATIENCE = timedelta(seconds=10)
"""How long after a claim to wait for the answer of a twin: a concurrent request with the same key
that has already done the work."""
TWIN_PAUSE_SECONDS = 0.02

_KEYED = "polaris.keyed"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Idempotency:
    """The header names that a dialect declares: for the key, and to mark a repeated answer."""

    header: str
    replay_header: str
    replay_value: str = "true"


class KeyedCall:
    """A request with an idempotency key: it derives the command keys and the ids of new rows.

    Both are derived from the tenant, the key and their order, so a repeated request gets the same.
    """

    def __init__(self, tenant_id: str, key: str, claimed: Claim) -> None:
        self.tenant_id, self.key = tenant_id, key
        self.fingerprint, self.claimed_at = claimed.fingerprint, claimed.claimed_at
        self.first = claimed.first
        self.let_in = False  # True once the credential, the scope and the role are accepted
        self.performed = False  # True once commands were performed, done or refused
        self.ended = True  # False once a closing of the books did not wait to its end
        self.secret = False  # True if the answer has a secret, which is not stored
        self.replayed = False  # True once a command or row turns out to be done before
        self._commands: Counter[str] = Counter()
        self._ids = 0

    def command_key(self, command: Command) -> str:
        """Return the engine's key for the next command of this kind."""
        kind = type(command).__name__
        number = self._commands[kind]
        self._commands[kind] += 1
        return f"{self.key}/{kind}/{number}"

    def first_key(self, kind: type[Command]) -> str:
        """Return the engine's key for the first command of this kind."""
        return f"{self.key}/{kind.__name__}/0"

    def first_keys(self) -> list[str]:
        """Return the engine's key for the first command of each kind."""
        return [self.first_key(kind) for kind in TRANSITIONS]

    def new_id(self) -> str:
        """Return the next id, a UUIDv7: the time of the claim, then bits derived from the key."""
        seed = f"{self.tenant_id}/{self._ids}/{self.key}"
        self._ids += 1
        milliseconds = int(self.claimed_at.timestamp() * 1000)
        rest = int.from_bytes(sha256(seed.encode()).digest()[:10])
        whole = (milliseconds << 80) | rest
        whole = whole & ~(0xF << 76) | (0x7 << 76)  # the version
        return str(uuid.UUID(int=whole & ~(0x3 << 62) | (0x2 << 62)))  # the variant

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Remember that commands were performed, and whether any of them was done before."""
        self.performed = True
        self.ended = self.ended and not any(outcome.writers_left for outcome in outcomes)
        self.replayed = self.replayed or any(outcome.replayed for outcome in outcomes)

    def stands(self, status: int) -> bool:
        """True if the answer is final: not a server error, and not a rejected credential or role.

        An answer is not final either while earlier changes may still add to closed books. A
        repetition then waits again. An answer with a secret is made anew for a repetition.
        """
        return self.let_in and self.ended and not self.secret and status < 500


def keyed_call(request: Request) -> KeyedCall | None:
    """Return the keyed call of this request, or None if it has no idempotency key."""
    found: KeyedCall | None = request.scope.get(_KEYED)
    return found


class Idempotent:
    """An application whose POST, PUT, PATCH and DELETE requests accept an idempotency key."""

    def __init__(
        self,
        app: ASGIApp,
        engine: AsyncEngine,
        authenticate: Authenticate,
        declared: Idempotency,
        replies: Replies,
    ) -> None:
        self._app, self._engine, self._authenticate = app, engine, authenticate
        self._declared, self._replies = declared, replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stored answer, or let the application answer and store its answer."""
        if scope["type"] != "http" or scope["method"] not in CHANGING:
            return await self._app(scope, receive, send)
        request = Request(scope, receive)
        key = request.headers.get(self._declared.header, "")
        if not key:
            return await self._app(scope, receive, send)
        try:
            await self._keyed(request, key, send)
        except UNAVAILABLE:
            await self._replies.status(503).response()(scope, receive, send)

    async def _keyed(self, request: Request, key: str, send: Send) -> None:
        """Answer a request with a key. Raises `UNAVAILABLE` exceptions of the engine."""
        scope, receive = request.scope, request.receive
        known = await self._authenticate(request, self._engine)
        if known is None or not known.may(KeyScope.WRITE):
            # The application refuses it, or changes nothing. It claims no key and gets no answer.
            return await self._app(scope, receive, send)
        if refusal := malformed(key):
            return await self._refuse(refusal, scope, receive, send)
        body = await Body.read(receive)
        if body.fault:  # without the whole body there is no fingerprint
            return await self._app(scope, body.receive, send)
        mark = fingerprint(scope, body.content, known.idempotency_owner)
        claimed = await self._engine.keep(claim, known.tenant_id, key, mark, now())
        if claimed.fingerprint != mark:
            reused = refusals.KeyReused(field="idempotency_key")
            return await self._refuse(reused, scope, receive, send)
        if claimed.answer:
            given = Given(claimed.answer, repeated=True)
        else:
            given = await self._answered(KeyedCall(known.tenant_id, key, claimed), scope, body)
        await self._response(given)(scope, receive, send)

    async def _answered(self, call: KeyedCall, scope: Scope, body: "Body") -> "Given":
        """Answer a request that has no stored answer: with its own, or with an earlier twin's."""
        own = await run(self._app, {**scope, _KEYED: call}, body)
        if not call.stands(own.answer.status):
            return own._replace(repeated=call.replayed and own.answer.status < 500)
        if await self._overtaken(call, own.answer.status):
            earlier = await self._earlier_answer(call)
            return Given(earlier, repeated=True) if earlier else own
        kept = await self._kept(call, own.answer)
        if kept is not own.answer:
            return Given(kept, repeated=True)
        return own._replace(repeated=call.replayed)

    async def _kept(self, call: KeyedCall, answer: KeptAnswer) -> KeptAnswer:
        """Store the answer. Return the answer that was stored first."""
        try:
            return await self._engine.keep(keep_answer, call.tenant_id, call.key, answer)
        except UNAVAILABLE as fault:  # the request is done, so it is answered nevertheless
            log.warning("answer_not_kept", fault=str(fault))
            return answer

    async def _overtaken(self, call: KeyedCall, status: int) -> bool:
        """True if the request was refused, perhaps only because a twin has done it meanwhile.

        A route may check facts before it performs a command. If it saw the rows that a twin
        committed, the twin's command record is visible too.
        """
        if call.performed or status < 400:
            return False
        return await self._engine.read(any_performed, call.tenant_id, call.first_keys())

    async def _earlier_answer(self, call: KeyedCall) -> KeptAnswer | None:
        """Wait for the answer of another request with the key. Return None after the time limit."""
        while True:
            claimed = await self._engine.read(find, call.tenant_id, call.key)
            if claimed and claimed.answer:
                return claimed.answer
            if now() - call.claimed_at > TWIN_PATIENCE:
                return None
            await asyncio.sleep(TWIN_PAUSE_SECONDS)

    async def _refuse(
        self, refusal: refusals.Refusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        await self._replies.refused(Command(), [refusal]).response()(scope, receive, send)

    def _response(self, given: "Given") -> Response:
        kept = given.answer
        response = Response(kept.body, kept.status)
        if given.headers:
            response.raw_headers = list(given.headers)
        elif kept.media_type is not None:
            response.headers["content-type"] = kept.media_type
        if given.repeated:
            response.headers[self._declared.replay_header] = self._declared.replay_value
        return response


class Given(NamedTuple):
    """An answer to send."""

    answer: KeptAnswer
    repeated: bool = False  # True if it was sent before, or reports work that was done before
    headers: tuple[tuple[bytes, bytes], ...] = ()  # the application's; empty for a stored answer


def malformed(key: str) -> refusals.Refusal | None:
    """Return the refusal of a text that cannot be a key, or None if it can."""
    if UNSTORABLE.search(key):
        return refusals.TextMalformed(field="idempotency_key")
    if len(key) > LONGEST_KEY:
        return refusals.TextTooLong(field="idempotency_key")
    return None


def fingerprint(scope: Scope, body: bytes, owner: str = "") -> str:
    """Return the SHA-256 of the request's method, path, query and body, and of who owns the key."""
    parts = [scope["method"].encode(), scope["path"].encode(), scope["query_string"], body]
    parts += [owner.encode()] if owner else []
    return sha256(b"\0".join(parts)).hexdigest()


class Body:
    """The body of a request: it is read once, and then passed to the application."""

    def __init__(self, content: bytes, fault: HTTPException | None = None) -> None:
        self.content, self.fault = content, fault
        self._given = False

    @classmethod
    async def read(cls, receive: Receive) -> "Body":
        """Read the whole body. An error is kept and raised when the application reads the body."""
        pieces: list[bytes] = []
        while True:
            try:
                message = await receive()
            except HTTPException as fault:
                return cls(b"".join(pieces), fault)
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return cls(b"".join(pieces))

    async def receive(self) -> Message:
        """Return the whole body, then a disconnect. Raises the error that `read` kept."""
        if self.fault is not None:
            raise self.fault
        if self._given:
            return {"type": "http.disconnect"}
        self._given = True
        return {"type": "http.request", "body": self.content, "more_body": False}


async def run(app: ASGIApp, scope: Scope, body: Body) -> Given:
    """Run the application and return its whole answer. Its exceptions are not caught."""
    begun: Message = {}
    pieces: list[bytes] = []

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.update(message)
        elif message["type"] == "http.response.body":
            pieces.append(message.get("body", b""))

    await app(scope, body.receive, take)
    headers = tuple((bytes(name), bytes(value)) for name, value in begun["headers"])
    media_type = dict(headers).get(b"content-type")
    written = None if media_type is None else media_type.decode("latin-1")
    return Given(KeptAnswer(begun["status"], written, b"".join(pieces)), headers=headers)
