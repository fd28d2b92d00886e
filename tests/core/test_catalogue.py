"""What saving the catalogue and the tenant does."""

from datetime import date
from decimal import Decimal

from core.asks import after, told
from core.world import World
from polaris.core.commands import SaveTenant
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings, Tenant
from polaris.core.facts.webhook import Signature, WebhookEndpoint


def kinds(world: World) -> list[str]:
    """What was told, the customers of the world left out."""
    return [event.kind for event in world.events if event.kind != "customer.saved"]


def test_a_catalogue_item_keeps_what_is_not_given() -> None:
    world = after(
        'catalogue_item description=Once details={"x":{"a":1,"b":2}}',
        'catalogue_item code=@unset name=Other amount=@unset currency=@unset details={"x":{"b":3}}',
    )
    row = world.the(CatalogueItem, "add")
    assert (row.code, row.name, row.amount_minor, row.currency) == ("setup", "Other", 1000, "EUR")
    assert (row.description, row.details) == ("Once", {"x": {"a": 1, "b": 3}})
    assert kinds(world) == ["catalogue_item.saved", "catalogue_item.saved"]


def test_a_null_takes_away_what_may_be_none() -> None:
    world = after(
        "catalogue_item description=Once invoice_display_name=Begin",
        "catalogue_item description=null invoice_display_name=null",
        'endpoint name=Ours event_types=["invoice.voided"]',
        "endpoint name=null event_types=null",
    )
    row, end = world.the(CatalogueItem, "add"), world.the(WebhookEndpoint, "end")
    assert (row.description, row.invoice_display_name) == (None, None)
    assert (end.name, end.event_types) == (None, None)


def test_a_tax_is_named_once_on_an_catalogue_item() -> None:
    world = after("tax", 'catalogue_item tax_codes=["vat","vat"]')
    assert world.the(CatalogueItem, "add").tax_codes == ("vat",)


def test_catalogue_items_follow_their_tax_to_its_new_code() -> None:
    world = after("taxed", "tax code=mwst rate=19")
    assert world.the(TaxCode, "tax").rate == Decimal(19)
    assert world.the(CatalogueItem, "add").tax_codes == ("mwst",)
    assert kinds(world)[-2:] == ["tax_code.saved", "catalogue_item.saved"]


def test_catalogue_items_lose_a_tax_that_is_deleted() -> None:
    world = after("taxed", "drop", 'catalogue_item catalogue_item_id=b tax_codes=["vat"]', "untax")
    assert world.the(CatalogueItem, "b").tax_codes == ()
    assert world.the(CatalogueItem, "add").tax_codes == ("vat",), "a deleted one is left as it was"
    assert kinds(world)[-2:] == ["tax_code.deleted", "catalogue_item.saved"]


def test_an_endpoint_is_signed_for_by_the_public_key_unless_it_says_otherwise() -> None:
    world = after("endpoint")
    assert world.the(WebhookEndpoint, "end").signature is Signature.JWT
    after("endpoint url=@unset signature=hmac", world=world)
    row = world.the(WebhookEndpoint, "end")
    assert (row.url, row.signature) == ("https://a.example/hooks", Signature.HMAC)
    after("hush", world=world)
    assert world.the(WebhookEndpoint, "end").deleted_at == world.at


# ---------------------------------------------------------------- the tenant


def changed(world: World, **settings: object) -> World:
    world.perform(SaveTenant(tenant_id="tenant", settings_changes=settings))
    return world


def test_a_tenant_keeps_what_is_not_given() -> None:
    world = after("tenant name=Other", 'tenant settings_changes={"payment_term_days":30}')
    row = world.the(Tenant, "tenant")
    assert (row.name, row.currency, row.timezone) == ("Other", "EUR", "UTC")
    assert row.settings == Settings(payment_term_days=30)
    assert kinds(world) == ["tenant.saved", "tenant.saved"]


def test_the_next_command_goes_by_the_new_settings() -> None:
    world = changed(after(), payment_term_days=30)
    after("billed", world=world)
    assert world.the(Invoice, "inv").due_date == date(2026, 4, 9)


def test_a_new_format_holds_from_the_next_number_on() -> None:
    world = changed(after("billed", "credit"), invoice_format="R{next:03}", note_format="G{next}")
    after("draft for=b lines=@two", "finalize for=b", "credit of=more", world=world)
    assert [row.number for row in world.all(Invoice)] == ["INV-000001", "R002"]
    assert [row.number for row in world.all(CreditNote)] == ["CN-000001", "G2"]


def test_a_series_of_a_customer_keeps_its_format() -> None:
    form = "{customer}-{next}"
    world = changed(after(), invoice_scope=SeriesScope.CUSTOMER, invoice_format=form)
    after("billed", world=world)
    changed(world, invoice_format="{customer}/{next}")
    after("draft for=b lines=@two", "finalize for=b", world=world)
    after("draft for=c customer_id=c2 lines=@other", "finalize for=c", world=world)
    assert [row.number for row in world.all(Invoice)] == ["001-1", "001-2", "002/1"]


def test_a_change_of_nothing_leaves_the_series_alone() -> None:
    world = after()
    decision = world.perform(told("tenant name=Other"))
    assert {kind for kind, rows in decision.rows.items() if rows} == {Tenant}
