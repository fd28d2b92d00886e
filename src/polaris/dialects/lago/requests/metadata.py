"""Pairs of the caller's own on a credit note or a wallet, as they are answered."""

from collections.abc import Mapping

from fastapi import Response

from polaris.dialects.lago.errors import LagoError, not_found
from polaris.dialects.lago.requests.call import reply


def answer(metadata: Mapping[str, object] | None) -> Response:
    """The answer of the routes that change metadata alone."""
    return reply("metadata", metadata)


def missing() -> LagoError:
    """The answer when there are no metadata, or none with this key."""
    return not_found("metadata")
