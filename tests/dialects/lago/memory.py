"""A tenant in memory, which answers as Lago's API does: for rules that need no database."""

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
    """Lago's API; each call gives it the engine that it is about."""
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
        """A call, answered in this process."""
        engine = memory.MemoryEngine(self.world)
        return memory.answer(application(), engine, method, path, asked.get("json"))

    def stranger(self) -> "MemoryBooks":
        """Another tenant: its rows are no facts of this one."""
        return MemoryBooks()

    def check_proofs(self) -> None:
        """The whole proof set holds."""
        assert failures(self.world.facts) == []
