"""A requirement: a check over a case, and the refusal if the check fails."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from msgspec import UNSET

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.tax_selection import resolved
from polaris.core.cached import cached
from polaris.core.commands import Command
from polaris.core.commands.base import or_none
from polaris.core.commands.values import CreditedLine, NewLine
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.task import Task
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.refusals import Refusal

R = TypeVar("R", bound=Row)
Asked = TypeVar("Asked", bound=Command, covariant=True)
Checked = TypeVar("Checked", bound=Command, contravariant=True)

Details = dict[str, str | int | None]


class Case(Generic[Asked]):
    """A command with the facts that it names. A property raises NotFound if its row is missing."""

    def __init__(self, decision: Decision, command: Asked) -> None:
        self.decision = decision
        self.command = command

    def named(self, kind: type[R], field: str) -> R:
        """The row that a field of the command names. Raises NotFound."""
        return self.decision.the(kind, getattr(self.command, field), field)

    @cached
    def invoice(self) -> Invoice:
        """The invoice that the command names."""
        return self.named(Invoice, "invoice_id")

    @cached
    def balance(self) -> InvoiceBalance:
        """The balance of that invoice."""
        return InvoiceBalance(self.decision, self.invoice)

    @cached
    def lines(self) -> tuple[NewLine | CreditedLine, ...]:
        """The lines of the command, completed from the catalogue."""
        given = or_none(getattr(self.command, "lines", UNSET)) or ()
        return tuple(self._resolved(line) if isinstance(line, NewLine) else line for line in given)

    @cached
    def new_lines(self) -> tuple[NewLine, ...]:
        """The invoice lines among them."""
        return tuple(line for line in self.lines if isinstance(line, NewLine))

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

    @cached
    def task(self) -> Task:
        """The task that the command names."""
        return self.named(Task, "task_id")


AnyCase: TypeAlias = Case[Command]
"""The case of a rule that fits every command: it reads no field, or one whose name it is given."""


class Requirement(NamedTuple, Generic[Checked]):
    """One rule: what must hold, and the refusal if it does not."""

    name: str
    sentence: str
    refusal: type[Refusal]
    check: Callable[[Case[Checked]], Details | None]

    def refused(self, case: Case[Checked]) -> Refusal | None:
        """Return the refusal if the rule does not hold, or if a row that it reads is missing."""
        try:
            details = self.check(case)
        except Refusal as missing:
            return missing
        return None if details is None else self.refusal(**details)


AnyRequirement: TypeAlias = Requirement[Any]
"""A rule for any command."""

Check: TypeAlias = Callable[[Case[Checked]], Details | None]


def requires(refusal: type[Refusal]) -> Callable[[Check[Checked]], Requirement[Checked]]:
    """Make a Requirement of a check, which returns None if the rule holds, else the details."""

    def rule(check: Check[Checked]) -> Requirement[Checked]:
        sentence = " ".join((check.__doc__ or "").split())
        return Requirement(check.__name__, sentence, refusal, check)

    return rule


def unless(holds: bool, **details: str | int | None) -> Details | None:
    """Return None if the rule holds, else the details of the refusal."""
    return None if holds else details


def at_most(field: str, asked_minor: int, limit_minor: int) -> Details | None:
    """Return the details of a refusal if the amount is above its limit, else None."""
    return unless(
        asked_minor <= limit_minor, field=field, asked_minor=asked_minor, limit_minor=limit_minor
    )
