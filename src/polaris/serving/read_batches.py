"""Readers who ask at the same time share one load, as callers who write share one set.

A load serves the scopes that waited when it began, so that everybody reads what was committed
before the asking. One tenant has one load under way; meanwhile its next readers gather.
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
"""Who names more than so many things reads alone, so that nobody waits for a long list."""

Load = Callable[[str, Scope], Awaitable[Facts]]


class Alike(NamedTuple):
    """Whose scopes can be loaded together: one tenant's, that want the same of what they name."""

    tenant_id: str
    flags: tuple[bool, ...]


class Reader(NamedTuple):
    """What somebody names, and where the answer goes."""

    scope: Scope
    answer: asyncio.Future[Facts]


class ReadBatches:
    """Loads scopes together. Facts are shared: nobody may change them. Serves one event loop."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._waiting: dict[Alike, deque[Reader]] = defaultdict(deque)
        self._under_way: dict[Alike, asyncio.Task[None]] = {}

    async def facts(self, tenant_id: str, scope: Scope) -> Facts:
        """Everything about what is named, and maybe about what others named. Raises as `load`."""
        if sum(len(getattr(scope, name)) for name in _NAMED) > FEW:
            return await self._load(tenant_id, scope)
        alike = Alike(tenant_id, tuple(getattr(scope, flag) for flag in _FLAGS))
        reader = Reader(scope, asyncio.get_running_loop().create_future())
        self._waiting[alike].append(reader)
        if alike not in self._under_way:
            self._under_way[alike] = asyncio.create_task(self._serve(alike))
        return await reader.answer

    async def _serve(self, alike: Alike) -> None:
        """Load for whoever waits, until nobody does."""
        waiting = self._waiting[alike]
        while waiting:
            readers = [waiting.popleft() for _ in range(min(len(waiting), MOST_SCOPES))]
            await self._answer(alike.tenant_id, [one for one in readers if not one.answer.done()])
        del self._waiting[alike], self._under_way[alike]

    async def _answer(self, tenant_id: str, readers: Sequence[Reader]) -> None:
        if not readers:
            return
        try:
            facts = await self._load(tenant_id, together([one.scope for one in readers]))
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


def together(scopes: Sequence[Scope]) -> Scope:
    """Everything that scopes with the same flags name."""
    if len(scopes) == 1:
        return scopes[0]
    named = {name: set().union(*(getattr(one, name) for one in scopes)) for name in _NAMED}
    return msgspec.structs.replace(scopes[0], **named)
