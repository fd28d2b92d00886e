"""A minimal dialect for tests, an engine in memory, and a caller."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpx
from fastapi import FastAPI, Response
from starlette.types import ASGIApp

from polaris.api.access import Access, bearer, whole_key
from polaris.api.answers import Answer, AnswerTables, Failure, Problem, Replies, install
from polaris.api.caller import Caller
from polaris.api.idempotency import Idempotency, Idempotent
from polaris.core import commands, refusals
from polaris.core.commands import Command
from polaris.core.fold import Outcome, Request
from polaris.core.refusals import Refusal
from polaris.engine import now
from polaris.keys import KeyScope, KnownKey
from polaris.store import idempotency_keys
from polaris.store.idempotency_keys import Claim, KeptAnswer

TABLES = AnswerTables(
    table={
        refusals.NotFound: Answer(404, "absent"),
        refusals.KeyReused: Answer(422, "reused"),
        refusals.TextTooLong: Answer(422, "long"),
        refusals.TextMalformed: Answer(422, "bad"),
        refusals.AmountNegative: Answer(422, "negative"),
        refusals.AmountTooLarge: Answer(422, "large", "sum"),
        refusals.AlreadyVoided: Answer(409, "voided"),
    },
    by_command={commands.VoidInvoice: {refusals.AlreadyVoided: Answer(410, "gone")}},
    usual=(404, 409, 410, 422),
    first={commands.FinalizeInvoice: (422, 404, 409)},
    fields={"amount_minor": "amount"},
    resources={"note_id": "credit"},
    special=lambda refusal: Answer(404, "hidden") if refusal.details.get("hidden") else None,
)


class SeedError(Failure):
    """An answer of the test dialect: a line of text."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.status, self.text = status, text

    def response(self) -> Response:
        return Response(f"{self.status} {self.text}".strip(), self.status, media_type="text/plain")


def refused(command: Command, found: Iterable[Refusal]) -> SeedError:
    chosen = TABLES.choose(command, found)
    return SeedError(chosen.status, str(TABLES.by_field(chosen, otherwise="all")))


def unreadable(problems: Sequence[Problem]) -> SeedError:
    return SeedError(422, " ".join(f"{'.'.join(where)}:{kind}" for where, kind in problems))


REPLIES = Replies(refused=refused, unreadable=unreadable, status=SeedError)
IDEMPOTENCY = Idempotency(header="Seed-Key", replay_header="Seed-Replayed", replay_value="yes")


class Call(Caller):
    """A caller of the test dialect."""

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> SeedError:
        return refused(command, refusals)


ACCESS = Access(
    caller=Call,
    authenticate=whole_key(bearer),
    unknown=lambda: SeedError(401),
    forbidden=lambda scope, resource: SeedError(403, f"{scope} {resource}"),
    malformed=lambda: SeedError(400, "NUL"),
)


class Memory:
    """An engine that knows keys by their names, and notes down what it is told to perform.

    A key named `a` is of tenant `a`; `a:read` has only this scope.
    """

    def __init__(self) -> None:
        self.performed: list[Request] = []
        self.keys: set[tuple[str, str]] = set()
        self.claims: dict[tuple[str, str], Claim] = {}
        self.away: Exception | None = None
        self.outcome: Callable[[Request], Outcome] = lambda asked: Outcome(request_id=asked.id)

    async def key(self, text: str) -> KnownKey | None:
        if self.away:
            raise self.away
        tenant, _, scope = text.partition(":")
        scopes = (KeyScope(scope),) if scope else tuple(KeyScope)
        return KnownKey(text, tenant, text, text, "", scopes, now()) if text else None

    async def perform_all(self, tenant_id: str, asked: Sequence[Request]) -> list[Outcome]:
        outcomes = []
        for request in asked:
            again = (tenant_id, request.key) in self.keys
            if not again:
                self.performed.append(request)
                self.keys |= {(tenant_id, request.key)} if request.key else set()
            outcome = self.outcome(request)
            outcomes.append(
                Outcome(
                    request_id=request.id,
                    refusals=outcome.refusals,
                    replayed=again,
                    writers_left=outcome.writers_left,
                )
            )
        return outcomes

    async def keep(self, function: Callable[..., Any], *args: Any) -> Any:
        known: dict[Any, Callable[..., Any]] = {
            idempotency_keys.claim: self.claim,
            idempotency_keys.keep_answer: self.keep_answer,
        }
        return known[function](*args)

    async def read(
        self, function: Callable[..., Any], tenant_id: str | None = None, asked: Any = None
    ) -> Any:
        if tenant_id is None:
            return []  # the events of a caller's earlier commands: this engine changes no facts
        if function is idempotency_keys.any_performed:
            return any((tenant_id, key) in self.keys for key in asked)
        return self.claims.get((tenant_id, asked))

    def claim(self, tenant_id: str, key: str, fingerprint: str, at: Any) -> Claim:
        first = (tenant_id, key) not in self.claims
        claimed = self.claims.setdefault((tenant_id, key), Claim(fingerprint, at, first=False))
        return claimed._replace(first=first)

    def keep_answer(self, tenant_id: str, key: str, answer: KeptAnswer) -> KeptAnswer:
        claimed = self.claims[tenant_id, key]
        self.claims[tenant_id, key] = claimed._replace(answer=claimed.answer or answer)
        return claimed.answer or answer


def seed(engine: Memory | None = None) -> FastAPI:
    """Return an application of the test dialect, without routes."""
    app = FastAPI()
    app.state.engine = engine or Memory()
    app.add_middleware(
        Idempotent,
        engine=app.state.engine,
        authenticate=ACCESS.authenticate,
        declared=IDEMPOTENCY,
        replies=REPLIES,
    )
    install(app, REPLIES)
    return app


def send_request(
    app: ASGIApp, method: str, path: str, key: str | None = "a", **asked: Any
) -> httpx.Response:
    """Send a request with an idempotency key to the application, without a network."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= asked.pop("headers", {})

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://seed") as client:
            return await client.request(method, path, headers=headers, **asked)

    return asyncio.run(call())
