"""The keys of an account at Stripe."""

import re

from polaris.payments.port import KeyMalformed

_KEY = re.compile(r"(?:rk|sk)_(live|test)_[A-Za-z0-9_]{4,255}")


def is_live(key: str) -> bool:
    """Return True if the key moves real money. Raises KeyMalformed."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise KeyMalformed(
            "This is not a key of Stripe. Send a restricted key, which begins with rk_live_ or"
            " rk_test_, or a secret key, which begins with sk_live_ or sk_test_."
        )
    return found[1] == "live"
