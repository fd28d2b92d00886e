"""A customer in Lago's JSON. What only Lago knows of it is kept in its details, word for word."""

from collections.abc import Iterable, Mapping

from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Tenant
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import entity_code, stamp
from polaris.dialects.lago.responses.taxes import tax

KEPT = (
    "account_type",
    "firstname",
    "lastname",
    "customer_type",
    "country",
    "address_line1",
    "address_line2",
    "state",
    "zipcode",
    "city",
    "url",
    "phone",
    "logo_url",
    "legal_name",
    "legal_number",
    "tax_identification_number",
    "external_salesforce_id",
)
"""Texts that are kept as given."""

ADDRESS = ("address_line1", "address_line2", "city", "zipcode", "state", "country")
BILLING = (
    "invoice_grace_period",
    "payment_provider",
    "payment_provider_code",
    "document_locale",
    "subscription_invoice_issuing_date_anchor",
    "subscription_invoice_issuing_date_adjustment",
)


def customer(view: View, row: Customer) -> dict[str, object]:
    """The customer as it stands inside other things."""
    kept = row.details
    return {
        "lago_id": row.id,
        "billing_entity_code": entity_code(view.tenant),
        "external_id": row.external_id,
        **{name: kept.get(name) for name in KEPT},
        "account_type": kept.get("account_type") or "customer",
        "name": row.name or None,
        "sequential_id": row.sequence,
        "slug": f"{prefix(view.tenant)}-{row.sequence:03}",
        "created_at": stamp(row.created_at),
        "updated_at": kept.get("updated_at") or stamp(row.created_at),
        "email": row.email,
        "currency": row.currency,
        "timezone": row.timezone,
        "applicable_timezone": row.timezone or view.tenant.timezone,
        "net_payment_term": row.payment_term_days,
        "finalize_zero_amount_invoice": kept.get("finalize_zero_amount_invoice") or "inherit",
        "billing_configuration": always(BILLING, kept.get("billing_configuration")),
        "shipping_address": always(ADDRESS, kept.get("shipping_address")),
        "skip_invoice_custom_sections": bool(kept.get("skip_invoice_custom_sections")),
        "metadata": kept.get("metadata") or [],
    }


def always(names: Iterable[str], kept: object) -> dict[str, object]:
    """What is kept, with each of these names even when nothing was said of it."""
    return {**dict.fromkeys(names), **(kept if isinstance(kept, dict) else {})}


def rooted(view: View, row: Customer, taxes: Mapping[str, TaxCode]) -> dict[str, object]:
    """The customer by itself: with those of the given taxes that it bears."""
    return {
        **customer(view, row),
        "taxes": [tax(view, taxes[tax_id]) for tax_id in tax_ids(row) if tax_id in taxes],
        "integration_customers": [],
        "applicable_invoice_custom_sections": [],
        "error_details": [],
    }


def tax_ids(row: Customer) -> list[str]:
    """The taxes that it bears, whatever their codes are by now; some may be deleted since."""
    ids = row.details.get("tax_ids")
    return [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []


def prefix(tenant: Tenant) -> str:
    """What the tenant's numbers begin with: the invoices' format up to its first blank."""
    return tenant.settings.invoice_format.partition("{")[0].rstrip("-/ ") or "INV"
