"""Create a customer, change what is given of one, or delete one."""

from polaris.core.balances.numbering import draw
from polaris.core.commands import DeleteCustomer, SaveCustomer
from polaris.core.decision import Decision
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.series import CUSTOMERS, Series

_FIELDS = ("external_id", "name", "email", "currency", "timezone", "payment_term_days")


def save(decision: Decision, command: SaveCustomer) -> None:
    """The customer shall have these fields; the ones not given stay."""
    before = decision.get(Customer, command.customer_id)
    given = {name: value for name in _FIELDS if (value := getattr(command, name)) is not None}
    base = before or create(decision, command)
    details = {**base.details, **(command.details or {})}
    decision.emit(EventKind.CUSTOMER_SAVED, before, decision.change(base, **given, details=details))


def delete(decision: Decision, command: DeleteCustomer) -> None:
    """Nothing new begins for the customer; what there is goes on."""
    before = decision.the(Customer, command.customer_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.CUSTOMER_DELETED, before, after)


def create(decision: Decision, command: SaveCustomer) -> Customer:
    """A new customer, counted in its tenant."""
    series = decision.the(Series, CUSTOMERS)
    return Customer(
        id=command.customer_id,
        external_id=command.external_id or command.customer_id,
        sequence=draw(decision, series),
        created_at=decision.at,
    )
