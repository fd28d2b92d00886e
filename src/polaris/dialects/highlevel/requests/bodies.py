"""The bodies of the calls. A key that a body does not know is refused."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from polaris.api.coercion import Closed
from polaris.api.text import Text
from polaris.dialects.highlevel.requests.coercion import Day, MaybeDay, MaybeNumber, MaybeTime
from polaris.dialects.highlevel.requests.coercion import Number as Number


class Location(Closed):
    """The sub-account that a call is about. Every body names it."""

    altId: Text
    altType: Text


class Address(Closed):
    """A postal address."""

    addressLine1: Text | None = None
    addressLine2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    countryCode: Text | None = None
    postalCode: Text | None = None


class BusinessDetails(Closed):
    """The seller, as the caller describes it for one invoice."""

    name: Text | None = None
    address: Address | Text | None = None
    phoneNo: Text | None = None
    website: Text | None = None
    logoUrl: Text | None = None
    customValues: list[Text] | None = None


class AdditionalEmail(Closed):
    """One more address to which an invoice goes."""

    email: Text


class ContactDetails(Closed):
    """The buyer. Its id is that of the caller's contact."""

    id: Text
    name: Text
    email: Text | None = None
    phoneNo: Text | None = None
    companyName: Text | None = None
    address: Address | None = None
    additionalEmails: list[AdditionalEmail] | None = None
    customFields: list[Text] | None = None


class SentTo(Closed):
    """The people to whom an invoice is to be sent."""

    email: list[Text] | None = None
    emailCc: list[Text] | None = None
    emailBcc: list[Text] | None = None
    phoneNo: list[Text] | None = None


class ItemTax(Closed):
    """A tax on an item, in percent."""

    id: Text = Field(alias="_id", min_length=1)
    name: Text
    rate: Number
    calculation: Literal["exclusive", "inclusive"] = "exclusive"
    description: Text | None = None
    taxId: Text | None = None


class Item(Closed):
    """A line. `amount` is the price of one unit in major units."""

    id: Text | None = Field(default=None, alias="_id")  # of an answer that is sent back; ignored
    name: Text
    description: Text | None = None
    productId: Text | None = None
    priceId: Text | None = None
    currency: Text
    amount: Number
    qty: Number
    taxes: list[ItemTax] | None = None
    automaticTaxCategoryId: Text | None = None
    isSetupFeeItem: StrictBool | None = None
    type: Literal["one_time", "recurring"] | None = None
    taxInclusive: StrictBool | None = None


class Discount(Closed):
    """A discount on all items, or on those of some products."""

    type: Literal["percentage", "fixed"]
    value: MaybeNumber = None
    validOnProductIds: list[Text] | None = None


class Enabled(BaseModel):
    """A feature that Polaris does not have. It may be sent, but only switched off."""

    model_config = ConfigDict(extra="allow")

    enable: StrictBool | None = None
    tipsEnabled: StrictBool | None = None

    @property
    def on(self) -> bool:
        """True if the caller asks for the feature."""
        return bool(self.enable or self.tipsEnabled)


class Written(Location):
    """What a new invoice and an update have in common."""

    name: Text
    title: Text | None = None
    currency: Text
    invoiceNumber: Text | None = None
    invoiceNumberPrefix: Text | None = None
    issueDate: Day
    termsNotes: Text | None = None
    automaticTaxesEnabled: StrictBool | None = None
    paymentSchedule: Any = None
    tipsConfiguration: Enabled | None = None
    lateFeesConfiguration: Enabled | None = None
    miscellaneousCharges: Any = None
    attachments: list[Any] | None = None
    paymentMethods: Any = None


class NewInvoice(Written):
    """A new draft."""

    businessDetails: BusinessDetails
    contactDetails: ContactDetails
    items: list[Item]
    discount: Discount
    dueDate: MaybeDay = None
    sentTo: SentTo
    liveMode: StrictBool


class UpdatedInvoice(Written):
    """The new content of a draft."""

    description: Text | None = None
    businessDetails: BusinessDetails | None = None
    contactId: Text | None = None
    contactDetails: ContactDetails | None = None
    invoiceItems: list[Item]
    discount: Discount | None = None
    dueDate: Day
    sentTo: SentTo | None = None
    liveMode: StrictBool | None = None
    xeroDetails: Any = None


class Sending(Location):
    """How an invoice is sent. Polaris issues it and sends no message itself."""

    userId: Text
    action: Literal["sms_and_email", "send_manually", "email", "sms"]
    liveMode: StrictBool
    sentFrom: Any = None
    autoPayment: Enabled | None = None


class Card(Closed):
    """The card with which a payment was made."""

    brand: Text | None = None
    last4: Text | None = None


class Cheque(Closed):
    """The cheque with which a payment was made."""

    number: Text | None = None


class RecordedPayment(Location):
    """A payment received outside. Without an amount it is for all that is due."""

    mode: Literal["cash", "card", "cheque", "bank_transfer", "other"]
    card: Card | None = None
    cheque: Cheque | None = None
    notes: Text | None = None
    amount: MaybeNumber = None
    fulfilledAt: MaybeTime = None
    paymentScheduleIds: list[Text] | None = None
    meta: dict[str, Any] | None = None
