"""Refusals about webhook endpoints."""

from polaris.core.refusals.base import Refusal


class UrlMalformed(Refusal):
    """The webhook URL is not valid."""

    instead = "Send an http or https URL in ASCII, with a host and without spaces."


class UnknownSignature(Refusal):
    """The signature method is unknown."""

    instead = "Send jwt, hmac or ed25519."
