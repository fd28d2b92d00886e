"""The reasons why a row of the file is not used."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a row is rejected. A refused command adds `refused_` and the refusal's code."""

    UNREADABLE = "unreadable"  # a cell is missing, or a number or time is malformed
    UNKNOWN_DOCUMENT = "unknown_document"  # the number is not digits, with or without C or A
    ADJUSTMENT = "adjustment"  # a correction of bad debt, not a sale
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"  # on an invoice: stock written off
    PRICE_NEGATIVE = "price_negative"
    CANCELS_NOTHING = "cancels_nothing"  # on a cancellation: the quantity is not negative
    NOTHING_TO_CREDIT = "nothing_to_credit"  # the amount is zero, and no invoice is voided
    IMPORTED_BEFORE = "imported_before"  # the number was in another file, or earlier in this one
