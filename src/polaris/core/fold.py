"""Decide a set of requests in order. Each sees the changes of the earlier ones.

A refused or broken request changes nothing. Only its audit line and, if it is refused, its record
are written; other requests of the set are not affected.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from polaris.core import refusals
from polaris.core.commands import Command
from polaris.core.commands.text import ID, LONGEST, UNSTORABLE, WrittenCommand, as_text
from polaris.core.decision import Decision, Facts
from polaris.core.effects import Effects, effects_of, fingerprint, outcome_changed
from polaris.core.facts.audit import AuditLine, CommandRecord
from polaris.core.facts.event import Event
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.task import OPENED_BY
from polaris.core.lifecycle import POLARIS, Refused, decide
from polaris.core.refusals import KeyReused, Refusal, RequestReused
from polaris.core.transition import Dialect


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A command with its id, time and actor. Repeated with the same id or key, it is done once.

    Raises ValueError for values that cannot be stored, because the whole set would fail.
    """

    id: str
    command: Command
    at: datetime  # UTC
    actor: str = "system"
    administrator: bool = False
    key: str | None = None  # the caller's idempotency key
    fingerprint: str | None = None  # SHA-256 of what was sent under that key, or under the id
    dialect: Dialect = POLARIS
    shown: bool = False  # True if the outcome should contain the facts, for the answer
    expect: str | None = None  # fingerprint of the only effects that the caller agrees to
    expected: Effects | None = None  # these effects; a refusal lists what is different
    with_effects: bool = False  # True if the outcome should contain the effects

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise ValueError("the id of a request must be a lowercase UUID")
        if UNSTORABLE.search(self.actor + (self.key or "")) or len(self.key or "") > LONGEST:
            raise ValueError(
                f"actor and key must be valid text, and the key has at most {LONGEST} characters"
            )
            # Without a fingerprint, another command with the same key would count as a repetition.
        if self.key is not None and self.fingerprint is None:
            raise ValueError("a key needs the fingerprint of its request")

    @property
    def weighs_effects(self) -> bool:
        """True if the effects of the request have to be gathered."""
        return self.with_effects or self.expect is not None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a request: events if it was done, else refusals, or a fault of Polaris."""

    request_id: str
    events: tuple[Event, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    replayed: bool = False  # True if it comes from the record of an earlier request
    fault: BaseException | None = None
    facts: Facts | None = None  # after the set, or a repetition's first time, if `shown`; read-only
    rows: tuple[Row, ...] = ()  # all rows written for it; empty for a replay
    effects: Effects | None = None  # if the request wants or expects them; None for a replay
    writers_left: int = 0  # of a closing of the books: earlier sets that may still add entries

    @property
    def done(self) -> bool:
        """True if the request was done, now or the first time."""
        return not self.refusals and self.fault is None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for each event of the request that opened a task."""
        return tuple(event.kind.sentence for event in self.events if event.kind in OPENED_BY)

    def added(self, *kinds: type[Row]) -> list[str]:
        """Return the ids of the new rows of these kinds, in the order of creation."""
        new = (row for row in self.rows if isinstance(row, kinds))
        return [row.id for row in new if not (isinstance(row, Changing) and row.version)]


