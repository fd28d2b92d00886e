"""A dialect's application over facts in memory: no server, no database, no network.

It supports routes that need only commands and facts. Routes that read by SQL, such as lists, need
the database, and so a test over HTTP.
"""

import asyncio
from collections.abc import Sequence

import httpx
from fastapi import FastAPI

from core.world import World
from polaris.core.decision import Facts
from polaris.core.facts.tenant import Settings, Tenant
from polaris.core.fold import Memory, Outcome, Request, fold
from polaris.core.scope import Scope
from polaris.engine import new_id, now
from polaris.keys import ApiKey, KeyScope, KnownKey


class WorldToday(World):
    """A world at the current time, with ids that the database would accept."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.at = now()

    def new_id(self) -> str:
        """Return a new unique id."""
        return new_id()


class MemoryEngine:
    """An engine for one tenant with all facts in memory. It accepts every key."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def key(self, _: str) -> KnownKey:
        """A key that may read and write."""
        key, scopes = ApiKey.new(), (KeyScope.READ, KeyScope.WRITE)
        tenant_id = self.world.facts.tenant_id
        return KnownKey(new_id(), tenant_id, "test", key.client_id, key.hash, scopes, now())

    async def tenant(self, _: str) -> Tenant:
        """The tenant, with its settings."""
        return self.world.facts.tenant

    async def facts(self, _: str, __: Scope) -> Facts:
        """All facts, whatever is named."""
        return self.world.facts

    async def perform_all(self, _: str, requests: Sequence[Request]) -> list[Outcome]:
        """Decide the requests as the engine does, and add their changes to the facts."""
        return fold(self.world.facts, Memory((), ()), requests, self.world.new_id).outcomes


def answer(
    application: FastAPI, engine: MemoryEngine, method: str, path: str, body: object
) -> httpx.Response:
    """Call the application with this engine, and return the answer. Raises its exceptions."""
    application.state.engine = engine
    return asyncio.run(_answer(application, method, path, body))


async def _answer(application: FastAPI, method: str, path: str, body: object) -> httpx.Response:
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://memory") as client:
        return await client.request(method, path, json=body)
