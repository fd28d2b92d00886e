"""A tax of the catalogue in Lago's JSON."""

from polaris.core.facts.catalogue import TaxCode
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import entity_code, stamp

COUNTS = "add_ons_count customers_count plans_count charges_count commitments_count".split()
"""What Lago once counted; it says zero of each since."""


def tax(view: View, row: TaxCode) -> dict[str, object]:
    """The tax itself. One that applies by default does so for the one issuer that there is."""
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
