"""What a rule is made of: a case to look at, a check, and the refusal when it does not hold."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.tax_selection import resolved
from polaris.core.cached import cached
from polaris.core.commands import Command
from polaris.core.commands.base import or_none
from polaris.core.commands.values import NewLine
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.refusals import Refusal

R = TypeVar("R", bound=Row)

Details = dict[str, str | int | None]


class Case:
    """A command, and what it names as the facts have it. Looking up what is not there refuses."""

    def __init__(self, decision: Decision, command: Command) -> None:
        self.decision = decision
        self.command: Any = (
            command  # each rule stands only in rows of commands that have its fields
        )

    def named(self, kind: type[R], field: str) -> R:
        """The row that a field of the command names. Raises NotFound."""
        return self.decision.the(kind, getattr(self.command, field), field)

    @cached
    def invoice(self) -> Invoice:
        """The invoice that the command names."""
        return self.named(Invoice, "invoice_id")

    @cached
    def balance(self) -> InvoiceBalance:
        """How that invoice stands."""
        return InvoiceBalance(self.decision, self.invoice)

    @cached
    def lines(self) -> tuple[Any, ...]:
        """The lines that the command asks for, with what the catalogue says of them."""
        asked = or_none(self.command.lines) or ()
        return tuple(self._resolved(line) if isinstance(line, NewLine) else line for line in asked)

    def _resolved(self, line: NewLine) -> NewLine:
        if line.item_code is None and line.tax_codes is None:
            return line
        customer_id = getattr(self.command, "customer_id", None) or self.invoice.customer_id
        return resolved(self.decision, self.decision.get(Customer, customer_id), line)

    @cached
    def customer(self) -> Customer:
        """The customer that the command names."""
        return self.named(Customer, "customer_id")

    @cached
    def payment(self) -> Payment:
        """The payment that the command names."""
        return self.named(Payment, "payment_id")

    @cached
    def note(self) -> CreditNote:
        """The credit note that the command names."""
        return self.named(CreditNote, "note_id")

    @cached
    def refund(self) -> Refund:
        """The refund that the command names."""
        return self.named(Refund, "refund_id")

    @cached
    def write_off(self) -> WriteOff:
        """The write-off that the command names."""
        return self.named(WriteOff, "write_off_id")

    @cached
    def wallet(self) -> Wallet:
        """The wallet that the command names."""
        return self.named(Wallet, "wallet_id")

    @cached
    def lot(self) -> Lot:
        """The lot that the command names."""
        return self.named(Lot, "lot_id")


class Requirement(NamedTuple):
    """One rule: what must hold, and how it is refused when it does not."""

    name: str
    sentence: str
    refusal: type[Refusal]
    check: Callable[[Case], Details | None]

    def refused(self, case: Case) -> Refusal | None:
        """The refusal when the rule does not hold; what is not there is a refusal of its own."""
        try:
            details = self.check(case)
        except Refusal as missing:
            return missing
        return None if details is None else self.refusal(**details)


def requires(refusal: type[Refusal]) -> Callable[[Callable[[Case], Details | None]], Requirement]:
    """Make a rule of a check that returns nothing when it holds, else the refusal's details."""

    def rule(check: Callable[[Case], Details | None]) -> Requirement:
        sentence = " ".join((check.__doc__ or "").split())
        return Requirement(check.__name__, sentence, refusal, check)

    return rule


def unless(holds: bool, **details: str | int | None) -> Details | None:
    """Details of a refusal unless the rule holds."""
    return None if holds else details


def at_most(field: str, asked_minor: int, limit_minor: int) -> Details | None:
    """Details of a refusal when an amount is above its limit."""
    return unless(
        asked_minor <= limit_minor, field=field, asked_minor=asked_minor, limit_minor=limit_minor
    )
