"""Why a row of the file is not used."""

from enum import StrEnum


class Reason(StrEnum):
    """Each way to fall out; a row of a refused command says `refused_` and the refusal's code."""

    UNREADABLE = "unreadable"  # a cell is missing, or a number or time is none
    UNKNOWN_DOCUMENT = "unknown_document"  # neither digits, nor C or A and digits
    ADJUSTMENT = "adjustment"  # of bad debt: no sale, and nothing that was sold before
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"  # on an invoice: stock written off
    PRICE_NEGATIVE = "price_negative"
    CANCELS_NOTHING = "cancels_nothing"  # on a cancellation, a quantity that is not below zero
    NOTHING_TO_CREDIT = "nothing_to_credit"  # comes to nothing, and voids no invoice
    IMPORTED_BEFORE = "imported_before"  # the document came with another file, or further up
