"""Concurrent readers share one load, and see what was committed before they asked."""

import asyncio
from datetime import UTC, datetime

import pytest

from polaris.core.decision import Facts
from polaris.core.facts.tenant import Books, Settings, Tenant
from polaris.core.scope import Scope
from polaris.serving.read_batches import MOST_SCOPES, ReadBatches
from serving.stories import story

TENANT = Tenant(
    id="t",
    name="T",
    currency="EUR",
    timezone="UTC",
    settings=Settings(),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
FACTS = Facts(TENANT, Books(id="t"))


class Slow:
    """A load that records its scopes, and waits until the test releases it."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.asked: list[tuple[str, Scope]] = []

    async def load(self, tenant_id: str, scope: Scope) -> Facts:
        self.asked.append((tenant_id, scope))
        await self.gate.wait()
        if "broken" in scope.invoices:
            raise LookupError("broken")
        return FACTS


def invoices(*ids: str) -> Scope:
    return Scope(invoices=set(ids))


def test_who_comes_while_a_load_is_under_way_shares_the_next() -> None:
    async def tell() -> None:
        slow = Slow()
        reads = ReadBatches(slow.load)
        first = asyncio.create_task(reads.facts("t", invoices("1")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        later = [asyncio.create_task(reads.facts("t", invoices(one))) for one in "234"]
        other = asyncio.create_task(reads.facts("u", invoices("5")))
        unlike = asyncio.create_task(reads.facts("t", Scope(invoices={"6"}, booked=False)))
        await asyncio.sleep(0.01)
        slow.gate.set()
        await asyncio.gather(first, *later, other, unlike)
        named = [(tenant_id, sorted(scope.invoices)) for tenant_id, scope in slow.asked]
        assert named[0] == ("t", ["1"])
        assert sorted(named[1:]) == [("t", ["2", "3", "4"]), ("t", ["6"]), ("u", ["5"])]

    story(tell)


def test_a_load_serves_a_limited_number() -> None:
    async def tell() -> None:
        slow = Slow()
        reads = ReadBatches(slow.load)
        asked = [
            asyncio.create_task(reads.facts("t", invoices(str(number))))
            for number in range(MOST_SCOPES + 1)
        ]
        slow.gate.set()
        await asyncio.gather(*asked)
        assert [len(scope.invoices) for _, scope in slow.asked] == [MOST_SCOPES, 1]

    story(tell)


def test_who_names_much_reads_alone() -> None:
    """A reader of one row must not wait for a reader of a thousand."""

    async def tell() -> None:
        slow = Slow()
        reads = ReadBatches(slow.load)
        asked = [
            asyncio.create_task(reads.facts("t", scope))
            for scope in (invoices("1"), invoices(*map(str, range(100))), invoices("200"))
        ]
        await asyncio.sleep(0.01)
        assert sorted(len(scope.invoices) for _, scope in slow.asked) == [2, 100]
        slow.gate.set()
        await asyncio.gather(*asked)

    story(tell)


def test_a_load_that_fails_fails_its_readers_and_no_others() -> None:
    async def tell() -> None:
        slow = Slow()
        slow.gate.set()
        reads = ReadBatches(slow.load)
        with pytest.raises(LookupError):
            await reads.facts("t", invoices("broken"))
        assert await reads.facts("t", invoices("1")) is FACTS

    story(tell)


def test_a_reader_who_leaves_takes_nothing_from_the_others() -> None:
    async def tell() -> None:
        slow = Slow()
        reads = ReadBatches(slow.load)
        leaving = asyncio.create_task(reads.facts("t", invoices("1")))
        staying = asyncio.create_task(reads.facts("t", invoices("2")))
        await asyncio.sleep(0.01)
        leaving.cancel()
        slow.gate.set()
        assert await staying is FACTS

    story(tell)
