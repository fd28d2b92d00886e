"""Lago's webhooks: the events that it sends, and their types, bodies and headers."""

from polaris.dialects.lago.webhooks.kinds import SUBSCRIBABLE, TYPES
from polaris.dialects.lago.webhooks.sending import DIALECT
from polaris.dialects.lago.webhooks.shape import shaped
from polaris.dialects.lago.webhooks.wallets import Wallets

__all__ = ["DIALECT", "SUBSCRIBABLE", "TYPES", "Wallets", "shaped"]
