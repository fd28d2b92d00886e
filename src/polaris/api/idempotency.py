"""The idempotency header: the same call under the same key is done once and answered once.

A key is first claimed with the fingerprint of what is asked. A claim blocks nobody, so a crash
leaves nothing to clean up: whoever repeats the call goes on, and the engine recognises by their
derived keys the commands that were done before. The answer is kept, and later calls get it byte for
byte.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

import structlog
from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polaris.api.answers import UNAVAILABLE, Replies
from polaris.core import refusals
from polaris.core.commands import Command
from polaris.core.commands.text import UNSTORABLE
from polaris.core.fold import Outcome
from polaris.engine import now
from polaris.keys import KnownKey
from polaris.serving.async_engine import AsyncEngine
from polaris.store.idempotency_keys import (
    Claim,
    KeptAnswer,
    any_performed,
    claim,
    find,
    keep_answer,
)

Authenticate = Callable[[Request, AsyncEngine], Awaitable[KnownKey | None]]
"""Finds the API key that a request brings; None when it brings none that is good."""

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LONGEST_KEY = 255
"""Characters of a key; the derived keys of its commands must fit the engine's limit."""
TWIN_PATIENCE = timedelta(seconds=10)
"""For so long after a claim the answer of a twin that has done it already is waited for."""
TWIN_PAUSE_SECONDS = 0.02

_KEYED = "polaris.keyed"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Idempotency:
    """What a dialect declares: the header with the key, and the mark of a repeated answer."""

    header: str
    replay_header: str
    replay_value: str = "true"


class KeyedCall:
    """One call under a key: the keys of its commands and the ids of what it makes.

    Both follow from the tenant, the key and the order, so a repetition derives the same ones.
    """

    def __init__(self, tenant_id: str, key: str, claimed: Claim) -> None:
        self.tenant_id, self.key = tenant_id, key
        self.fingerprint, self.claimed_at = claimed.fingerprint, claimed.claimed_at
        self.first = claimed.first
        self.let_in = False  # True once its credential and scope were found good
        self.performed = False  # True once commands were performed, done or refused
        self.replayed = False  # True once anything proved to have been done before
        self._commands: Counter[str] = Counter()
        self._ids = 0

    def command_key(self, command: Command) -> str:
        """The engine's key for the next command of this kind."""
        kind = type(command).__name__
        number = self._commands[kind]
        self._commands[kind] += 1
        return f"{self.key}/{kind}/{number}"

    def new_id(self) -> str:
        """The next id: it sorts by the time of the claim, the rest of it follows from the key."""
        seed = f"{self.tenant_id}/{self._ids}/{self.key}"
        self._ids += 1
        milliseconds = int(self.claimed_at.timestamp() * 1000)
        rest = int.from_bytes(sha256(seed.encode()).digest()[:10])
        whole = (milliseconds << 80) | rest
        whole = whole & ~(0xF << 76) | (0x7 << 76)  # the version
        return str(uuid.UUID(int=whole & ~(0x3 << 62) | (0x2 << 62)))  # the variant

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Take down that commands were performed, and whether any was done before."""
        self.performed = True
        self.replayed = self.replayed or any(outcome.replayed for outcome in outcomes)

    def stands(self, status: int) -> bool:
        """True if the answer is the call's outcome: a fault or a refused credential is none."""
        return self.let_in and status < 500


def keyed_call(request: Request) -> KeyedCall | None:
    """The call under a key that this request is, or None without a key."""
    found: KeyedCall | None = request.scope.get(_KEYED)
    return found


class Idempotent:
    """An application whose changing calls take an idempotency key."""

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
        """Answer from what is kept, or let the application answer and keep that."""
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
        """Answer a call under a key. Raises what the engine does while it is unavailable."""
        scope, receive = request.scope, request.receive
        known = await self._authenticate(request, self._engine)
        if known is None:  # the application says so in its own words
            return await self._app(scope, receive, send)
        if refusal := malformed(key):
            return await self._refuse(refusal, scope, receive, send)
        body = await Body.read(receive)
        if body.fault:  # nobody knows what is asked
            return await self._app(scope, body.receive, send)
        mark = fingerprint(scope, body.content)
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
        """The answer to a call that has none yet: its own, or that of a twin which came first."""
        own = await run(self._app, {**scope, _KEYED: call}, body)
        if not call.stands(own.answer.status):
            return own
        if await self._overtaken(call, own.answer.status):
            earlier = await self._earlier_answer(call)
            return Given(earlier, repeated=True) if earlier else own
        kept = await self._kept(call, own.answer)
        if kept is not own.answer:
            return Given(kept, repeated=True)
        return own._replace(repeated=call.replayed)

    async def _kept(self, call: KeyedCall, answer: KeptAnswer) -> KeptAnswer:
        """Keep the answer. Returns the one that was kept first."""
        try:
            return await self._engine.keep(keep_answer, call.tenant_id, call.key, answer)
        except UNAVAILABLE as fault:  # what was asked is done, so it is answered all the same
            log.warning("answer_not_kept", fault=str(fault))
            return answer

    async def _overtaken(self, call: KeyedCall, status: int) -> bool:
        """True if the call was refused, and perhaps only because another has done it meanwhile.

        A route may check before it performs anything. When it saw what a twin had done, the twin's
        record can be seen as well.
        """
        if call.performed or status < 400:
            return False
        keys = [f"{call.key}/{kind.__name__}/0" for kind in Command.__subclasses__()]
        return await self._engine.read(any_performed, call.tenant_id, keys)

    async def _earlier_answer(self, call: KeyedCall) -> KeptAnswer | None:
        """The answer of another call under the key; None when it does not come in time."""
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
    """An answer to be sent."""

    answer: KeptAnswer
    repeated: bool = False  # whether it was given before, or what it tells was done before
    headers: tuple[tuple[bytes, bytes], ...] = ()  # the application's own; none of a kept answer


def malformed(key: str) -> refusals.Refusal | None:
    """Why this text cannot be a key, or None when it can."""
    if UNSTORABLE.search(key):
        return refusals.TextMalformed(field="idempotency_key")
    if len(key) > LONGEST_KEY:
        return refusals.TextTooLong(field="idempotency_key")
    return None


def fingerprint(scope: Scope, body: bytes) -> str:
    """SHA-256 of what is asked: method, path, query and body."""
    asked = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body)
    return sha256(b"\0".join(asked)).hexdigest()


class Body:
    """The body of a request, read once and given to the application again."""

    def __init__(self, content: bytes, fault: HTTPException | None = None) -> None:
        self.content, self.fault = content, fault
        self._given = False

    @classmethod
    async def read(cls, receive: Receive) -> "Body":
        """Read it to its end. A fault on the way is raised when the application reads it."""
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
        """Give the whole body, then that the caller has left. Raises the fault instead."""
        if self.fault is not None:
            raise self.fault
        if self._given:
            return {"type": "http.disconnect"}
        self._given = True
        return {"type": "http.request", "body": self.content, "more_body": False}


async def run(app: ASGIApp, scope: Scope, body: Body) -> Given:
    """The application's whole answer; what it raises passes through."""
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
