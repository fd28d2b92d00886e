"""An add-on in Lago's JSON."""

from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import stamp
from polaris.dialects.lago.responses.taxes import tax


def add_on(view: View, row: CatalogueItem) -> dict[str, object]:
    """Return the add-on with its taxes, which `view` holds."""
    taxes = [one for code in row.tax_codes for one in view.of(TaxCode, "code", code)]
    return {
        "lago_id": row.id,
        "name": row.name,
        "invoice_display_name": row.invoice_display_name,
        "code": row.code,
        "amount_cents": row.amount_minor,
        "amount_currency": row.currency,
        "description": row.description,
        "created_at": stamp(row.created_at),
        "taxes": [tax(view, one) for one in taxes if one.deleted_at is None],
    }
