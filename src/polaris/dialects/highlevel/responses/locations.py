"""The settings of a location in HighLevel's JSON."""

from polaris.core.facts.parties import Seller
from polaris.core.facts.tenant import Tenant
from polaris.dialects.highlevel.responses.formats import short_id
from polaris.dialects.highlevel.responses.invoices import ALT_TYPE, TITLE
from polaris.dialects.highlevel.responses.parties import seller_details


def invoice_settings(tenant: Tenant, seller: Seller) -> dict[str, object]:
    """Return the tenant's settings that concern invoices."""
    return {
        "altId": short_id(tenant.id),
        "altType": ALT_TYPE,
        "title": TITLE,
        "termsNote": "",
        "invoiceNumberPrefix": tenant.settings.invoice_format.partition("{")[0],
        "dueAfterXDays": tenant.settings.payment_term_days,
        "customFields": [],
        "businessDetails": seller_details(seller),
        "senderConfiguration": {"fromName": seller.name, "fromEmail": seller.email or ""},
    }
