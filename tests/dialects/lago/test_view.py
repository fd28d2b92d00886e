"""Concurrent reads share a load: a preview stays private, and a deleted customer may be in it."""

from datetime import UTC, datetime

from polaris.core.decision import Facts
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Books, Settings, Tenant
from polaris.core.view import View
from polaris.dialects.lago.requests.call import live_customer
from polaris.dialects.lago.requests.wallets import CreateInput, payer

AT = datetime(2026, 1, 1, tzinfo=UTC)
TENANT = Tenant(
    id="t", name="T", currency="EUR", timezone="UTC", settings=Settings(), created_at=AT
)


def customer(name: str, deleted_at: datetime | None = None) -> Customer:
    return Customer(
        id=name if deleted_at else "c",
        external_id="cust_1",
        sequence=1,
        name=name,
        created_at=AT,
        deleted_at=deleted_at,
    )


def test_a_preview_is_seen_by_nobody_who_reads_at_the_same_time() -> None:
    facts = Facts(TENANT, Books(id="t"), [customer("Ada")])
    previewed = View(facts, AT).with_rows([customer("Eve")])
    assert previewed.the(Customer, "c").name == "Eve"
    assert [row.name for row in previewed.of(Customer, "external_id", "cust_1")] == ["Eve"]
    assert View(facts, AT).the(Customer, "c").name == "Ada"


def test_a_customer_who_had_the_id_before_is_not_taken_for_who_has_it() -> None:
    """The view may also hold the deleted customer, because a concurrent read has asked for it."""
    view = View(Facts(TENANT, Books(id="t"), [customer("Eve", deleted_at=AT), customer("Ada")]), AT)
    found = live_customer(view, "cust_1")
    assert found is not None
    assert found.name == "Ada"
    gone = View(Facts(TENANT, Books(id="t"), [customer("Eve", deleted_at=AT)]), AT)
    wrong: dict[str, list[str]] = {}
    assert payer(gone, CreateInput(external_customer_id="cust_1"), wrong) is None
    assert wrong == {"customer": ["customer_not_found"]}
