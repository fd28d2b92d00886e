"""Facts, and decisions: the rows that a command adds or changes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from polaris.core import refusals
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.row import Row
from polaris.core.facts.task import OPENED_BY, RESOLVED_BY, Task, TaskKind
from polaris.core.facts.tenant import Books, Tenant
from polaris.core.ledger import dating
from polaris.core.ledger.posting import Entry, EntryKind, Posting, reversed_postings

R = TypeVar("R", bound=Row)

Tables = dict[type[Row], dict[str, Row]]


class Facts:
    """All rows loaded for a set of commands, indexed by id and by the fields of `found_by`."""

    def __init__(self, tenant: Tenant, books: Books, rows: Iterable[Row] = ()) -> None:
        self.tenant_id = tenant.id
        self.latest_day = date.min
        """No entry is dated, and no balance becomes available, after this day."""
        self.tables: Tables = defaultdict(dict)
        self._found: dict[tuple[type[Row], str], dict[object, dict[str, None]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self.add((tenant, books, *rows))

    @property
    def tenant(self) -> Tenant:
        """Return the tenant, as the last command of the set left it."""
        return self.tables[Tenant][self.tenant_id]  # type: ignore[return-value]  # of its own kind

    @property
    def books(self) -> Books:
        """Return the closing date of the books, as the last command of the set left it."""
        return self.tables[Books][self.tenant_id]  # type: ignore[return-value]  # of its own kind

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        """Return the row, or None."""
        return self.tables[kind].get(row_id or "")  # type: ignore[return-value]  # of its own kind

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows. A row with a known id replaces the older one."""
        for row in rows:
            kind = type(row)
            for field in kind.found_by:
                self._found[kind, field][getattr(row, field)][row.id] = None
            self.tables[kind][row.id] = row
            if day := dating.day_of(row):
                self.latest_day = max(self.latest_day, day)

    def ids(self, kind: type[Row], field: str, value: str) -> Iterable[str]:
        """Return the ids of rows whose field has or had this value, in the order of addition."""
        return self._found[kind, field].get(value, ())


