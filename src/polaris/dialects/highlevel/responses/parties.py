"""The seller and the buyer of an invoice: `businessDetails` and `contactDetails`."""

from polaris.core.facts.address import Address
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.parties import Buyer, Seller
from polaris.core.view import View
from polaris.dialects.highlevel.responses.formats import short_id
from polaris.dialects.highlevel.rules.settings import own_details, own_object

ADDRESS_PARTS = {
    "addressLine1": "line1",
    "addressLine2": "line2",
    "city": "city",
    "state": "state",
    "postalCode": "postal_code",
    "countryCode": "country",
}
"""The fields of an address by the vendor's names for them."""


def business(view: View, row: Invoice) -> dict[str, object]:
    """Return the seller: as the caller described it for this invoice, else the tenant."""
    kept = own_object(own_details(row.details), "businessDetails")
    return {**seller_details(view.parties(row).seller), **kept}


def seller_details(seller: Seller) -> dict[str, object]:
    """Return the tenant as a seller."""
    return {
        "name": seller.legal_name or seller.name,
        "address": address(seller.address),
        "phoneNo": seller.phone or "",
        "website": "",
        "logoUrl": "",
        "customValues": [],
    }


def contact(view: View, row: Invoice) -> dict[str, object]:
    """Return the buyer, with what the caller added for this invoice only."""
    buyer = view.parties(row).buyer
    kept = own_object(own_details(row.details), "contact")
    return {
        "id": contact_id(buyer, row.customer_id),
        "name": buyer.name or buyer.external_id,
        "email": buyer.email or "",
        "phoneNo": buyer.phone or "",
        "companyName": buyer.legal_name or "",
        "address": address(buyer.address),
        "additionalEmails": kept.get("additionalEmails", []),
        "customFields": kept.get("customFields", []),
    }


def contact_id(buyer: Buyer, customer_id: str) -> str:
    """Return the id by which a caller of this dialect named the customer, else one of ours."""
    named = own_details(buyer.details).get("contactId")
    return named if isinstance(named, str) else short_id(customer_id)


def address(of: Address) -> dict[str, object]:
    """Return an address; its missing parts are empty texts."""
    return {name: getattr(of, part) or "" for name, part in ADDRESS_PARTS.items()}


def address_text(value: object) -> str:
    """Return an address as one text, as webhooks have it."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    return ", ".join(str(value[name]) for name in ADDRESS_PARTS if value.get(name))
