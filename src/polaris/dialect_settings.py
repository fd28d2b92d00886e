"""The settings that the dialects declare, with their meanings."""

import msgspec

from polaris.dialects.highlevel.rules import settings as highlevel
from polaris.dialects.lago.rules import settings as lago
from polaris.reference.markdown import beside
from polaris.services.declared_settings import DeclaredSettings

DIALECTS: dict[str, type[msgspec.Struct]] = {}
"""The settings of each dialect. The command line names them `DIALECT.SETTING`."""
DIALECTS[lago.NAME] = lago.Settings
DIALECTS[highlevel.NAME] = highlevel.Settings


def declared_settings() -> tuple[DeclaredSettings, ...]:
    """Return the settings of every dialect."""
    return tuple(DeclaredSettings(name, kind, beside(kind)) for name, kind in DIALECTS.items())
