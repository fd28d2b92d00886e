"""What Lago tells its endpoints: our events in its words, signed as its receivers check it.

Everything here is a function of its arguments. Nothing is sent yet: deliveries, with their
attempts and their log, come later and will use these pages as they are.
"""

from polaris.dialects.lago.webhooks.bodies import Wallets
from polaris.dialects.lago.webhooks.kinds import SUBSCRIBABLE, TYPES, Declined
from polaris.dialects.lago.webhooks.shape import Webhook, looked_at, shaped

__all__ = ["SUBSCRIBABLE", "TYPES", "Declined", "Wallets", "Webhook", "looked_at", "shaped"]
