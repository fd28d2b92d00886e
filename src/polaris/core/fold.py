"""Decide a set of requests in order, each over what the earlier ones left.

A refused or broken request is discarded whole: only its record and audit line remain, and its
neighbours never notice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from polaris.core import refusals
from polaris.core.commands import Command
from polaris.core.commands.text import ID, LONGEST, UNSTORABLE, WrittenCommand, as_text
from polaris.core.decision import Decision, Facts
from polaris.core.facts.audit import AuditLine, CommandRecord
from polaris.core.facts.event import Event
from polaris.core.facts.row import Changing, Row
from polaris.core.lifecycle import POLARIS, Refused, decide
from polaris.core.refusals import KeyReused, Refusal
from polaris.core.transition import Dialect


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A command, and who asks for it. Repeated under its id or key it does nothing twice.

    Raises ValueError for what no record could keep: the set that it came in would fail for it.
    """

    id: str
    command: Command
    at: datetime  # UTC
    actor: str = "system"
    administrator: bool = False
    key: str | None = None  # the caller's idempotency key
    fingerprint: str | None = None  # SHA-256 of method, path and body under that key
    dialect: Dialect = POLARIS
    shown: bool = False  # whether the outcome is to have the facts, for the answer to show

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise ValueError("the id of a request is a lowercase UUID")
        if UNSTORABLE.search(self.actor + (self.key or "")) or len(self.key or "") > LONGEST:
            raise ValueError(f"actor and key can be kept, a key of at most {LONGEST} characters")
        # Without one, another command under the same key would be taken for a repetition.
        if self.key is not None and self.fingerprint is None:
            raise ValueError("a key comes with the fingerprint of what is asked under it")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request: events when it was done, else refusals, else the fault in us."""

    request_id: str
    events: tuple[Event, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    replayed: bool = False  # answered from the record of the first time
    fault: BaseException | None = None
    facts: Facts | None = None  # as the set left them, when asked for; nobody may change them
    rows: tuple[Row, ...] = ()  # everything written for it; none for a replay

    @property
    def done(self) -> bool:
        """Whether what was asked for is so, now or since the first time."""
        return not self.refusals and self.fault is None

    def added(self, *kinds: type[Row]) -> list[str]:
        """Return the ids of the new rows of these kinds, in the order in which they were made."""
        new = (row for row in self.rows if isinstance(row, kinds))
        return [row.id for row in new if not (isinstance(row, Changing) and row.version)]


class Memory:
    """Outcomes of earlier requests, loaded ones and those of this set, by id and by key."""

    def __init__(self, records: Iterable[CommandRecord], events: Iterable[Event]) -> None:
        told: dict[str, list[Event]] = {}
        for event in sorted(events, key=lambda event: event.position):
            told.setdefault(event.command_id, []).append(event)
        self._first: dict[str, tuple[str | None, Outcome]] = {}
        for record in records:
            outcome = Outcome(
                request_id=record.id,
                events=tuple(told.get(record.id, ())),
                refusals=tuple(remembered(record)),
                replayed=True,
            )
            self._keep(record.id, record.key, record.fingerprint, outcome)

    def _keep(
        self, request_id: str, key: str | None, fingerprint: str | None, outcome: Outcome
    ) -> None:
        self._first[f"id:{request_id}"] = fingerprint, outcome
        if key is not None:
            self._first[f"key:{key}"] = fingerprint, outcome

    def keep(self, request: Request, outcome: Outcome) -> None:
        """Answer so when the request comes again."""
        again = replace(outcome, replayed=True)
        self._keep(request.id, request.key, request.fingerprint, again)

    def replay(self, request: Request) -> Outcome | None:
        """The first outcome; a refusal when the key came with something else; none when new."""
        first = self._first.get(f"id:{request.id}")
        if first is None and request.key is not None:
            first = self._first.get(f"key:{request.key}")
        if first is None:
            return None
        fingerprint, outcome = first
        if request.key is not None and request.fingerprint != fingerprint:
            return Outcome(request_id=request.id, refusals=(KeyReused(field="key"),))
        return outcome


def remembered(record: CommandRecord) -> list[Refusal]:
    """The refusals of a recorded outcome, as they were."""
    return [_REFUSALS[code](**details) for code, details in record.refusals or ()]


_REFUSALS = {kind.code: kind for kind in refusals.EVERY}


class Folded:
    """The outcomes of a set in order, and all the rows to write for it."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.rows: dict[tuple[type[Row], str], Row] = {}

    def take(self, rows: Iterable[Row]) -> None:
        """The last after-image of a row is the one to write."""
        for row in rows:
            self.rows[type(row), row.id] = row


