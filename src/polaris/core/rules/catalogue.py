"""Requirements about catalogue items and tax codes. Each sentence states what must hold."""

from decimal import Decimal

from polaris.core import refusals
from polaris.core.commands import (
    Command,
    SaveCatalogueItem,
    SaveTaxCode,
)
from polaris.core.commands.base import or_none
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.refusals import AlreadyExists, NotFound, NumberNotPossible, ValueMissing
from polaris.core.rules import input
from polaris.core.rules.line import LARGEST_RATE
from polaris.core.rules.requirement import AnyCase, Case, Details, Requirement, requires, unless

FINEST_RATE = Decimal("0.000001")
Kind = type[CatalogueItem] | type[TaxCode] | type[WebhookEndpoint]


def id_of(kind: Kind) -> str:
    """Return the name of the command field that holds the id of such a row."""
    return f"{kind.table}_id"


def not_deleted(kind: Kind) -> Requirement[Command]:
    """Return the rule that a saved row has not been deleted."""

    @requires(NotFound)
    def was_not_deleted(case: AnyCase) -> Details | None:
        """The row has not been deleted; a deleted row cannot be saved again."""
        row = case.decision.get(kind, getattr(case.command, id_of(kind)))
        return unless(row is None or not row.deleted_at, field=id_of(kind))

    return was_not_deleted


def there(kind: Kind) -> Requirement[Command]:
    """Return the rule that a row to delete exists."""

    @requires(NotFound)
    def is_there(case: AnyCase) -> Details | None:
        """The row exists, belongs to the tenant and has not been deleted."""
        row = case.decision.get(kind, getattr(case.command, id_of(kind)))
        return unless(row is not None and not row.deleted_at, field=id_of(kind))

    return is_there


def complete(kind: Kind, *fields: str) -> Requirement[Command]:
    """Return the rule that a new row has these fields, and that a change does not empty them."""

    @requires(ValueMissing)
    def is_complete(case: AnyCase) -> Details | None:
        """Every required field has a value that is not empty."""
        new = case.decision.get(kind, getattr(case.command, id_of(kind))) is None
        values = {name: or_none(getattr(case.command, name)) for name in fields}
        wrong = [name for name, value in values.items() if value == "" or (new and value is None)]
        return unless(not wrong, field=wrong[0] if wrong else None)

    return is_complete


def code_is_free(
    kind: type[CatalogueItem] | type[TaxCode],
) -> Requirement[SaveCatalogueItem | SaveTaxCode]:
    """Return the rule that no two rows of this kind share a code."""

    @requires(AlreadyExists)
    def is_free(case: Case[SaveCatalogueItem | SaveTaxCode]) -> Details | None:
        """No other row of this kind has the code."""
        called = case.decision.of(kind, "code", or_none(case.command.code) or "")
        own = getattr(case.command, id_of(kind))
        others = [one.id for one in called if one.id != own and not one.deleted_at]
        return unless(not others, field="code", id=others[0] if others else None)

    return is_free


@requires(refusals.UnknownTaxCode)
def tax_codes_known(case: Case[SaveCatalogueItem]) -> Details | None:
    """Every tax code that the command names exists."""
    for code in or_none(case.command.tax_codes) or ():
        if all(one.deleted_at for one in case.decision.of(TaxCode, "code", code)):
            return {"field": "tax_codes", "id": code}
    return None


@requires(NumberNotPossible)
def rate_possible(case: Case[SaveTaxCode]) -> Details | None:
    """The rate is between 0 and 1,000 percent and has at most six decimal places."""
    rate = or_none(case.command.rate)
    if rate is None:
        return None
    fits = rate.is_finite() and 0 <= rate <= LARGEST_RATE and not rate % FINEST_RATE
    return unless(fits, field="rate")


# ---------------------------------------------------------------- what each command requires

SAVE_ITEM = (
    not_deleted(CatalogueItem),
    complete(CatalogueItem, "code", "name", "amount_minor", "currency"),
    code_is_free(CatalogueItem),
    tax_codes_known,
    input.not_negative("amount_minor"),
    input.not_too_large("amount_minor"),
    input.currency_known,
)
DELETE_ITEM = (there(CatalogueItem),)
SAVE_TAX = (
    not_deleted(TaxCode),
    complete(TaxCode, "code", "name", "rate"),
    code_is_free(TaxCode),
    rate_possible,
)
DELETE_TAX = (there(TaxCode),)
