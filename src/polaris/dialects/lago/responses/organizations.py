"""The tenant as Lago's organization. Fields that only Lago has are stored in its details."""

from collections.abc import Iterable

from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Tenant
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.view import View
from polaris.dialects.lago.responses.customers import prefix, shown_address
from polaris.dialects.lago.responses.formats import stamp
from polaris.dialects.lago.responses.taxes import tax
from polaris.dialects.lago.rules.settings import lago_details, settings_of

BILLING = ("invoice_footer", "invoice_grace_period", "document_locale")
"""The fields of `billing_configuration`; stored one by one, so that each can change alone."""

NUMBERINGS = {SeriesScope.CUSTOMER: "per_customer"}
PER_ENTITY = "per_billing_entity"


def organization(
    view: View, endpoints: Iterable[WebhookEndpoint], taxes: Iterable[TaxCode]
) -> dict[str, object]:
    """Return the tenant with its webhook URLs and its default taxes."""
    tenant, settings = view.tenant, view.tenant.settings
    kept = lago_details(tenant.details)
    urls = [endpoint.url for endpoint in endpoints]
    return {
        "lago_id": tenant.id,
        "name": tenant.name,
        "default_currency": tenant.currency,
        "created_at": stamp(tenant.created_at),
        "webhook_url": urls[0] if urls else "",
        "webhook_urls": urls,
        **shown_address(tenant.address),
        "email": tenant.email,
        "legal_name": tenant.legal_name,
        "legal_number": kept.get("legal_number"),
        "tax_identification_number": tenant.tax_number,
        "timezone": tenant.timezone,
        "net_payment_term": settings.payment_term_days,
        "email_settings": kept.get("email_settings") or [],
        "document_numbering": numbering(tenant),
        "document_number_prefix": prefix(tenant),
        "finalize_zero_amount_invoice": not settings_of(tenant).skip_zero,
        "billing_configuration": {name: kept.get(name) for name in BILLING},
        "events_store": "postgres",
        "taxes": [tax(view, one) for one in taxes],
    }


def numbering(tenant: Tenant) -> str:
    """Return Lago's name for the scope of the tenant's invoice numbers."""
    return NUMBERINGS.get(tenant.settings.invoice_scope, PER_ENTITY)
