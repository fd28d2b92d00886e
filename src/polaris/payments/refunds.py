"""Send refunds to payment providers, and find out what became of them.

Work is found by the state of refunds, so nothing is lost when a worker ends at any moment:

- `requested`: the refund becomes `sent`, then the provider is asked to send the money.
- `sent`, `unknown`: nobody knows what the provider did. It is asked whether it has the refund. If
  not, the same request is sent again with the same idempotency key, while the provider remembers
  the key. After that time the refund stays `unknown` until a person looks.
- `pending`: the provider has accepted it, and is asked from time to time how it ended.

Each call is an attempt, a row that is committed before the provider is called. Two workers never
call a provider about the same refund at the same time. No transaction is open during a call.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import structlog
from msgspec import Raw

from polaris.core.balances.refund import UNDER_WAY
from polaris.core.commands import UpdateRefund
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, request
from polaris.engine import now as current_time
from polaris.payments.port import Providers, RefundAnswer
from polaris.store.refund_attempts import (
    Attempt,
    AttemptCall,
    AttemptResult,
    attempts_of,
    begin_attempt,
    end_attempt,
    refund_with_payment,
    refunds_due,
)
from polaris.store.server.database import Database

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
"""A worker whose call takes longer than this is taken for dead. It exceeds every timeout."""

MOST_REFUNDS = 50
"""The largest number of refunds in one call of `send_refunds`."""

WAITS = tuple(timedelta(seconds=each) for each in (10, 30, 60, 300, 900, 3600, 6 * 3600))
"""How long to wait after the first unclear attempt, after the second, and so on."""

PENDING_WAIT = timedelta(hours=1)
"""The shortest wait before a provider is asked about a pending refund again."""


def send_refunds(
    database: Database,
    engine: Engine,
    tenant_id: str,
    providers: Providers,
    clock: Callable[[], datetime] = current_time,
    limit: int = MOST_REFUNDS,
) -> list[Attempt]:
    """Call the providers about all refunds of a tenant that are due. Return the ended attempts.

    A refund at a provider that takes no requests now waits for the next call.
    """
    with database.connect() as connection:
        due = refunds_due(connection, tenant_id, providers.keys(), clock(), limit)
    worker = _Worker(database, engine, tenant_id, providers, clock)
    ended: list[Attempt] = []
    for refund in due:
        busy = {each.provider for each in ended if each.result is AttemptResult.NOT_TAKEN}
        ended += worker.work_on(refund.id, busy)
    return ended


class _Worker(NamedTuple):
    """Calls providers about the refunds of one tenant."""

    database: Database
    engine: Engine
    tenant_id: str
    providers: Providers
    clock: Callable[[], datetime]

    def work_on(self, refund_id: str, busy: set[str]) -> list[Attempt]:
        """Call the provider about one refund, unless another worker does it or it is `busy`."""
        refund, payment = self._read(refund_id)
        if payment.provider in busy:
            return []
        sent_before = refund.state is not RefundState.REQUESTED
        attempt = self._attempt(AttemptCall.FIND if sent_before else AttemptCall.SEND, refund_id)
        attempts = [attempt] if attempt else []
        if attempt and attempt.result is AttemptResult.MISSING and attempt.retry_at is None:
            again = self._attempt(AttemptCall.SEND, refund_id)
            attempts += [again] if again else []
        return attempts

    def _attempt(self, call: AttemptCall, refund_id: str) -> Attempt | None:
        """Make one call, and record its answer. Return None if another worker is at it."""
        refund, payment = self._read(refund_id)
        begun = self._begun(call, refund, payment)
        with self.database.connect() as connection:
            if not begin_attempt(connection, self.tenant_id, begun):
                return None
        refund, payment = self._read(refund_id)  # it may have changed before the attempt began
        answer = self._answer(call, refund, payment) if self._may_call(call, refund) else None
        if answer is None:
            return self._end(begun, RefundAnswer(AttemptResult.WITHDRAWN), None)
        retry_at = self._retry_at(refund, payment, answer)
        self._record(refund, payment, answer, retry_at)
        return self._end(begun, answer, retry_at)

    def _begun(self, call: AttemptCall, refund: Refund, payment: Payment) -> Attempt:
        sends = call is AttemptCall.SEND
        sent = self.providers[payment.provider].refund_request(refund, payment) if sends else None
        at = self.clock()
        return Attempt(
            id=new_id(),
            refund_id=refund.id,
            provider=payment.provider,
            call=call,
            started_at=at,
            lease_until=at + LEASE,
            request=Raw(msgspec.json.encode(sent)) if sent else None,
        )

    def _may_call(self, call: AttemptCall, refund: Refund) -> bool:
        """Return True if the call still makes sense. A requested refund becomes `sent` first."""
        if call is AttemptCall.SEND and refund.state is RefundState.REQUESTED:
            return self._update(refund, RefundState.SENT).done
        return refund.state in UNDER_WAY

    def _answer(self, call: AttemptCall, refund: Refund, payment: Payment) -> RefundAnswer:
        provider = self.providers[payment.provider]
        ask = provider.send_refund if call is AttemptCall.SEND else provider.find_refund
        try:
            return checked(refund, ask(refund, payment))
        except Exception as fault:  # whatever the provider's code raises, the request may be out
            log.error("provider_failed", refund=refund.id, exc_info=True)
            return RefundAnswer(AttemptResult.UNCLEAR, error=repr(fault))

    def _record(
        self, refund: Refund, payment: Payment, answer: RefundAnswer, retry_at: datetime | None
    ) -> None:
        """Write the answer into the books."""
        if answer.result is AttemptResult.REPORTED and answer.state:
            self._update(refund, answer.state, answer.reference, answer.error, payment.provider)
            return
        gone = answer.result is AttemptResult.MISSING and retry_at is not None
        if answer.result is AttemptResult.UNCLEAR or gone:
            self._update(refund, RefundState.UNKNOWN, None, answer.error, payment.provider)

    def _update(
        self,
        refund: Refund,
        state: RefundState,
        reference: str | None = None,
        failure: str | None = None,
        actor: str = "refunds",
    ) -> Outcome:
        """Report a state. It is refused if the refund has moved on meanwhile; that is in order."""
        told = UpdateRefund(refund_id=refund.id, state=state, reference=reference, failure=failure)
        sent_by = actor if actor == "refunds" else f"provider:{actor}"
        [outcome] = self.engine.perform(self.tenant_id, [request(told, actor=sent_by)])
        return outcome

    def _retry_at(self, refund: Refund, payment: Payment, answer: RefundAnswer) -> datetime | None:
        """Return before when no other attempt begins; None if one may begin at once or never."""
        with self.database.connect() as connection:
            earlier = attempts_of(connection, self.tenant_id, refund.id)
        if answer.result is AttemptResult.REPORTED and answer.state is not RefundState.PENDING:
            return None
        if answer.result is AttemptResult.MISSING and refund.state is not RefundState.PENDING:
            window = self.providers[payment.provider].key_window
            if self.clock() < first_sent_at(earlier, self.clock()) + window:
                return None
        wait = WAITS[min(len(earlier), len(WAITS)) - 1]
        if answer.state is RefundState.PENDING:
            wait = max(wait, PENDING_WAIT)
        return self.clock() + max(wait, timedelta(seconds=answer.retry_after_seconds or 0))

    def _end(self, begun: Attempt, answer: RefundAnswer, retry_at: datetime | None) -> Attempt:
        ended = begun._replace(
            ended_at=self.clock(),
            result=answer.result,
            state=answer.state,
            reference=answer.reference,
            error=answer.error,
            answer=answer.answer,
            retry_at=retry_at,
        )
        with self.database.connect() as connection:
            end_attempt(connection, self.tenant_id, ended)
        log.info("refund_attempt", refund=ended.refund_id, call=ended.call, result=ended.result)
        return ended

    def _read(self, refund_id: str) -> tuple[Refund, Payment]:
        with self.database.connect() as connection:
            found = refund_with_payment(connection, self.tenant_id, refund_id)
        assert found is not None  # refunds are never deleted
        return found


def checked(refund: Refund, answer: RefundAnswer) -> RefundAnswer:
    """Return the answer, or an unclear one if the provider reports another amount than asked."""
    reported = answer.amount_minor, answer.currency
    if None in reported or reported == (refund.amount_minor, refund.currency):
        return answer
    return answer._replace(
        result=AttemptResult.UNCLEAR,
        state=None,
        error=f"The provider reports {answer.amount_minor} {answer.currency} in minor units"
        f" instead of {refund.amount_minor} {refund.currency}.",
    )


def first_sent_at(attempts: list[Attempt], otherwise: datetime) -> datetime:
    """Return when the refund was sent for the first time."""
    sent = (
        each.started_at
        for each in attempts
        if each.call is AttemptCall.SEND and each.result is not AttemptResult.WITHDRAWN
    )
    return min(sent, default=otherwise)
