"""A customer in Lago's JSON. Fields that only Lago has are stored in its details."""

from collections.abc import Iterable, Mapping

from polaris.core.facts.address import Address
from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Tenant
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import entity_code, metadata, stamp
from polaris.dialects.lago.responses.taxes import tax
from polaris.dialects.lago.rules.settings import lago_details

KEPT = (
    "account_type",
    "customer_type",
    "url",
    "logo_url",
    "legal_number",
    "external_salesforce_id",
)
"""Texts that only this dialect has; they are stored as given."""

ADDRESS_PARTS = {
    "address_line1": "line1",
    "address_line2": "line2",
    "city": "city",
    "zipcode": "postal_code",
    "state": "state",
    "country": "country",
}
"""The parts of an address, by Lago's names."""
BILLING = (
    "invoice_grace_period",
    "payment_provider",
    "payment_provider_code",
    "document_locale",
    "subscription_invoice_issuing_date_anchor",
    "subscription_invoice_issuing_date_adjustment",
)


def customer(view: View, row: Customer) -> dict[str, object]:
    """Return the customer as it is nested in other resources."""
    kept = lago_details(row.details)
    return {
        "lago_id": row.id,
        "billing_entity_code": entity_code(view.tenant),
        "external_id": row.external_id,
        **{name: kept.get(name) for name in KEPT},
        "firstname": row.first_name,
        "lastname": row.last_name,
        "phone": row.phone,
        "legal_name": row.legal_name,
        "tax_identification_number": row.tax_number,
        **shown_address(row.address),
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
        "billing_configuration": with_all_names(BILLING, kept.get("billing_configuration")),
        "shipping_address": with_all_names(ADDRESS_PARTS, kept.get("shipping_address")),
        "skip_invoice_custom_sections": bool(kept.get("skip_invoice_custom_sections")),
        "metadata": metadata(row),
    }


def with_all_names(names: Iterable[str], kept: object) -> dict[str, object]:
    """Return the stored object, with null for each of these names that it lacks."""
    return {**dict.fromkeys(names), **(kept if isinstance(kept, dict) else {})}


def full_customer(view: View, row: Customer, taxes: Mapping[str, TaxCode]) -> dict[str, object]:
    """Return the customer as a resource of its own, with its taxes, taken from `taxes`."""
    return {
        **customer(view, row),
        "taxes": [tax(view, taxes[tax_id]) for tax_id in row.tax_code_ids if tax_id in taxes],
        "integration_customers": [],
        "applicable_invoice_custom_sections": [],
        "error_details": [],
    }


def shown_address(address: Address) -> dict[str, str | None]:
    """Return the address with Lago's names of its parts."""
    return {name: getattr(address, part) for name, part in ADDRESS_PARTS.items()}


def prefix(tenant: Tenant) -> str:
    """Return the tenant's document number prefix: the invoice format up to a placeholder."""
    return tenant.settings.invoice_format.partition("{")[0].rstrip("-/ ") or "INV"
