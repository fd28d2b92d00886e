"""Commands about what is billed and taxed by a code."""

from decimal import Decimal

from polaris.core.commands.base import Command


class SaveAddOn(Command, frozen=True, kw_only=True):
    """Create a thing that is billed by its code, or change the fields that are given."""

    add_on_id: str
    code: str | None = None  # required for a new one, as are name, amount and currency
    name: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    invoice_display_name: str | None = None  # empty: none
    description: str | None = None  # empty: none
    tax_codes: tuple[str, ...] | None = None  # all of them
    details: dict[str, object] | None = None  # merged by key into what is there


class DeleteAddOn(Command, frozen=True, kw_only=True):
    """Bill a thing no longer; its code is free again."""

    add_on_id: str


class SaveTaxCode(Command, frozen=True, kw_only=True):
    """Create a tax with a code, or change the fields that are given."""

    tax_code_id: str
    code: str | None = None  # required for a new one, as are name and rate; add-ons follow it
    name: str | None = None
    rate: Decimal | None = None  # percent
    description: str | None = None  # empty: none
    applied_by_default: bool | None = None  # on whatever names no tax of its own
    details: dict[str, object] | None = None  # merged by key into what is there


class DeleteTaxCode(Command, frozen=True, kw_only=True):
    """Tax by a code no longer; it is free again, and add-ons lose it."""

    tax_code_id: str
