"""Verify the books and the audit log of a tenant. A line of the audit log says who did, and when.

A verification reads much, so each server runs one at a time, and the next one waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from polaris.api.caller import Caller
from polaris.audit import verify
from polaris.audit.verify import AuditReport
from polaris.core.facts.audit import AuditLine
from polaris.engine import new_id, now
from polaris.reports import ledger
from polaris.reports.ledger import Proof
from polaris.serving.async_engine import AsyncEngine
from polaris.store.engine.write import write
from polaris.store.read.audit_log import AuditSearch, audit_page
from polaris.store.read.keyset import Window

VERIFY_LEDGER, VERIFY_AUDIT_LOG = "VerifyLedger", "VerifyAuditLog"
"""The names of the verifications in the audit log. Their subject is the tenant."""

_turns: WeakKeyDictionary[AsyncEngine, asyncio.Lock] = WeakKeyDictionary()


class Step(NamedTuple):
    """How far a verification is: the lines checked, and all lines."""

    done: int
    total: int


class Verification(NamedTuple):
    """A verification that ended: when, by whom, and its result as JSON."""

    at: datetime
    actor: str
    result: Mapping[str, Any]


async def prove_ledger(caller: Caller) -> AsyncIterator[Proof]:
    """Yield the result of each proof of the ledger as soon as it is known; record the end."""
    async with _turn(caller.engine):
        failed = []
        for name in ledger.PROOFS:
            proof = await caller.read(ledger.prove, name)
            failed += [] if proof.ok else [name]
            yield proof
        result = {"proofs": len(ledger.PROOFS), "failed": failed}
        await _record(caller, VERIFY_LEDGER, result)


async def verify_audit_log(caller: Caller) -> AsyncIterator[Step | AuditReport]:
    """Check the chain of the audit log. Yield how far the check is, and its report at the end."""
    async with _turn(caller.engine):
        loop, steps = asyncio.get_running_loop(), asyncio.Queue[Step | None]()

        def progress(done: int, total: int, _: str) -> None:
            loop.call_soon_threadsafe(steps.put_nowait, Step(done, total))

        checking = asyncio.create_task(caller.read(verify.verify, progress))
        checking.add_done_callback(lambda _: steps.put_nowait(None))
        while step := await steps.get():
            yield step
        report = await checking
        fault = report.fault.sentence if report.fault else None
        result = {"sealed": report.sealed, "fault": fault, "end": report.end}
        await _record(caller, VERIFY_AUDIT_LOG, result)
        yield report


async def last_verification(caller: Caller, command: str) -> Verification | None:
    """Return the last verification with this name, or None if there was none."""
    own = caller.tenant_id
    wanted = AuditSearch(commands=(command,), subject=own, subject_id=own)
    page = await caller.read(audit_page, wanted, Window(limit=1))
    for line in page.rows:
        return Verification(line.at, line.actor, msgspec.json.decode(line.request)["result"])
    return None


def _turn(engine: AsyncEngine) -> asyncio.Lock:
    return _turns.setdefault(engine, asyncio.Lock())


async def _record(caller: Caller, command: str, result: Mapping[str, Any]) -> None:
    line_id = new_id()
    line = AuditLine(
        id=line_id,
        command_id=line_id,
        at=now(),
        actor=caller.principal.actor,
        command=command,
        subject_id=caller.tenant_id,
        outcome="done",
        request=msgspec.Raw(msgspec.json.encode({"command": command, "result": result})),
    )
    await caller.engine.keep(write, caller.tenant_id, [line])