class Decision:
    """The changes of one command, collected row by row. The facts are not changed.

    `at` is the time of the request (UTC), and `actor` is who sent it. `new_id` returns
    ids for rows that have none.
    """

    def __init__(
        self,
        facts: Facts,
        command_id: str,
        at: datetime,
        new_id: Callable[[], str],
        administrator: bool = False,
        actor: str = "system",
    ) -> None:
        self.facts = facts
        self.command_id = command_id
        self.at = at
        self.new_id = new_id
        self.administrator = administrator
        self.actor = actor
        self.tenant = facts.tenant
        self.rows: Tables = defaultdict(dict)
        self.events: list[Event] = []
        self._latest_day = date.min  # of the entries of this decision
        self._asked_day: date | None = None
        self._usual_day: date | None = None
        self._asked: dict[str, tuple[date, date]] = {}  # day and first possible day, by entry

    # ------------------------------------------------------------ reading

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        """Return the row as this decision leaves it, or None."""
        if row_id is None:
            return None
        row = self.rows[kind].get(row_id) or self.facts.tables[kind].get(row_id)
        return row  # type: ignore[return-value]  # a table holds rows of its own kind

    def the(self, kind: type[R], row_id: str | None, field: str | None = None) -> R:
        """Return the row as this decision leaves it. Raises NotFound."""
        row = self.get(kind, row_id)
        if row is None:
            raise refusals.NotFound(field=field or f"{kind.table}_id", id=row_id)
        return row

    def of(self, kind: type[R], field: str, value: str) -> list[R]:
        """Return the rows whose field has this value, in the order of addition."""
        mine = self.rows[kind]
        loaded = self.facts.tables[kind]
        ids = self.facts.ids(kind, field, value)
        if not ids and not mine:  # the usual case: few invoices have notes, refunds or write-offs
            return []
        rows = [mine.get(row_id) or loaded[row_id] for row_id in ids]
        rows += [row for row_id, row in mine.items() if row_id not in loaded]
        rows = [row for row in rows if getattr(row, field) == value]
        return rows  # type: ignore[return-value]  # a table holds rows of its own kind

    def every(self, kind: type[R]) -> list[R]:
        """Return all loaded rows of a kind, by id. Use it only for kinds that load completely."""
        rows = {**self.facts.tables[kind], **self.rows[kind]}
        return [rows[row_id] for row_id in sorted(rows)]  # type: ignore[misc]  # of its own kind

    # ------------------------------------------------------------ changing

    def put(self, row: R) -> R:
        """Add the row to the decision, or replace it. Return it."""
        self.rows[type(row)][row.id] = row
        return row

    def change(self, row: R, **fields: object) -> R:
        """Change these fields of the row. Return the changed row."""
        return self.put(msgspec.structs.replace(row, **fields))

    def enter(
        self, kind: EntryKind, postings: tuple[Posting, ...], reverses: Entry | None = None
    ) -> Entry | None:
        """Book the postings as one entry. Return None when there are no postings.

        It is dated on the day of `book_on`, but not before what it rests on.
        """
        if not postings:
            return None
        entry = Entry(
            id=self.new_id(),
            kind=kind,
            accounting_date=date.min,
            written_at=self.at,
            reverses=reverses.id if reverses else None,
            command_id=self.command_id,
            invoice_id=postings[0].invoice_id,
            postings=postings,
        )
        return self._dated(entry, self._first_day([entry]))

    def correct(self, postings: tuple[Posting, ...], day: date) -> Entry:
        """Book postings that correct another entry, on this day or the first open day."""
        return self.put(
            Entry(
                id=self.new_id(),
                kind=EntryKind.CORRECTED,
                accounting_date=self.accounting_date(day),
                written_at=self.at,
                reverses=None,
                command_id=self.command_id,
                invoice_id=postings[0].invoice_id,
                postings=postings,
            )
        )

    def reverse(self, entry: Entry) -> Entry | None:
        """Book the exact reversal of an entry. Return None when it has no postings."""
        return self.enter(entry.kind, reversed_postings(entry.postings), entry)

    def emit(
        self,
        kind: EventKind,
        before: Row | None,
        after: Row,
        invoice_id: str | None = None,
        in_question_minor: int | None = None,
    ) -> None:
        """Add an event about a change of a row. Open or resolve the tasks that follow from it.

        `in_question_minor` is the amount of a task that the event opens.
        """
        event = Event(
            id=self.new_id(),
            kind=kind,
            at=self.at,
            command_id=self.command_id,
            position=len(self.events) + 1,
            customer_id=owner_id(after, "customer"),
            invoice_id=invoice_id or owner_id(after, "invoice"),
            subject=after.table,
            subject_id=after.id,
            before=image_of(before) if before else None,
            after=image_of(after),
        )
        self.events.append(event)
        self._resolve_tasks(RESOLVED_BY.get(kind, ()), event)
        if kind in OPENED_BY:
            self._open_task(event, getattr(after, "currency", None), in_question_minor)

    def _open_task(self, event: Event, currency: str | None, amount_minor: int | None) -> None:
        if event.customer_id is None:
            raise AssertionError("an event that opens a task belongs to a customer")
        task = Task(
            id=self.new_id(),
            kind=OPENED_BY[event.kind],
            event_id=event.id,
            customer_id=event.customer_id,
            invoice_id=event.invoice_id,
            subject=event.subject,
            subject_id=event.subject_id,
            currency=None if amount_minor is None else currency,
            amount_minor=amount_minor,
            opened_at=self.at,
        )
        self.emit(EventKind.TASK_OPENED, None, self.put(task))

    def _resolve_tasks(self, kinds: Collection[TaskKind], event: Event) -> None:
        for task in self.of(Task, "subject_id", event.subject_id) if kinds else ():
            if task.kind in kinds and task.resolved_at is None:
                self.resolve_task(task, event.kind.sentence)

    def resolve_task(self, task: Task, resolution: str) -> None:
        """Resolve a task: store when, by whom and how."""
        after = self.change(
            task, resolved_at=self.at, resolved_by=self.actor, resolution=resolution
        )
        self.emit(EventKind.TASK_RESOLVED, task, after)

    # ------------------------------------------------------------ days

    @property
    def books(self) -> Books:
        """Return the closing date of the books, as this decision leaves it."""
        return self.the(Books, self.tenant.id)

    def today(self, timezone: str | None = None) -> date:
        """Return the day of the request in a time zone, by default the tenant's."""
        return self.at.astimezone(ZoneInfo(timezone or self.tenant.timezone)).date()

    def accounting_date(self, day: date | None = None) -> date:
        """Return the day (default: today), or the first open day if that is later."""
        return max(day or self.today(), self.books.first_open_day)

    def document_day(self, customer: Customer, cause: date | None = None) -> date:
        """Return the day for a new document: today in the customer's zone.

        It is the first open day, or the day of the document's `cause`, if that is later.
        """
        return self.accounting_date(max(self.today(customer.timezone), cause or date.min))

    def book_on(self, asked: date | None, usual: date | None = None) -> None:
        """Set the day of the entries that follow: the day asked for, else the usual day.

        Without both it is today. A day asked for is never moved: `refuse_moved_day` refuses it.
        """
        self._asked_day, self._usual_day = asked, usual

    def date_together(self, *entries: Entry | None) -> None:
        """Date entries of this decision again, all on one day, when all others are booked.

        It is for entries whose effects on a balance cancel out, and for what is undone last.
        """
        booked = [entry for entry in entries if entry is not None]
        for entry in booked:
            self.change(entry, accounting_date=date.min, postings=())
        day = self._first_day(booked)
        for entry in booked:
            self._dated(entry, day)

    def _first_day(self, entries: Iterable[Entry]) -> date:
        """Return the first day on which these entries can be booked together.

        Usually no cause is later than the day that is wanted; then the causes need no look.
        """
        if self._wanted_day() >= max(self.facts.latest_day, self._latest_day):
            return self.books.first_open_day
        return max(self.books.first_open_day, dating.first_possible_day(self, entries))

    def _wanted_day(self) -> date:
        return self._asked_day or self._usual_day or self.today()

    def _dated(self, entry: Entry, first: date) -> Entry:
        """Store an entry on the day of `book_on`, or on the first possible day if that is later."""
        if self._asked_day is not None:
            self._asked[entry.id] = self._asked_day, first
        day = max(self._wanted_day(), first)
        self._latest_day = max(self._latest_day, day)
        return self.change(entry, accounting_date=day)

    def refuse_moved_day(self) -> None:
        """Refuse a day asked for on which an entry cannot be booked. Raises DatedBeforeCause."""
        moved = [first for asked, first in self._asked.values() if asked < first]
        if moved:
            raise refusals.DatedBeforeCause(
                field="dated", first_possible_day=max(moved).isoformat()
            )

    def set_available_days(self) -> None:
        """Set the day from which each balance that has risen in this decision can be used."""
        for kind in dating.BALANCES:
            for row in dating.changed(self, kind):
                if dating.raised(self, self.facts.tables[kind].get(row.id), row):
                    day = dating.available_day(self, row)
                    self.change(row, available_from=self.today() if day == date.min else day)

    def all_rows(self) -> Iterator[Row]:
        """Yield every row of the decision, the events last."""
        for table in self.rows.values():
            yield from table.values()
        yield from self.events


def image_of(row: Row) -> dict[str, object]:
    """Return the row as an event stores it.

    The parties of a document are left out: they never change, so the row itself has them.
    """
    image = msgspec.structs.asdict(row)
    image.pop("parties", None)
    return image


def owner_id(row: Row, table: str) -> str | None:
    """Return the id of the customer or invoice that a row belongs to; these own themselves."""
    owner: str | None = row.id if row.table == table else getattr(row, f"{table}_id", None)
    return owner
