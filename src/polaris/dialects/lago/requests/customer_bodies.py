"""Customer bodies and their validation. Fields that only Lago has are stored in the details."""

from collections.abc import Callable, Collection, Mapping

from babel import Locale
from pydantic import BaseModel

from polaris.api import metadata
from polaris.api.coercion import MaybeBoolean, MaybeWhole
from polaris.core.commands.values import AddressChange
from polaris.core.facts.details import Details
from polaris.core.rules.input import LONGEST_TERM_DAYS
from polaris.dialects.lago.errors import INVALID, LONG, MANDATORY, RANGE, TAKEN
from polaris.dialects.lago.requests.call import Text
from polaris.dialects.lago.responses.customers import ADDRESS_PARTS, KEPT
from polaris.dialects.lago.rules.settings import lago_object

LIMITS = metadata.Limits(most=5, longest_key=20, longest_value=100)
CODES = {"many": "invalid_count", "missing": MANDATORY, "long": LONG, "repeated": TAKEN}
ORDER = (
    ("metadata", "many"),
    ("key", "missing"),
    ("value", "missing"),
    ("key", "long"),
    ("key", "repeated"),
    ("value", "long"),
)
"""The metadata faults in the order of precedence: only the first one is answered."""

COUNTRIES = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()
) - frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())
"""The ISO 3166-1 codes: those of Babel without its groups, separate islands and test codes."""

WORDS = {
    "finalize_zero_amount_invoice": ("invalid_value", {"inherit", "skip", "finalize"}),
    "customer_type": (INVALID, {"company", "individual"}),
    "account_type": (INVALID, {"customer", "partner"}),
}
"""Fields that take one of a few words, with the code answered to any other."""


class Address(BaseModel):
    """A shipping address."""

    address_line1: Text | None = None
    address_line2: Text | None = None
    city: Text | None = None
    zipcode: Text | None = None
    state: Text | None = None
    country: Text | None = None


class BillingConfiguration(BaseModel):
    """How the customer is billed and pays; only stored and returned."""

    invoice_grace_period: MaybeWhole = None
    subscription_invoice_issuing_date_anchor: Text | None = None
    subscription_invoice_issuing_date_adjustment: Text | None = None
    payment_provider: Text | None = None
    payment_provider_code: Text | None = None
    provider_customer_id: Text | None = None
    sync: MaybeBoolean = None
    sync_with_provider: MaybeBoolean = None
    document_locale: Text | None = None
    provider_payment_methods: list[Text] | None = None


class Metadata(BaseModel):
    """One metadata entry."""

    id: Text | None = None
    key: Text | None = None
    value: Text | None = None
    display_in_invoice: MaybeBoolean = None


class Given(BaseModel):
    """The fields of a customer; a field that is missing or null stays as it is."""

    external_id: Text | None = None
    name: Text | None = None
    email: Text | None = None
    currency: Text | None = None
    timezone: Text | None = None
    net_payment_term: MaybeWhole = None
    billing_entity_code: Text | None = None
    account_type: Text | None = None
    firstname: Text | None = None
    lastname: Text | None = None
    customer_type: Text | None = None
    country: Text | None = None
    address_line1: Text | None = None
    address_line2: Text | None = None
    state: Text | None = None
    zipcode: Text | None = None
    city: Text | None = None
    url: Text | None = None
    phone: Text | None = None
    logo_url: Text | None = None
    legal_name: Text | None = None
    legal_number: Text | None = None
    tax_identification_number: Text | None = None
    external_salesforce_id: Text | None = None
    finalize_zero_amount_invoice: Text | None = None
    skip_invoice_custom_sections: MaybeBoolean = None
    tax_codes: list[Text] | None = None
    shipping_address: Address | None = None
    billing_configuration: BillingConfiguration | None = None
    metadata: list[Metadata] | None = None

    def details(
        self, before: Details, at: str | None, new_id: Callable[[], str]
    ) -> dict[str, object]:
        """Return the given fields that only this dialect stores, merged into the stored ones."""
        given = self.model_dump(include={*KEPT, *MORE_KEPT}, exclude_none=True)
        for name in PATCHED & given.keys():
            given[name] = {**lago_object(before, name), **given[name]}
        if self.metadata is not None:
            given["metadata"] = extras_of(
                self.metadata, lago_object(before, "metadata"), at, new_id
            )
        return {**given, "updated_at": at}


PATCHED = {"shipping_address", "billing_configuration"}
"""Objects of which parts that are not given stay as they are."""

MORE_KEPT = {
    "finalize_zero_amount_invoice",
    "skip_invoice_custom_sections",
    *PATCHED,
}


def address_change(asked: BaseModel, names: Collection[str]) -> AddressChange:
    """Return the change of the address parts that belong to these Lago fields."""
    values = {ADDRESS_PARTS[name]: getattr(asked, name) for name in ADDRESS_PARTS if name in names}
    country = values.get("country")
    return AddressChange(**values | ({"country": country.upper()} if country else {}))


class Body(BaseModel):
    """A customer under its root key."""

    customer: Given


def complaints(given: Given) -> dict[str, list[str]]:
    """Return the error codes by field; empty if everything is valid."""
    wrong = {
        field: [code]
        for field, (code, words) in WORDS.items()
        if getattr(given, field) not in (None, *words)
    }
    if given.country and given.country.upper() not in COUNTRIES:
        wrong["country"] = ["not_a_valid_country_code"]
    if not 0 <= (given.net_payment_term or 0) <= LONGEST_TERM_DAYS:
        wrong["net_payment_term"] = [RANGE]
    billing = given.billing_configuration or BillingConfiguration()
    if not 0 <= (billing.invoice_grace_period or 0) <= LONGEST_TERM_DAYS:
        wrong["invoice_grace_period"] = [RANGE]
    if given.timezone == "":
        wrong["timezone"] = [INVALID]
    return wrong | _wrong_metadata(given.metadata or [])


def _wrong_metadata(pairs: list[Metadata]) -> dict[str, list[str]]:
    found = metadata.find_faults([(pair.key, pair.value) for pair in pairs], LIMITS)
    first = min(found, key=lambda fault: ORDER.index((fault.field, fault.kind)), default=None)
    return {first.field: [CODES[first.kind]]} if first else {}


def extras_of(
    pairs: list[Metadata],
    before: Mapping[str, object],
    at: str | None,
    new_id: Callable[[], str],
) -> dict[str, object]:
    """Return the dialect's own fields of each entry, by key; an entry with a known id keeps it."""
    known = {extra["lago_id"]: extra for extra in before.values() if isinstance(extra, dict)}
    return {
        pair.key or "": {
            "lago_id": pair.id if pair.id in known else new_id(),
            "display_in_invoice": bool(pair.display_in_invoice),
            "created_at": known[pair.id]["created_at"] if pair.id in known else at,
        }
        for pair in pairs
    }
