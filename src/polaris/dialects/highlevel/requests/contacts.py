"""The contact of an invoice, as a customer: found, created or changed."""

import re

from msgspec import UNSET

from polaris.core.commands import SaveCustomer
from polaris.core.commands.base import set_fields
from polaris.core.commands.values import AddressChange
from polaris.core.facts.customer import Customer
from polaris.core.scope import Scope
from polaris.dialects.highlevel.errors import invalid
from polaris.dialects.highlevel.requests.bodies import Address, ContactDetails
from polaris.dialects.highlevel.requests.call import SHORT_ID, Call
from polaris.dialects.highlevel.requests.coercion import text_change
from polaris.dialects.highlevel.responses.parties import ADDRESS_PARTS
from polaris.dialects.highlevel.rules.settings import NAME, own_details
from polaris.store.read.id_prefixes import customer_with_prefix

COUNTRY = re.compile(r"[A-Za-z]{2}")
BESIDE = frozenset({"customer_id", "upsert", "external_id", "address", "details"})
"""The fields of the command that are compared in another way, or not at all."""


async def find_customer(call: Call, contact_id: str) -> Customer | None:
    """Return the customer whose external id this is, else the one whose id begins with it."""
    view = await call.view(Scope(external_ids={contact_id}))
    called = view.of(Customer, "external_id", contact_id)
    live = next((one for one in called if one.deleted_at is None), None)
    if live is not None or not SHORT_ID.fullmatch(contact_id):
        return live
    customer_id = await call.read(customer_with_prefix, contact_id)
    if customer_id is None:
        return None
    found = (await call.view(Scope(customers={customer_id}))).the(Customer, customer_id)
    return found if found.deleted_at is None else None


def save_command(known: Customer | None, contact: ContactDetails, new_id: str) -> SaveCustomer:
    """Return the command that creates the customer, or changes the fields of the known one.

    Raises HighLevelError 422.
    """
    if not contact.id.strip():
        raise invalid("contactDetails.id is required")
    return SaveCustomer(
        customer_id=known.id if known else new_id,
        upsert=known is None,
        external_id=UNSET if known else contact.id,
        name=contact.name,
        email=text_change(contact.email),
        phone=text_change(contact.phoneNo),
        legal_name=text_change(contact.companyName),
        address=address_change(contact.address),
        details={NAME: {"contactId": contact.id}},
    )


def changes_nothing(known: Customer | None, command: SaveCustomer) -> bool:
    """True if the customer has all values of the command already."""
    if known is None:
        return False
    given = set_fields(command, *(set(command.__struct_fields__) - BESIDE))
    same = all(getattr(known, name) == value for name, value in given.items())
    parts = set_fields(command.address)
    same_address = all(getattr(known.address, name) == value for name, value in parts.items())
    kept = command.details[NAME].items() <= dict(own_details(known.details)).items()
    return same and same_address and kept


def address_change(asked: Address | None) -> AddressChange:
    """Return the change of the address parts that are given. Raises HighLevelError 422."""
    if asked is None:
        return AddressChange()
    country = asked.countryCode
    if country and not COUNTRY.fullmatch(country):
        raise invalid("contactDetails.address.countryCode must be two letters, such as US")
    parts = {part: text_change(getattr(asked, name)) for name, part in ADDRESS_PARTS.items()}
    return AddressChange(**{**parts, "country": text_change(country and country.upper())})


def contact_kept(contact: ContactDetails) -> dict[str, object]:
    """Return the fields of the contact that belong to one invoice, for its details."""
    extra = contact.model_dump(include={"additionalEmails", "customFields"}, exclude_none=True)
    return {"contact": extra}
