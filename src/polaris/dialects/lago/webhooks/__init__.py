"""Lago's webhooks: the events that it sends, and their types, bodies and headers.

These modules do no input or output. Nothing is sent yet: deliveries, with their attempts and
their log, come later and will use these modules as they are.
"""

from polaris.dialects.lago.webhooks.kinds import SUBSCRIBABLE, TYPES
from polaris.dialects.lago.webhooks.shape import shaped
from polaris.dialects.lago.webhooks.wallets import Wallets

__all__ = ["SUBSCRIBABLE", "TYPES", "Wallets", "shaped"]