class Memory:
    """Outcomes of earlier requests, by id and by key: loaded ones and those of this set."""

    def __init__(self, records: Iterable[CommandRecord], events: Iterable[Event]) -> None:
        events_of: dict[str, list[Event]] = {}
        for event in sorted(events, key=lambda event: event.position):
            events_of.setdefault(event.command_id, []).append(event)
        self._first: dict[str, tuple[str | None, Outcome]] = {}
        for record in records:
            outcome = Outcome(
                request_id=record.id,
                events=tuple(events_of.get(record.id, ())),
                refusals=tuple(recorded_refusals(record)),
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
        """Store the outcome, as the answer to a repetition of the request."""
        again = replace(outcome, replayed=True)
        self._keep(request.id, request.key, request.fingerprint, again)

    def replay(self, request: Request) -> Outcome | None:
        """Return the first outcome; None if the request is new.

        Another fingerprint than the first time is refused: KeyReused, or RequestReused for an id.
        """
        first = self._first.get(f"id:{request.id}")
        if first is None and request.key is not None:
            first = self._first.get(f"key:{request.key}")
        if first is None:
            return None
        fingerprint, outcome = first
        if request.fingerprint is None or request.fingerprint == fingerprint:
            return outcome
        reused = KeyReused(field="key") if request.key is not None else RequestReused()
        return Outcome(request_id=request.id, refusals=(reused,))


def recorded_refusals(record: CommandRecord) -> list[Refusal]:
    """Return the refusals of a recorded outcome."""
    return [_REFUSALS[code](**details) for code, details in record.refusals or ()]


_REFUSALS = {kind.code: kind for kind in refusals.EVERY}


class Folded:
    """The outcomes of a set in order, and all rows to write for it."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.rows: dict[tuple[type[Row], str], Row] = {}

    def take(self, rows: Iterable[Row]) -> None:
        """Add rows to write. The last version of a row replaces earlier ones."""
        for row in rows:
            self.rows[type(row), row.id] = row


def fold(
    facts: Facts, memory: Memory, requests: Iterable[Request], new_id: Callable[[], str]
) -> Folded:
    """Decide every request in order. Adds the changed rows to `facts`."""
    folded = Folded()
    for request in requests:
        outcome, said = memory.replay(request), as_text(request.command)
        if outcome is None:
            outcome, rows = decide_request(facts, request, said.refusal, new_id)
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


def decide_request(
    facts: Facts, request: Request, malformed: Refusal | None, new_id: Callable[[], str]
) -> tuple[Outcome, Sequence[Row]]:
    """Decide one request. Return its outcome and the changed rows."""
    decision = Decision(facts, request.id, request.at, new_id, request.administrator, request.actor)
    if malformed is not None:
        return Outcome(request_id=request.id, refusals=(malformed,)), ()
    try:
        decide(decision, request.command, request.dialect)
        effects = effects_of(decision) if request.weighs_effects else None
    except Refused as refused:
        return Outcome(request_id=request.id, refusals=refused.refusals), ()
    except Refusal as refusal:
        return Outcome(request_id=request.id, refusals=(refusal,)), ()
    except Exception as fault:  # a bug in one command must not fail the others of the set
        return Outcome(request_id=request.id, fault=fault), ()
    if effects is not None and request.expect not in (None, fingerprint(effects)):
        changed = outcome_changed(request.expected, effects)
        return Outcome(request_id=request.id, refusals=(changed,), effects=effects), ()
    rows = tuple(decision.all_rows())
    events = tuple(decision.events)
    return Outcome(request_id=request.id, events=events, rows=rows, effects=effects), rows


def record_of(request: Request, outcome: Outcome) -> CommandRecord:
    """Return the record that answers a repetition of the request."""
    said = [(refusal.code, refusal.details) for refusal in outcome.refusals]
    return CommandRecord(
        id=request.id,
        key=request.key,
        fingerprint=request.fingerprint,
        refusals=said or None,
        at=request.at,
    )


def audit_of(request: Request, said: WrittenCommand, outcome: Outcome, audit_id: str) -> AuditLine:
    """Return the audit line of a request and its outcome."""
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
    "entry_id",
    "wallet_id",
    "customer_id",
    "catalogue_item_id",
    "tax_code_id",
    "webhook_endpoint_id",
    "task_id",
    "tenant_id",
)


def subject_of(command: Command) -> str | None:
    """Return the id that the audit files a command under: its invoice, else its first other id."""
    named = (getattr(command, field, None) for field in _SUBJECTS)
    return next((one for one in named if one and ID.fullmatch(one)), None)
