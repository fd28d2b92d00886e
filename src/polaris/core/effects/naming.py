"""Names of rows for people. A name is the same in a preview and when the request is done."""

from polaris.core.decision import Decision
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.payment import Payment
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.facts.webhook import WebhookEndpoint

NEW = "new"


def before(decision: Decision, row: Row) -> Row | None:
    """Return the row as it was before the decision, or None if it is new."""
    return decision.facts.tables[type(row)].get(row.id)


def name_of(decision: Decision, row: Row | None) -> str:
    """Return the name of a row: its number, code or reference, or "new" if it had none before."""
    known = before(decision, row) if row else None
    match row:
        case Invoice() | CreditNote():
            return number_of(known)
        case Payment():
            return row.reference or row.method or row.provider
        case Lot():
            return name_of(decision, decision.get(Wallet, row.wallet_id))
        case Wallet():
            return row.name or row.code or "wallet"
        case Customer():
            return row.external_id
        case CatalogueItem() | TaxCode():
            return row.code
        case WebhookEndpoint():
            return row.url
        case None:
            return ""
    return ""


def number_of(document: Row | None) -> str:
    """Return the number that a document had before the request."""
    number = getattr(document, "number", None)
    return number or ("draft" if document else NEW)
