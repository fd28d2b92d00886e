"""What the console and the admin API both do with refunds."""

from typing import NamedTuple

from polaris.api.caller import Caller
from polaris.core.commands import ConvertRefund, UpdateRefund
from polaris.core.facts.payment import RefundState
from polaris.core.refusals import NotFound
from polaris.store.read.keyset import KeysetPage, Window
from polaris.store.read.refunds import FoundRefund, RefundSearch, refund, refunds
from polaris.store.refund_attempts import Attempt, attempts_of


class RefundDetail(NamedTuple):
    """A refund with the calls of its provider, the oldest first."""

    refund: FoundRefund
    attempts: list[Attempt]


async def list_refunds(
    caller: Caller, wanted: RefundSearch, window: Window
) -> KeysetPage[FoundRefund]:
    """Return one page of refunds, by the time of the request."""
    return await caller.read(refunds, wanted, window)


async def refund_detail(caller: Caller, refund_id: str) -> RefundDetail:
    """Return a refund with its attempts. Raises NotFound."""
    found = await caller.read(refund, refund_id)
    if found is None:
        raise NotFound(field="refund_id", id=refund_id)
    return RefundDetail(found, await caller.read(attempts_of, refund_id))


def settling(refund_id: str, reference: str | None) -> UpdateRefund:
    """Return the command that records that the money of a refund was paid out."""
    return UpdateRefund(refund_id=refund_id, state=RefundState.SETTLED, reference=reference)


def failing(refund_id: str, reason: str) -> UpdateRefund:
    """Return the command that records that a refund failed, and why. It is still owed."""
    return UpdateRefund(refund_id=refund_id, state=RefundState.FAILED, failure=reason)


def converting(refund_id: str, note_id: str) -> ConvertRefund:
    """Return the command that gives a refund as credit. `note_id` is the id of a new note."""
    return ConvertRefund(refund_id=refund_id, note_id=note_id)
