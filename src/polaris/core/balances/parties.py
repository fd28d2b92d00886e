"""The parties of a document: kept with an issued one, read from the books for a draft."""

from typing import Any

from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import Details
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.parties import Buyer, Identity, Parties
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Tenant

LONGEST_DETAIL = 300
"""Characters of a dialect's text that a document keeps; a longer one is no text to be printed."""

_SELLER = Identity.__struct_fields__
_BUYER = tuple(name for name in Buyer.__struct_fields__ if name != "details")


def parties_of(document: Invoice | CreditNote, decision: Decision) -> Parties:
    """Return the parties that the document keeps, or, of a draft, as they are now."""
    if is_issued(document):
        return kept_parties(document, decision)
    return current_parties(decision, document.customer_id)


def kept_parties(document: Invoice | CreditNote, decision: Decision) -> Parties:
    """Return the parties that an issued document keeps.

    A document that was read from the image of an event lacks them. The stored row has them: they
    never change after the issue.
    """
    stored = decision.facts.tables[type(document)].get(document.id)
    of_row = stored.parties if isinstance(stored, Invoice | CreditNote) else None
    parties = document.parties or of_row
    if parties is None:
        raise AssertionError(f"the issued {document.table} {document.id} has no parties")
    return parties


def is_issued(document: Invoice | CreditNote) -> bool:
    """True if the document was issued, also if it was voided since."""
    return isinstance(document, CreditNote) or document.status in (Status.FINALIZED, Status.VOIDED)


def current_parties(decision: Decision, customer_id: str) -> Parties:
    """Return the tenant and the customer as they are now. Raises NotFound."""
    customer = decision.the(Customer, customer_id)
    return Parties(
        seller=seller_of(decision.tenant),
        buyer=buyer_of(customer),
        timezone=customer.timezone or decision.tenant.timezone,
    )


def seller_of(tenant: Tenant) -> Identity:
    """Return the tenant as a seller."""
    return Identity(**_values(tenant, _SELLER))


def buyer_of(customer: Customer) -> Buyer:
    """Return the customer as a buyer, without the long texts in its details."""
    return Buyer(**_values(customer, _BUYER), details=without_long_texts(customer.details))


def _values(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def without_long_texts(details: Details) -> Details:
    """Return the details without texts that are too long to be printed, such as images."""
    return {
        dialect: {name: value for name, value in own.items() if not _is_long(value)}
        for dialect, own in details.items()
    }


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > LONGEST_DETAIL
