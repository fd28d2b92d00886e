"""Refusals about webhook endpoints."""

from polaris.core.refusals.base import Refusal


class UrlMalformed(Refusal):
    """The address is no URL that can be told of events."""

    instead = "Give a URL with http or https and a host, without spaces."


class UnknownSignature(Refusal):
    """No such way to sign is known."""

    instead = "Give jwt or hmac."
