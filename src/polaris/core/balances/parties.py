"""The parties of a document: kept with an issued one, read from the books for a draft."""

from typing import Any

from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.parties import Buyer, Parties, Seller
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Tenant

_SELLER = Seller.__struct_fields__
_BUYER = Buyer.__struct_fields__


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


def seller_of(tenant: Tenant) -> Seller:
    """Return the tenant as a seller."""
    return Seller(**_values(tenant, _SELLER))


def buyer_of(customer: Customer) -> Buyer:
    """Return the customer as a buyer."""
    return Buyer(**_values(customer, _BUYER))


def _values(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
