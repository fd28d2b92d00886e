"""The page about settings: of an installation, and of a tenant."""

import msgspec
from pydantic.fields import FieldInfo

from polaris.cli.tenant_settings import DIALECTS
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
        *(part for name, declared in DIALECTS.items() for part in of_dialect(name, declared)),
    )


def of_dialect(name: str, declared: type[msgspec.Struct]) -> list[str]:
    """The settings that a dialect declares."""
    head = (
        f"## Of the {name.capitalize()} dialect\n\nKept with the tenant under the dialect's name, "
        f"and written as `{name}.setting` at the command line.\n"
    )
    return [head, fields(declared), *map(described, mentioned([declared]))]


def default_of(field: FieldInfo) -> str:
    """A default; one that depends on the machine is told by what finds it."""
    if field.default_factory:
        return sentence(field.default_factory).split(". ")[0]
    return shown(field.default)
