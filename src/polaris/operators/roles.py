"""The roles of operators. Each includes the ones before it."""

from enum import StrEnum


class Role(StrEnum):
    """What an operator may do for a tenant."""

    VIEWER = "viewer"  # read everything
    OPERATOR = "operator"  # also finalize, void and everything else that concerns an invoice
    ADMIN = "admin"  # also settings, the closing of the books, API keys and operators

    def includes(self, other: "Role") -> bool:
        """True if this role may do all that the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)
