"""Customers change field by field, and when they are deleted only their own id is free again."""

from core.asks import after, told
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice


def test_details_are_merged_key_by_key() -> None:
    world = after('customer details={"x":{"a":1,"b":{"c":2}}}', 'customer details={"x":{"b":null}}')
    after("customer name=Ann", world=world)
    customer = world.the(Customer, "c3")
    assert (customer.name, customer.details) == ("Ann", {"x": {"a": 1, "b": None}})


def test_a_deleted_customer_keeps_its_invoices_and_gives_its_id_back() -> None:
    world = after("billed")
    (event,) = world.perform(told("delete_customer")).events
    assert (event.kind, event.customer_id) == (EventKind.CUSTOMER_DELETED, "c1")
    assert world.the(Customer, "c1").deleted_at == world.at
    assert world.the(Invoice, "inv").outstanding_minor == 1200
    after("customer external_id=x1", "pay", world=world)
    assert world.the(Customer, "c3").external_id == world.the(Customer, "c1").external_id
    assert world.the(Invoice, "inv").outstanding_minor == 0
