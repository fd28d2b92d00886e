"""The page about settings: of an installation, and of a tenant."""

from pydantic.fields import FieldInfo

from polaris.core.facts import tenant
from polaris.reference.markdown import (
    SOURCE,
    described,
    fields,
    mentioned,
    page,
    sentence,
    shown,
    table,
)
from polaris.settings import Settings

INSTALLATION = """\
## Of an installation

Environment variables. On the command line the first two are also options of every command.
"""

OF_A_TENANT = f"""\
## Of a tenant

Kept with the tenant ([core/facts/tenant.py]({SOURCE}/core/facts/tenant.py)), and read with
every set of commands.
"""


def settings() -> str:
    """Every setting with its default and what it is for."""
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
    )


def default_of(field: FieldInfo) -> str:
    """A default; one that depends on the machine is told by what finds it."""
    if field.default_factory:
        return sentence(field.default_factory).split(". ")[0]
    return shown(field.default)
