"""Lago's webhooks: which events it tells, under which types, with which bodies and headers.

Everything here is a function of its arguments. Nothing is sent yet: deliveries, with their
attempts and their log, come later and will use these pages as they are.
"""

from polaris.dialects.lago.webhooks.kinds import SUBSCRIBABLE, TYPES
from polaris.dialects.lago.webhooks.shape import shaped
from polaris.dialects.lago.webhooks.wallets import Wallets

__all__ = ["SUBSCRIBABLE", "TYPES", "Wallets", "shaped"]
