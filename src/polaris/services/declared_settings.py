"""The settings that a dialect declares for a tenant."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from polaris.core.facts.tenant import Tenant


class DeclaredSettings(NamedTuple):
    """The settings that a dialect declares. They are stored in the tenant's details."""

    dialect: str  # its name, also in the details
    kind: type[msgspec.Struct]  # a default for each setting
    meanings: Mapping[str, str]  # by the setting's name

    def of(self, tenant: Tenant) -> msgspec.Struct:
        """Return the tenant's settings for the dialect."""
        return msgspec.convert(tenant.details.get(self.dialect, {}), self.kind)
