"""Create, change and delete customers."""

from msgspec import UNSET
from msgspec.structs import replace

from polaris.core.balances.numbering import draw
from polaris.core.balances.tax_selection import live_tax
from polaris.core.commands import DeleteCustomer, SaveCustomer
from polaris.core.commands.base import or_none, set_fields
from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import merged
from polaris.core.facts.event import EventKind
from polaris.core.facts.series import CUSTOMERS, Series

_FIELDS = """
    external_id name email currency timezone payment_term_days first_name last_name legal_name
    tax_number phone metadata
""".split()


def save(decision: Decision, command: SaveCustomer) -> None:
    """Create the customer, or change the given fields of the existing one."""
    before = find_customer(decision, command)
    base = before or create(decision, command)
    fields = set_fields(command, *_FIELDS)
    fields["address"] = replace(base.address, **set_fields(command.address))
    if command.tax_codes is not UNSET:
        fields["tax_code_ids"] = tax_code_ids(decision, command.tax_codes)
    after = decision.change(base, **fields, details=merged(base.details, command.details))
    decision.emit(EventKind.CUSTOMER_SAVED, before, after)


def find_customer(decision: Decision, command: SaveCustomer) -> Customer | None:
    """Return the existing customer that the command changes, or None if it is new."""
    if not command.upsert:
        return decision.get(Customer, command.customer_id)
    rows = decision.of(Customer, "external_id", or_none(command.external_id) or "")
    return next((row for row in rows if not row.deleted_at), None)


def tax_code_ids(decision: Decision, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of the taxes, each once. Ids are stored because a tax may change its code."""
    taxes = (live_tax(decision, code) for code in dict.fromkeys(codes))
    return tuple(tax.id for tax in taxes if tax)


def delete(decision: Decision, command: DeleteCustomer) -> None:
    """Delete a customer. Existing invoices, payments and credit stay as they are."""
    before = decision.the(Customer, command.customer_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.CUSTOMER_DELETED, before, after)


def create(decision: Decision, command: SaveCustomer) -> Customer:
    """Return a new customer with the tenant's next sequence number."""
    series = decision.the(Series, CUSTOMERS)
    return Customer(
        id=command.customer_id,
        external_id=or_none(command.external_id) or command.customer_id,
        sequence=draw(decision, series),
        created_at=decision.at,
    )
