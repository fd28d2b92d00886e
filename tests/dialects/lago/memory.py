"""A tenant in memory with Lago's API, for tests that need no database."""

from functools import cache
from typing import Any, cast

import httpx
from fastapi import FastAPI

from core.proofs import failures
from dialects import memory
from dialects.lago.books import NUMBERED_AS_LAGO, Prepared
from polaris.core.commands import Command
from polaris.core.decision import Facts
from polaris.dialects.lago.app import build
from polaris.serving.async_engine import AsyncEngine


@cache
def application() -> FastAPI:
    """Return Lago's API; each call sets its engine."""
    return build(cast(AsyncEngine, None))


class MemoryBooks(Prepared):
    """A fresh tenant in memory."""

    def __init__(self) -> None:
        self.world = memory.WorldToday(NUMBERED_AS_LAGO)

    def done(self, *asked: Command) -> None:
        """Perform commands in order; all must be done."""
        for command in asked:
            self.world.perform(command)

    def facts(self, **_: Any) -> Facts:
        """All facts, whatever is named."""
        return self.world.facts

    def http(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Call the API in this process."""
        engine = memory.MemoryEngine(self.world)
        return memory.answer(application(), engine, method, path, asked.get("json"))

    def stranger(self) -> "MemoryBooks":
        """Return another tenant, which shares no rows with this one."""
        return MemoryBooks()

    def check_proofs(self) -> None:
        """The whole proof set holds."""
        assert failures(self.world.facts) == []
