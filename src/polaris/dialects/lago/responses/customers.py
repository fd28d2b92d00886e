"""A customer in Lago's JSON. Fields that only Lago has are stored in its details."""

from collections.abc import Iterable, Mapping

from polaris.core.balances.parties import current_parties
from polaris.core.facts.address import Address
from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.parties import Parties
from polaris.core.facts.tenant import Tenant
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import entity_code, metadata, stamp
from polaris.dialects.lago.responses.taxes import tax
from polaris.dialects.lago.rules.settings import lago_details

LINKS = ("url", "logo_url", "external_salesforce_id")
"""Texts that only this dialect has, and that lead to the customer elsewhere."""

KEPT = ("account_type", "customer_type", "legal_number", *LINKS)
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
    """Return the customer as it is now, without its taxes."""
    return {**live_fields(view, row), **kept_fields(row, current_parties(view.decision, row.id))}


def customer_of(view: View, document: Invoice | CreditNote) -> dict[str, object]:
    """Return the customer that is nested in an invoice or a credit note.

    Of an issued document, it is the customer as it stood at the issue, with the ids, links and
    settings of today.
    """
    row = view.the(Customer, document.customer_id)
    return {**live_fields(view, row), **kept_fields(row, view.parties(document))}


def external_id(view: View, customer_id: str) -> str:
    """Return the id by which the caller knows the customer now. Raises NotFound."""
    return view.the(Customer, customer_id).external_id


def live_fields(view: View, row: Customer) -> dict[str, object]:
    """Return the fields that find the customer, link to it or configure it: as they are now."""
    kept = lago_details(row.details)
    return {
        "lago_id": row.id,
        "billing_entity_code": entity_code(view.tenant),
        "external_id": row.external_id,
        **{name: kept.get(name) for name in LINKS},
        "sequential_id": row.sequence,
        "slug": f"{prefix(view.tenant)}-{row.sequence:03}",
        "created_at": stamp(row.created_at),
        "updated_at": kept.get("updated_at") or stamp(row.created_at),
        "finalize_zero_amount_invoice": kept.get("finalize_zero_amount_invoice") or "inherit",
        "billing_configuration": with_all_names(BILLING, kept.get("billing_configuration")),
        "skip_invoice_custom_sections": bool(kept.get("skip_invoice_custom_sections")),
    }


def kept_fields(row: Customer, parties: Parties) -> dict[str, object]:
    """Return the fields that a document keeps: who the customer is, where, and its terms."""
    buyer = parties.buyer
    kept = lago_details(buyer.details)
    return {
        "account_type": kept.get("account_type") or "customer",
        "customer_type": kept.get("customer_type"),
        "name": buyer.name or None,
        "firstname": buyer.first_name,
        "lastname": buyer.last_name,
        "legal_name": buyer.legal_name,
        "legal_number": kept.get("legal_number"),
        "tax_identification_number": buyer.tax_number,
        **shown_address(buyer.address),
        "shipping_address": with_all_names(ADDRESS_PARTS, kept.get("shipping_address")),
        "email": buyer.email,
        "phone": buyer.phone,
        "currency": buyer.currency,
        "timezone": buyer.timezone,
        "applicable_timezone": parties.timezone,
        "net_payment_term": buyer.payment_term_days,
        "metadata": metadata(buyer, row.id, row.created_at),
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