def fold(
    facts: Facts, memory: Memory, requests: Iterable[Request], new_id: Callable[[], str]
) -> Folded:
    """Decide every request in order; `facts` afterwards holds what they changed."""
    folded = Folded()
    for request in requests:
        outcome, said = memory.replay(request), as_text(request.command)
        if outcome is None:
            outcome, rows = one(facts, request, said.refusal, new_id)
            facts.add(row for row in rows if not isinstance(row, Event))
            folded.take(rows)
            if outcome.fault is None:
                memory.keep(request, outcome)
                folded.take([record_of(request, outcome)])
            folded.take([audit_of(request, said, outcome, new_id())])
        elif outcome.refusals and not outcome.replayed:
            folded.take([audit_of(request, said, outcome, new_id())])
        folded.outcomes.append(replace(outcome, facts=facts) if request.shown else outcome)
    return folded


def one(
    facts: Facts, request: Request, malformed: Refusal | None, new_id: Callable[[], str]
) -> tuple[Outcome, Sequence[Row]]:
    """Decide one request: what to answer, and the rows that change."""
    decision = Decision(facts, request.id, request.at, new_id, request.administrator)
    if malformed is not None:
        return Outcome(request_id=request.id, refusals=(malformed,)), ()
    try:
        decide(decision, request.command, request.dialect)
    except Refused as refused:
        return Outcome(request_id=request.id, refusals=refused.refusals), ()
    except Refusal as refusal:
        return Outcome(request_id=request.id, refusals=(refusal,)), ()
    except Exception as fault:  # a bug in one command must not cost its neighbours
        return Outcome(request_id=request.id, fault=fault), ()
    rows = tuple(decision.all_rows())
    return Outcome(request_id=request.id, events=tuple(decision.events), rows=rows), rows


def record_of(request: Request, outcome: Outcome) -> CommandRecord:
    """What is kept to answer the request again."""
    said = [(refusal.code, refusal.details) for refusal in outcome.refusals]
    return CommandRecord(
        id=request.id,
        key=request.key,
        fingerprint=request.fingerprint,
        refusals=said or None,
        at=request.at,
    )


def audit_of(request: Request, said: WrittenCommand, outcome: Outcome, audit_id: str) -> AuditLine:
    """Who asked for what, and how it ended."""
    ended = "broken" if outcome.fault else "refused" if outcome.refusals else "done"
    return AuditLine(
        id=audit_id,
        command_id=request.id,
        at=request.at,
        actor=request.actor,
        command=type(request.command).__name__,
        subject_id=subject_of(request.command),
        outcome=ended,
        refusals=[refusal.code for refusal in outcome.refusals] or None,
        request=said.text,
    )


_SUBJECTS = (
    "invoice_id",
    "note_id",
    "payment_id",
    "refund_id",
    "write_off_id",
    "lot_id",
    "wallet_id",
    "customer_id",
    "catalogue_item_id",
    "tax_code_id",
    "webhook_endpoint_id",
    "tenant_id",
)


def subject_of(command: Command) -> str | None:
    """What a command is about: the first thing that it names, an invoice before all others."""
    named = (getattr(command, field, None) for field in _SUBJECTS)
    return next((one for one in named if one and ID.fullmatch(one)), None)
