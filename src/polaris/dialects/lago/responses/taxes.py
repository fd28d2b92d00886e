"""A tax of the catalogue in Lago's JSON."""

from polaris.core.facts.catalogue import TaxCode
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import entity_code, stamp

COUNTS = "add_ons_count customers_count plans_count charges_count commitments_count".split()
"""Counts that older Lago versions had; Lago still answers them, always as zero."""


def tax(view: View, row: TaxCode) -> dict[str, object]:
    """Return the tax. A default tax applies to the tenant's one billing entity."""
    issuers = [entity_code(view.tenant)] if row.applied_by_default else []
    return {
        "lago_id": row.id,
        "name": row.name,
        "code": row.code,
        "rate": float(row.rate),
        "description": row.description,
        "applied_to_organization": row.applied_by_default,
        "applied_to_billing_entities_codes": issuers,
        **dict.fromkeys(COUNTS, 0),
        "created_at": stamp(row.created_at),
    }
