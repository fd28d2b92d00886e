"""Create a customer, or change what is given of one."""

from polaris.core.customer import Customer, Series
from polaris.core.decision import Decision
from polaris.core.events import EventKind
from polaris.core.master_commands import SaveCustomer
from polaris.core.numbering import CUSTOMERS, draw

_FIELDS = ("external_id", "name", "email", "currency", "timezone", "payment_term_days", "details")


def save(decision: Decision, command: SaveCustomer) -> None:
    """The customer shall have these fields; the ones not given stay."""
    before = decision.get(Customer, command.customer_id)
    given = {name: value for name in _FIELDS if (value := getattr(command, name)) is not None}
    base = before or create(decision, command)
    decision.tell(EventKind.CUSTOMER_SAVED, before, decision.change(base, **given))


def create(decision: Decision, command: SaveCustomer) -> Customer:
    """A new customer, counted in its tenant."""
    series = decision.the(Series, CUSTOMERS)
    return Customer(
        id=command.customer_id,
        external_id=command.external_id or command.customer_id,
        sequence=draw(decision, series),
        created_at=decision.at,
    )
