"""What answers are made of is shared by all who read at the same moment."""

from datetime import UTC, datetime

from polaris.core.customer import Customer
from polaris.core.decision import Facts
from polaris.core.tenant import Books, Settings, Tenant
from polaris.dialects.lago.responses.view import View

AT = datetime(2026, 1, 1, tzinfo=UTC)
TENANT = Tenant(
    id="t", name="T", currency="EUR", timezone="UTC", settings=Settings(), created_at=AT
)


def customer(name: str) -> Customer:
    return Customer(id="c", external_id="cust_1", sequence=1, name=name, created_at=AT)


def test_a_preview_is_seen_by_nobody_who_reads_at_the_same_time() -> None:
    facts = Facts(TENANT, Books(id="t"), [customer("Ada")])
    previewed = View(facts, AT, "").with_rows([customer("Eve")])
    assert previewed.the(Customer, "c").name == "Eve"
    assert [row.name for row in previewed.of(Customer, "external_id", "cust_1")] == ["Eve"]
    assert View(facts, AT, "").the(Customer, "c").name == "Ada"
