"""Random commands about the catalogue, webhook endpoints and the tenant."""

from decimal import Decimal

from polaris.core.commands import (
    Command,
    DeleteCatalogueItem,
    DeleteTaxCode,
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
    SaveCatalogueItem,
    SaveTaxCode,
    SaveTenant,
    SaveWebhookEndpoint,
)
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.webhook import WebhookEndpoint
from properties.asking import CURRENCIES, ZONES, Asking

CODES = ("a", "b", "c")
SETTINGS: tuple[dict[str, object], ...] = (
    {"payment_term_days": 14},
    {"payment_term_days": -1},
    {"invoice_format": "J-{next}"},
    {"invoice_format": "J"},
    {"invoice_scope": SeriesScope.CUSTOMER, "invoice_format": "K-{customer}-{next}"},
    {"note_scope": "invoice", "note_format": "{invoice}-{next}"},
    {"note_scope": "tenant"},
    {"nothing": 1},
)


def save_catalogue_item(by: Asking) -> Command:
    return SaveCatalogueItem(
        catalogue_item_id=by.new("catalogue item") if by.seldom(2) else by.id_of(CatalogueItem),
        code=by.choices.among(CODES),
        name="Thing",
        amount_minor=by.amount(1000),
        currency=by.choices.among(CURRENCIES),
        tax_codes=by.given(tuple(one.code for one in by.world.all(TaxCode)[-2:])),
    )


def drop_catalogue_item(by: Asking) -> Command:
    return DeleteCatalogueItem(catalogue_item_id=by.id_of(CatalogueItem))


def save_tax(by: Asking) -> Command:
    return SaveTaxCode(
        tax_code_id=by.new("tax") if by.seldom(2) else by.id_of(TaxCode),
        code=by.choices.among(CODES),
        name="Tax",
        rate=by.choices.among((Decimal(20), Decimal("5.5"), Decimal(-1))),
    )


def drop_tax(by: Asking) -> Command:
    return DeleteTaxCode(tax_code_id=by.id_of(TaxCode))


def save_endpoint(by: Asking) -> Command:
    return SaveWebhookEndpoint(
        dialect="standard",
        webhook_endpoint_id=by.new("end") if by.seldom(2) else by.id_of(WebhookEndpoint),
        url=by.choices.among(("https://a.example/", "https://b.example/", "b.example")),
        signature=by.given("hmac"),
    )


def pause_or_resume_endpoint(by: Asking) -> Command:
    live = [row for row in by.world.all(WebhookEndpoint) if not row.deleted_at]
    paused = [row.id for row in live if row.paused_at]
    if paused and not by.seldom(10):
        return ResumeWebhookEndpoint(webhook_endpoint_id=paused[0])
    endpoint_id = live[-1].id if live else by.id_of(WebhookEndpoint)
    return PauseWebhookEndpoint(webhook_endpoint_id=endpoint_id)


def drop_endpoint(by: Asking) -> Command:
    return DeleteWebhookEndpoint(webhook_endpoint_id=by.id_of(WebhookEndpoint))


def save_tenant(by: Asking) -> Command:
    return SaveTenant(
        tenant_id="tenant",
        currency=by.given("USD"),
        timezone=by.given(by.choices.among(ZONES)),
        settings_changes=by.choices.among(SETTINGS),
    )
