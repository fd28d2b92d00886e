"""Refusals about taxes, and about limits on how many things a tenant may have."""

from polaris.core.refusals.base import Refusal


class UnknownTaxCode(Refusal):
    """No tax has this code (`id`)."""

    instead = "Create the tax first, or use the code of an existing tax."


class TooMany(Refusal):
    """The limit is reached: 5,000 lines for an invoice, 10 webhook endpoints for a tenant."""

    instead = "Send fewer lines, or change or delete an endpoint that you do not need."
