"""The page about settings: of an installation, of a tenant, and of a dialect."""

import msgspec
from pydantic.fields import FieldInfo

from polaris.core.facts import tenant
from polaris.dialect_settings import DIALECTS
from polaris.reference.markdown import (
    SOURCE,
    described,
    fields,
    mentioned,
    page,
    sentence,
    table,
    value_text,
)
from polaris.settings import Settings

INSTALLATION = """\
## Of an installation

These are environment variables. The first two are also options of every command.
"""

OF_A_TENANT = f"""\
## Of a tenant

These settings are stored with the tenant
([core/facts/tenant.py]({SOURCE}/core/facts/tenant.py)). Change them with
[`polaris tenant set`](cli.md#polaris-tenant-set). A change applies from the next command on.
"""


def settings() -> str:
    """Return the page about all settings with their defaults and meanings."""
    rows = [
        (f"`POLARIS_{name.upper()}`", default_of(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return page(
        "Settings",
        "settings.py",
        INSTALLATION,
        table(("Variable", "Default", "Meaning"), *rows),
        OF_A_TENANT,
        fields(tenant.Settings),
        *map(described, mentioned([tenant.Settings])),
        *(part for name, declared in DIALECTS.items() for part in of_dialect(name, declared)),
    )


TITLES = {"highlevel": "HighLevel"}
"""The names of dialects that are not their word in the settings with a capital letter."""


def of_dialect(name: str, declared: type[msgspec.Struct]) -> list[str]:
    """Return the sections about the settings of a dialect."""
    title = TITLES.get(name, name.capitalize())
    head = (
        f"## Of the {title} dialect\n\nThese settings are stored with the tenant. "
        f"`polaris tenant set` names them `{name}.SETTING`.\n"
    )
    return [head, fields(declared), *map(described, mentioned([declared]))]


def default_of(field: FieldInfo) -> str:
    """Return a default. A default that depends on the machine is described by its factory."""
    if field.default_factory:
        return sentence(field.default_factory).split(". ")[0]
    return value_text(field.default)
