"""Concurrent readers share one load, like concurrent writers share one set.

A load serves the scopes that were waiting when it began, so every reader sees what was committed
before it asked. Readers that can share a load have only one running at a time; new ones wait for
the next.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from polaris.core.decision import Facts
from polaris.core.scope import Scope

MOST_SCOPES = 64
FEW = 16
"""A scope with more ids than this is loaded alone, so that no other reader waits for it."""

Load = Callable[[str, Scope], Awaitable[Facts]]


class LoadGroup(NamedTuple):
    """Readers that can share a load: those of one tenant whose scopes have the same flags."""

    tenant_id: str
    flags: tuple[bool, ...]


class Reader(NamedTuple):
    """A waiting reader: its scope, and the future for its facts."""

    scope: Scope
    answer: asyncio.Future[Facts]


class ReadBatches:
    """Loads scopes together, for one event loop. The facts are shared; do not change them."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._waiting: dict[LoadGroup, deque[Reader]] = defaultdict(deque)
        self._under_way: dict[LoadGroup, asyncio.Task[None]] = {}

    async def facts(self, tenant_id: str, scope: Scope) -> Facts:
        """Return all facts in the scope, and perhaps those of other scopes. Raises like `load`."""
        if sum(len(getattr(scope, name)) for name in _NAMED) > FEW:
            return await self._load(tenant_id, scope)
        group = LoadGroup(tenant_id, tuple(getattr(scope, flag) for flag in _FLAGS))
        reader = Reader(scope, asyncio.get_running_loop().create_future())
        self._waiting[group].append(reader)
        if group not in self._under_way:
            self._under_way[group] = asyncio.create_task(self._serve(group))
        return await reader.answer

    async def _serve(self, group: LoadGroup) -> None:
        """Load for the waiting readers, until none is waiting."""
        waiting = self._waiting[group]
        while waiting:
            readers = [waiting.popleft() for _ in range(min(len(waiting), MOST_SCOPES))]
            active = [reader for reader in readers if not reader.answer.done()]
            await self._answer(group.tenant_id, active)
        del self._waiting[group], self._under_way[group]

    async def _answer(self, tenant_id: str, readers: Sequence[Reader]) -> None:
        if not readers:
            return
        try:
            facts = await self._load(tenant_id, union([reader.scope for reader in readers]))
        except Exception as fault:
            for reader in readers:
                if not reader.answer.done():
                    reader.answer.set_exception(fault)
        else:
            for reader in readers:
                if not reader.answer.done():
                    reader.answer.set_result(facts)


_FLAGS = tuple(field.name for field in msgspec.structs.fields(Scope) if field.type is bool)
_NAMED = tuple(name for name in Scope.__struct_fields__ if name not in _FLAGS)


def union(scopes: Sequence[Scope]) -> Scope:
    """Return one scope with the ids of all these scopes, which have the same flags."""
    if len(scopes) == 1:
        return scopes[0]
    named = {name: set().union(*(getattr(scope, name) for scope in scopes)) for name in _NAMED}
    return msgspec.structs.replace(scopes[0], **named)
