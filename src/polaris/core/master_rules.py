"""Requirements about what invoices refer to: the catalogue, the tenant, the books."""

from decimal import Decimal
from urllib.parse import urlsplit

import msgspec

from polaris.core import master_refusals, numbering, save_tenant
from polaris.core.catalogue import AddOn, Signature, TaxCode, WebhookEndpoint
from polaris.core.input_rules import LONGEST_TERM_DAYS
from polaris.core.line_rules import LARGEST_RATE
from polaris.core.refusals import AlreadyExists, NotFound, NumberNotPossible, ValueMissing
from polaris.core.requirement import Case, Details, Requirement, requires, unless
from polaris.core.spoken import LONGEST
from polaris.core.tenant import Tenant

FINEST_RATE = Decimal("0.000001")
MOST_ENDPOINTS = 10

# ---------------------------------------------------------------- the catalogue

Kind = type[AddOn] | type[TaxCode] | type[WebhookEndpoint]


def id_of(kind: Kind) -> str:
    """The field that names a row of this kind."""
    return f"{kind.table}_id"


def not_deleted(kind: Kind) -> Requirement:
    """A rule that what is saved was not deleted before."""

    @requires(NotFound)
    def was_not_deleted(case: Case) -> Details | None:
        """What was deleted does not come back."""
        row = case.decision.get(kind, getattr(case.command, id_of(kind)))
        return unless(row is None or not row.deleted_at, field=id_of(kind))

    return was_not_deleted


def there(kind: Kind) -> Requirement:
    """A rule that what is deleted is there."""

    @requires(NotFound)
    def is_there(case: Case) -> Details | None:
        """What is named belongs to the tenant."""
        row = case.decision.get(kind, getattr(case.command, id_of(kind)))
        return unless(row is not None and not row.deleted_at, field=id_of(kind))

    return is_there


def complete(kind: Kind, *fields: str) -> Requirement:
    """A rule that a new row has these fields, and that no row loses them."""

    @requires(ValueMissing)
    def is_complete(case: Case) -> Details | None:
        """What is needed is given, and not empty."""
        new = case.decision.get(kind, getattr(case.command, id_of(kind))) is None
        given = {name: getattr(case.command, name) for name in fields}
        wrong = [name for name, one in given.items() if one == "" or (new and one is None)]
        return unless(not wrong, field=wrong[0] if wrong else None)

    return is_complete


def code_is_free(kind: type[AddOn] | type[TaxCode]) -> Requirement:
    """A rule that two rows have two codes."""

    @requires(AlreadyExists)
    def is_free(case: Case) -> Details | None:
        """Nothing else of this kind has the code."""
        called = case.decision.of(kind, "code", case.command.code or "")
        own = getattr(case.command, id_of(kind))
        others = [one.id for one in called if one.id != own and not one.deleted_at]
        return unless(not others, field="code", id=others[0] if others else None)

    return is_free


@requires(master_refusals.UnknownTaxCode)
def tax_codes_known(case: Case) -> Details | None:
    """The taxes that are named exist."""
    for code in case.command.tax_codes or ():
        if all(one.deleted_at for one in case.decision.of(TaxCode, "code", code)):
            return {"field": "tax_codes", "id": code}
    return None


@requires(NumberNotPossible)
def rate_possible(case: Case) -> Details | None:
    """A rate is between none and 1,000 percent, with at most six places."""
    rate = case.command.rate
    if rate is None:
        return None
    fits = rate.is_finite() and 0 <= rate <= LARGEST_RATE and not rate % FINEST_RATE
    return unless(fits, field="rate")


@requires(master_refusals.UrlMalformed)
def url_possible(case: Case) -> Details | None:
    """An address is a URL of the web with a host."""
    url = case.command.url
    return unless(not url or _of_the_web(url), field="url")


def _of_the_web(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or a host that is none
        return False


@requires(AlreadyExists)
def url_is_free(case: Case) -> Details | None:
    """No other endpoint has the address."""
    taken = [one.id for one in _others(case) if one.url == case.command.url]
    return unless(not taken, field="url", id=taken[0] if taken else None)


@requires(master_refusals.TooMany)
def endpoints_few(case: Case) -> Details | None:
    """A tenant has at most ten endpoints."""
    return unless(len(_others(case)) < MOST_ENDPOINTS, field="webhook_endpoint_id")


def _others(case: Case) -> list[WebhookEndpoint]:
    own = case.command.webhook_endpoint_id
    rows = case.decision.every(WebhookEndpoint)
    return [one for one in rows if one.id != own and not one.deleted_at]


@requires(master_refusals.UnknownSignature)
def signature_known(case: Case) -> Details | None:
    """The way to sign is known."""
    asked = case.command.signature
    return unless(asked is None or asked in set(Signature), field="signature", id=asked)


# ---------------------------------------------------------------- the tenant


@requires(NotFound)
def tenant_exists(case: Case) -> Details | None:
    """A tenant changes itself alone."""
    known = case.decision.get(Tenant, case.command.tenant_id) is not None
    return unless(known, field="tenant_id")


@requires(ValueMissing)
def tenant_named(case: Case) -> Details | None:
    """A tenant has a name."""
    return unless(case.command.name is None or bool(case.command.name.strip()), field="name")


@requires(master_refusals.UnknownSetting)
def settings_known(case: Case) -> Details | None:
    """Every setting that is named exists."""
    wrong = [name for name in case.command.settings_changes if name not in save_tenant.KINDS]
    return unless(not wrong, field="settings_changes", id=wrong[0] if wrong else None)


@requires(master_refusals.SettingNotPossible)
def settings_possible(case: Case) -> Details | None:
    """Every setting can have its value."""
    for name, value in case.command.settings_changes.items():
        if name in save_tenant.KINDS and not _can_be(name, value):
            return {"field": name, "given": str(value)[:LONGEST]}
    return None


def _can_be(name: str, value: object) -> bool:
    try:
        converted = save_tenant.convert(name, value)
    except msgspec.ValidationError:
        return False
    if isinstance(converted, int):  # the one number that there is, a term
        return 0 <= converted <= LONGEST_TERM_DAYS
    return True


_OWNERS = {"invoice_format": ("customer",), "note_format": ("customer", "invoice")}


@requires(master_refusals.FormatNotPossible)
def formats_possible(case: Case) -> Details | None:
    """A format has the next number in it, and nothing that is not known."""
    for name, owners in _OWNERS.items():
        form = case.command.settings_changes.get(name)
        if isinstance(form, str) and not numbering.possible(form, *owners):
            return {"field": name, "given": form[:LONGEST]}
    return None


# ---------------------------------------------------------------- the books


@requires(master_refusals.AdministratorRequired)
def asked_by_administrator(case: Case) -> Details | None:
    """An administrator asks."""
    return unless(case.decision.administrator)


@requires(master_refusals.BooksWouldMoveBack)
def books_move_forward(case: Case) -> Details | None:
    """Closing moves the closing date forward."""
    closed = case.decision.books.closed_through
    return unless(closed is None or case.command.through > closed, field="through")


@requires(master_refusals.BooksWouldMoveForward)
def books_move_back(case: Case) -> Details | None:
    """Reopening moves the closing date back."""
    closed, through = case.decision.books.closed_through, case.command.through
    back = closed is not None and (through is None or through < closed)
    return unless(back, field="through")


@requires(master_refusals.PeriodNotOver)
def period_over(case: Case) -> Details | None:
    """The period that is closed has ended."""
    return unless(case.command.through < case.decision.today(), field="through")
