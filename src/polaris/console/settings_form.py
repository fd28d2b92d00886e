"""The form of a tenant's settings: its values as text, and the command that saves what changed.

Each field of the form has one text. A field of an address is named `address_*`, a setting of a
dialect `DIALECT.SETTING`, and the others have the name of the tenant's field or setting.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from babel import Locale

from polaris.console.formats import UnreadableAmount, plain_number, typed_amount
from polaris.core.commands import SaveTenant
from polaris.core.commands.values import AddressChange
from polaris.core.facts.address import Address
from polaris.core.facts.tenant import KINDS, Tenant
from polaris.core.refusals import Refusal
from polaris.services.declared_settings import DeclaredSettings

OWN = ("name", "legal_name", "tax_number", "email", "phone", "timezone")
NEEDED = ("name", "timezone")
ADDRESS = tuple(f"address_{name}" for name in Address.__struct_fields__)
AMOUNT = "confirm_above_minor"
YES, NO = "yes", "no"

LABELS = {
    "name": "Name",
    "legal_name": "Legal name",
    "tax_number": "Tax number",
    "email": "E-mail",
    "phone": "Phone",
    "timezone": "Time zone",
    "currency": "Currency",
    "address_line1": "Street",
    "address_line2": "Second line",
    "address_city": "City",
    "address_postal_code": "Postal code",
    "address_state": "State or region",
    "address_country": "Country",
    "invoice_scope": "Invoices share a series",
    "invoice_format": "Format of invoice numbers",
    "note_scope": "Credit notes share a series",
    "note_format": "Format of credit note numbers",
    "payment_term_days": "Net terms in days",
    "void_dated": "A void is dated",
    "void_reasons": "Reason codes",
    "void_reason_required": "A reason is mandatory",
    "refuse_void_when_credited": "Refuse to void an invoice that is credited in full",
    "void_with_credit_note": "Document a void with a credit note for the whole invoice",
    "confirm_above_minor": "Type the invoice number to void from this total on",
    "live_mode": "These are live books, not for tests",
}
"""How the form names its fields."""


class Unreadable(Exception):
    """Fields of the form cannot be read; `faults` has a sentence for each, by its name."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults.values()))


class DialectField(NamedTuple):
    """A setting of a dialect, as a field of the form."""

    name: str  # DIALECT.SETTING
    label: str
    meaning: str
    choices: tuple[str, ...]  # empty: yes or no, or any text
    is_choice: bool  # yes or no


def dialect_fields(declared: DeclaredSettings) -> list[DialectField]:
    """Return the fields of a dialect's settings."""
    return [
        DialectField(
            f"{declared.dialect}.{field.name}",
            field.name.replace("_", " ").capitalize(),
            declared.meanings.get(field.name, ""),
            tuple(field.type) if _is_enum(field.type) else (),
            field.type is bool,
        )
        for field in msgspec.structs.fields(declared.kind)
    ]


def label(name: str) -> str:
    """Return how the form names a field, also one of an address as the audit log names it."""
    last = name.rpartition(".")[2].replace("_", " ")
    return LABELS.get(name) or LABELS.get(f"address_{name}") or last.capitalize()


# ---------------------------------------------------------------- values as text


def values_of(
    tenant: Tenant, declared: Iterable[DeclaredSettings], locale: Locale
) -> dict[str, str]:
    """Return the text of every field of the form."""
    values = {name: getattr(tenant, name) for name in OWN}
    values |= {name: getattr(tenant.address, name.removeprefix("address_")) for name in ADDRESS}
    values |= {name: getattr(tenant.settings, name) for name in KINDS}
    limit = tenant.settings.confirm_above_minor
    values[AMOUNT] = None if limit is None else plain_number(limit, tenant.currency, locale)
    for dialect in declared:
        settings = msgspec.structs.asdict(dialect.of(tenant))
        values |= {f"{dialect.dialect}.{name}": value for name, value in settings.items()}
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case tuple():
            return "\n".join(map(str, value))
    return str(value)


def typed_values(form: Mapping[str, Any], current: Mapping[str, str]) -> dict[str, str]:
    """Return the text of every field as it was sent. A box that is not ticked sends nothing."""
    typed = {}
    for name, value in current.items():
        sent = form.get(name, NO if value in (YES, NO) else value)
        typed[name] = sent.replace("\r\n", "\n").strip() if isinstance(sent, str) else value
    return typed


# ---------------------------------------------------------------- the command


def save_command(
    tenant: Tenant,
    declared: Iterable[DeclaredSettings],
    changed: Mapping[str, str],
    fingerprint: str,
    locale: Locale,
) -> SaveTenant:
    """Return the command that saves these changed fields. Raises Unreadable."""
    reading = _Reading(tenant, declared, locale)
    faults, values = {}, {}
    for name, text in changed.items():
        try:
            values[name] = reading.value(name, text)
        except (UnreadableAmount, ValueError) as fault:
            faults[name] = str(fault)
    if faults:
        raise Unreadable(faults)
    address: dict[str, Any] = {
        name.removeprefix("address_"): values[name] for name in values if name in ADDRESS
    }
    own: dict[str, Any] = {name: values[name] for name in values if name in OWN}
    details: dict[str, dict[str, object]] = {}
    for name in values:
        dialect, dot, setting = name.partition(".")
        if dot:
            details.setdefault(dialect, {})[setting] = values[name]
    return SaveTenant(
        tenant_id=tenant.id,
        fingerprint=fingerprint,
        address=AddressChange(**address),
        settings_changes={name: values[name] for name in values if name in KINDS},
        details=details,
        **own,
    )


class _Reading:
    """Reads the text of a field as the value that the command takes."""

    def __init__(
        self, tenant: Tenant, declared: Iterable[DeclaredSettings], locale: Locale
    ) -> None:
        self._currency, self._locale = tenant.currency, locale
        self._kinds: dict[str, Any] = dict(KINDS) | {
            f"{dialect.dialect}.{field.name}": field.type
            for dialect in declared
            for field in msgspec.structs.fields(dialect.kind)
        }

    def value(self, name: str, text: str) -> object:
        """Return the value. Raises ValueError with a sentence that says what to type."""
        kind = self._kinds.get(name)
        if kind is None:
            return text if name in NEEDED else text or None
        if name == AMOUNT:
            return typed_amount(text, self._currency, self._locale) if text else None
        if kind is bool:
            return text == YES
        if kind is int:
            return _whole(text)
        if kind == tuple[str, ...]:
            return [line.strip() for line in text.split("\n") if line.strip()]
        if _is_enum(kind) and text not in tuple(kind):
            raise ValueError(f"Choose one of {', '.join(kind)}.")
        return text


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ValueError("Type a whole number, such as 30.")
    return int(text)


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def faults_of(refusals: Iterable[Refusal], names: Iterable[str]) -> dict[str, str]:
    """Return the sentence of each refusal with its way out, by the field that it is about.

    A refusal about no field of the form is under an empty name.
    """
    known = set(names)
    faults: dict[str, str] = {}
    for refusal in refusals:
        field = str(refusal.details.get("field") or "")
        name = field if field in known else ""
        faults[name] = f"{faults.get(name, '')} {refusal.sentence} {refusal.instead}".strip()
    return faults
