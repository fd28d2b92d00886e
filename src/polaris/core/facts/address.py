"""A postal address, of a customer or of the tenant itself."""

import msgspec


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where mail is sent; every part may be missing."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = None
    state: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2, such as DE
