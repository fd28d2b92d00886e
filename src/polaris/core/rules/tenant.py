"""Requirements about the tenant and its books. Each sentence states what must hold."""

import msgspec
from msgspec import UNSET

from polaris.core import refusals
from polaris.core.commands import (
    CloseBooks,
    CorrectEntryDay,
    ReopenBooks,
    SaveTenant,
)
from polaris.core.commands.text import LONGEST
from polaris.core.facts import tenant
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Tenant
from polaris.core.ledger.posting import Entry, EntryKind
from polaris.core.refusals import NotFound, ValueMissing
from polaris.core.rules import input, number
from polaris.core.rules.input import LONGEST_TERM_DAYS
from polaris.core.rules.requirement import AnyCase, Case, Details, requires, unless
from polaris.money import LARGEST_MINOR

LONGEST_REASON = 100
"""The most characters of a reason code."""


@requires(NotFound)
def tenant_exists(case: Case[SaveTenant]) -> Details | None:
    """The tenant to save is the tenant of the request."""
    known = case.decision.get(Tenant, case.command.tenant_id) is not None
    return unless(known, field="tenant_id")


@requires(refusals.TenantChangedMeanwhile)
def tenant_still_as_read(case: Case[SaveTenant]) -> Details | None:
    """The tenant still has the fingerprint that the command names, if it names one."""
    current, seen = case.decision.get(Tenant, case.command.tenant_id), case.command.fingerprint
    same = current is None or seen is None or seen == tenant.fingerprint(current)
    return unless(same, field="fingerprint")


@requires(ValueMissing)
def tenant_named(case: Case[SaveTenant]) -> Details | None:
    """The name of the tenant is not empty."""
    name = case.command.name
    return unless(name is UNSET or bool(name.strip()), field="name")


@requires(refusals.UnknownSetting)
def settings_known(case: Case[SaveTenant]) -> Details | None:
    """Every setting that the command names exists."""
    wrong = [name for name in case.command.settings_changes if name not in tenant.KINDS]
    return unless(not wrong, field="settings_changes", id=wrong[0] if wrong else None)


@requires(refusals.SettingNotPossible)
def settings_possible(case: Case[SaveTenant]) -> Details | None:
    """Every setting accepts the value that the command gives."""
    for name, value in case.command.settings_changes.items():
        if name in tenant.KINDS and not _can_be(name, value):
            return {"field": name, "given": str(value)[:LONGEST]}
    return None


def _can_be(name: str, value: object) -> bool:
    try:
        converted = tenant.convert(name, value)
    except msgspec.ValidationError:
        return False
    if name == "invoice_scope" and converted is SeriesScope.INVOICE:  # only notes have an invoice
        return False
    if name == "void_reasons":
        return _are_codes(value)
    limit = _LIMITS.get(name)
    return limit is None or not isinstance(converted, int) or 0 <= converted <= limit


_LIMITS = {"payment_term_days": LONGEST_TERM_DAYS, "confirm_above_minor": LARGEST_MINOR}
"""The largest value of each setting that is a number."""


def _are_codes(codes: object) -> bool:
    """True if these are reason codes: not empty, not too long, and none of them twice."""
    listed = msgspec.convert(codes, tuple[str, ...])
    fitting = all(code.strip() and len(code) <= LONGEST_REASON for code in listed)
    return fitting and len(set(listed)) == len(listed)


@requires(refusals.AdministratorRequired)
def asked_by_administrator(case: AnyCase) -> Details | None:
    """The caller is an administrator."""
    return unless(case.decision.administrator)


@requires(refusals.BooksWouldMoveBack)
def books_move_forward(case: Case[CloseBooks]) -> Details | None:
    """Closing moves the closing date forward."""
    closed = case.decision.books.closed_through
    return unless(closed is None or case.command.through > closed, field="through")


@requires(refusals.BooksWouldMoveForward)
def books_move_back(case: Case[ReopenBooks]) -> Details | None:
    """Reopening moves the closing date back."""
    closed, through = case.decision.books.closed_through, case.command.through
    back = closed is not None and (through is None or through < closed)
    return unless(back, field="through")


@requires(refusals.PeriodNotOver)
def period_over(case: Case[CloseBooks]) -> Details | None:
    """The period to close has ended."""
    return unless(case.command.through < case.decision.today(), field="through")


@requires(refusals.DateNotPossible)
def day_after_entry(case: Case[CorrectEntryDay]) -> Details | None:
    """The right day is after the day of the entry."""
    entry = case.named(Entry, "entry_id")
    return unless(case.command.day > entry.accounting_date, field="day")


@requires(refusals.AlreadyExists)
def entry_not_a_correction(case: Case[CorrectEntryDay]) -> Details | None:
    """The entry is not a correction itself."""
    entry = case.named(Entry, "entry_id")
    return unless(entry.kind is not EntryKind.CORRECTED, field="entry_id", id=entry.id)


# ---------------------------------------------------------------- what each command requires

SAVE = (
    tenant_exists,
    tenant_still_as_read,
    tenant_named,
    input.currency_known,
    input.timezone_known,
    settings_known,
    settings_possible,
    *number.FORMATS,
)
CLOSE_BOOKS = (books_move_forward, period_over)
REOPEN_BOOKS = (asked_by_administrator, books_move_back)
CORRECT_ENTRY_DAY = (
    asked_by_administrator,
    input.dates_possible,
    day_after_entry,
    entry_not_a_correction,
)
