"""Requirements about customers. Each sentence states what must hold."""

from msgspec import UNSET

from polaris.core import refusals
from polaris.core.balances.tax_selection import live_tax
from polaris.core.commands import (
    DeleteCustomer,
    DraftInvoice,
    IssueStandaloneNote,
    OpenWallet,
    SaveCustomer,
)
from polaris.core.commands.base import or_none
from polaris.core.facts.customer import Customer
from polaris.core.rules import input
from polaris.core.rules.requirement import Case, Details, requires, unless


@requires(refusals.NotFound)
def customer_exists(
    case: Case[DeleteCustomer | DraftInvoice | IssueStandaloneNote | OpenWallet],
) -> Details | None:
    """The customer exists, belongs to the tenant and has not been deleted."""
    known = case.decision.get(Customer, case.command.customer_id)
    return unless(known is not None and not known.deleted_at, field="customer_id")


@requires(refusals.NotFound)
def customer_not_deleted(case: Case[SaveCustomer]) -> Details | None:
    """The customer has not been deleted; a new customer may take its external id."""
    known = case.decision.get(Customer, case.command.customer_id)
    return unless(known is None or known.deleted_at is None, field="customer_id")


@requires(refusals.ValueMissing)
def customer_named(case: Case[SaveCustomer]) -> Details | None:
    """The customer has an external id, which may change but cannot be removed."""
    known = case.decision.get(Customer, case.command.customer_id)
    kept = known is not None and case.command.external_id is UNSET
    return unless(kept or bool(or_none(case.command.external_id)), field="external_id")


@requires(refusals.AlreadyExists)
def external_id_is_free(case: Case[SaveCustomer]) -> Details | None:
    """No other customer has the external id, unless `upsert` asks to update that customer."""
    rows = case.decision.of(Customer, "external_id", or_none(case.command.external_id) or "")
    others = [row for row in rows if row.id != case.command.customer_id and not row.deleted_at]
    free = not others or case.command.upsert
    return unless(free, field="external_id", id=others[0].id if others else None)


@requires(refusals.UnknownTaxCode)
def customer_taxes_known(case: Case[SaveCustomer]) -> Details | None:
    """Every tax code that the command names exists."""
    for code in or_none(case.command.tax_codes) or ():
        if live_tax(case.decision, code) is None:
            return {"field": "tax_codes", "id": code}
    return None


SAVE = (
    customer_not_deleted,
    customer_named,
    external_id_is_free,
    customer_taxes_known,
    input.currency_known,
    input.timezone_known,
    input.term_possible,
)
DELETE = (customer_exists,)
