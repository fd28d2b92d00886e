"""The seller and the buyer of a document, as they stood when it was issued."""

from msgspec import Struct, field

from polaris.core.facts.address import Address
from polaris.core.facts.details import Details, Metadata


class Identity(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who a party is, on paper."""

    name: str = ""
    legal_name: str | None = None
    tax_number: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address = Address()


class Seller(Identity, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The tenant of a document."""

    details: Details = field(default_factory=dict)  # what only one dialect knows, such as a footer


class Buyer(Identity, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The customer of a document."""

    external_id: str  # printed if the customer has no name
    first_name: str | None = None
    last_name: str | None = None
    currency: str | None = None  # the customer's default
    timezone: str | None = None  # IANA, if the customer has its own
    payment_term_days: int | None = None  # if the customer has its own
    metadata: Metadata | None = None
    details: Details = field(default_factory=dict)  # what only one dialect knows


class Parties(Struct, frozen=True, kw_only=True, gc=False):
    """Both parties of a document, and the time zone of its dates.

    An issued invoice or credit note keeps them for ever. A draft has none: it shows the parties as
    they are now.
    """

    seller: Seller
    buyer: Buyer
    timezone: str  # IANA: the buyer's own, else the seller's
