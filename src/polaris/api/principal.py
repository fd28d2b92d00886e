"""Who calls: an API key or a signed-in operator, of one tenant."""

from typing import Protocol

from polaris.keys import KeyScope


class Principal(Protocol):
    """An authenticated API key or operator session. It acts for one tenant."""

    @property
    def tenant_id(self) -> str:
        """The tenant that it acts for."""
        ...

    @property
    def actor(self) -> str:
        """Its name in the audit log, such as `key:plr_...` or `operator:someone@example.com`."""
        ...

    @property
    def administrator(self) -> bool:
        """True if it may do what only an administrator may, such as reopen the books."""
        ...

    @property
    def idempotency_owner(self) -> str:
        """Whose idempotency keys it uses: the same for all API keys, but each operator's own."""
        ...

    def may(self, scope: KeyScope) -> bool:
        """True if it may read, or write."""
        ...
