"""The payment providers that Polaris can call, by name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from polaris.payments.news import News
from polaris.payments.port import Provider
from polaris.payments.stripe.account import is_live as stripe_is_live
from polaris.payments.stripe.events import read_event as read_stripe_event
from polaris.payments.stripe.provider import StripeProvider


class ProviderKind(NamedTuple):
    """What Polaris needs to know about a provider."""

    connect: Callable[[str, str | None], Provider]
    """Returns an account of the provider, by its key and the URL of its API."""

    is_live: Callable[[str], bool]
    """True if the key moves real money. Raises KeyMalformed."""

    read_event: Callable[[bytes, Mapping[str, str], str, datetime], News]
    """Reads a webhook: its body, headers, the secret, and now. Raises what `news` declares."""


PROVIDERS = {"stripe": ProviderKind(StripeProvider, stripe_is_live, read_stripe_event)}
