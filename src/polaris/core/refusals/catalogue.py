"""Refusals about what is billed and taxed by a code."""

from polaris.core.refusals.base import Refusal


class UnknownTaxCode(Refusal):
    """No tax has this code."""

    instead = "Create the tax first, or name one that exists."


class TooMany(Refusal):
    """No more of these can be kept."""

    instead = "Delete one that is not needed, or change it."
