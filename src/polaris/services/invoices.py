"""Void, finalize, delete and replace invoices, with previews: for the console and for JSON."""

from typing import NamedTuple

import msgspec

from polaris.api.caller import Caller
from polaris.core.balances.credit_note import noted_by_setting
from polaris.core.commands import (
    Command,
    DeleteDraft,
    FinalizeInvoice,
    RegenerateInvoice,
    VoidInvoice,
)
from polaris.core.commands.values import Apply, VoidNote
from polaris.core.effects import Effects
from polaris.core.explain import Answer
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.invoice import Invoice, InvoiceKind, Status
from polaris.core.fold import Outcome
from polaris.core.refusals import NotFound
from polaris.core.view import View
from polaris.engine import Preview
from polaris.keys import KeyScope
from polaris.services.invoice_detail import InvoiceDetail, detail_in, invoice_view


class VoidChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decides about a void. Amounts are minor units of the invoice's currency.

    `credit_note` documents the whole invoice by a credit note. If no credit is named, that note
    also keeps all received money that is not refunded, as credit for later invoices. If nobody
    decided about a note (None), the setting `void_with_credit_note` does; its note keeps no money.
    """

    credit_note: bool | None = None
    refund_minor: int = 0  # back to the payment method
    credit_minor: int | None = None  # None: see above; without a chosen credit note it is 0
    credit_to: CreditTo = CreditTo.WALLET  # where a named credit goes
    reason: str | None = None  # a reason code
    comment: str | None = None  # never printed on the customer's invoice

    @property
    def keeps_received_money(self) -> bool:
        """True if the credit is what was received and is not refunded."""
        return bool(self.credit_note) and self.credit_minor is None


class Expectation(NamedTuple):
    """The outcome that a person has agreed to: its fingerprint, and its effects if they are known.

    Without a fingerprint every outcome is agreed to.
    """

    fingerprint: str | None = None
    effects: Effects | None = None


ANY_OUTCOME = Expectation()


class Done(NamedTuple):
    """The outcome of a command, and the invoice as the command left it."""

    outcome: Outcome
    detail: InvoiceDetail

    @property
    def effects(self) -> Effects | None:
        """What the command did; None for a repetition."""
        return self.outcome.effects


class Explained(NamedTuple):
    """Whether a caller may perform a command now. `refusals` say why not, and what to do instead.

    `permitted` is False if the caller's role or key only reads.
    """

    answer: Answer
    permitted: bool

    @property
    def allowed(self) -> bool:
        """True if the caller can perform the command now."""
        return self.permitted and self.answer.allowed


async def explain(caller: Caller, invoice_id: str) -> list[Explained]:
    """Return for every command on an invoice whether this caller may perform it now, or why not.

    Raises NotFound.
    """
    await invoice_view(caller, invoice_id)
    permitted = caller.principal.may(KeyScope.WRITE)
    return [Explained(answer, permitted) for answer in await caller.explain(invoice_id)]


# ---------------------------------------------------------------- void


async def preview_void(caller: Caller, invoice_id: str, choices: VoidChoices) -> Preview:
    """Return what a void would do. Raises the dialect's Failure if it is refused."""
    return await caller.preview(await void_command(caller, invoice_id, choices))


async def void(
    caller: Caller,
    invoice_id: str,
    choices: VoidChoices,
    expectation: Expectation = ANY_OUTCOME,
) -> Done:
    """Void an invoice. Raises the dialect's Failure if it is refused.

    A credit that was computed from the received money is given only if no money moves meanwhile.
    """
    command = await void_command(caller, invoice_id, choices)
    computed = choices.keeps_received_money and expectation.fingerprint is None
    if computed and not await caller.done_before(VoidInvoice):
        preview = await caller.preview(command)
        expectation = Expectation(preview.fingerprint, preview.effects)
    return await perform(caller, command, invoice_id, expectation)


async def void_command(caller: Caller, invoice_id: str, choices: VoidChoices) -> VoidInvoice:
    """Return the command for these choices. Raises Failure."""
    view = await view_for(caller, VoidInvoice(invoice_id=invoice_id))
    invoice = view.the(Invoice, invoice_id)
    credit = choices.credit_minor or 0
    if choices.keeps_received_money:
        balance = view.balance(invoice)
        credit = max(min(balance.refundable, balance.creditable) - choices.refund_minor, 0)
    return VoidInvoice(
        invoice_id=invoice_id,
        reason=choices.reason,
        comment=choices.comment,
        note_description=f"Void of invoice {invoice.number}",  # the comment is internal
        refund_minor=choices.refund_minor,
        credit_minor=credit,
        credit_to=CreditTo.NOTE if choices.keeps_received_money else choices.credit_to,
        note=note_policy(choices, noted_by_setting(view.tenant, invoice)),
    )


def note_policy(choices: VoidChoices, by_setting: bool) -> VoidNote:
    """Return which credit note documents the void. Credit always needs one."""
    if by_setting if choices.credit_note is None else choices.credit_note:
        return VoidNote.ADJUSTMENT
    return VoidNote.REQUESTED if choices.credit_minor else VoidNote.NONE


# ---------------------------------------------------------------- finalize


async def preview_finalize(caller: Caller, invoice_id: str) -> Preview:
    """Return what finalizing would do. Raises Failure if it is refused."""
    return await caller.preview(await finalize_command(caller, invoice_id))


async def finalize(caller: Caller, invoice_id: str, expectation: Expectation = ANY_OUTCOME) -> Done:
    """Finalize a draft. Raises the dialect's Failure if it is refused."""
    command = await finalize_command(caller, invoice_id)
    return await perform(caller, command, invoice_id, expectation)


async def finalize_command(caller: Caller, invoice_id: str) -> FinalizeInvoice:
    """Return the command; see `settled_at_once`. Raises Failure."""
    command = FinalizeInvoice(invoice_id=invoice_id)
    view = await view_for(caller, command)
    apply = settled_at_once(view.the(Invoice, invoice_id))
    return msgspec.structs.replace(command, apply=apply)


def settled_at_once(draft: Invoice) -> Apply:
    """Return what settles an invoice when it is finalized.

    Credit notes do, and money held for the voided invoice that it replaces; wallet credits pay
    subscriptions. Nothing but money pays for wallet credits.
    """
    return Apply(
        held=draft.regenerated_from is not None,
        notes=draft.kind is not InvoiceKind.TOP_UP,
        wallet=draft.kind is InvoiceKind.SUBSCRIPTION,
    )


async def delete_command(caller: Caller, invoice_id: str) -> DeleteDraft:
    """Return the command that deletes a draft. Raises Failure."""
    command = DeleteDraft(invoice_id=invoice_id)
    await view_for(caller, command)
    return command


# ---------------------------------------------------------------- void and replace


async def preview_replace(caller: Caller, invoice_id: str, choices: VoidChoices) -> Preview:
    """Return what `replace` would do. Raises Failure if it is refused."""
    return await caller.preview(await replace_command(caller, invoice_id, choices))


async def replace(
    caller: Caller,
    invoice_id: str,
    choices: VoidChoices,
    expectation: Expectation = ANY_OUTCOME,
) -> Done:
    """Void an invoice and draft its replacement, in one command: both are done, or nothing is.

    A voided invoice is only replaced. Return the draft. Raises Failure.
    """
    command = await replace_command(caller, invoice_id, choices)
    return await perform(caller, command, command.new_invoice_id, expectation)


async def replace_command(
    caller: Caller, invoice_id: str, choices: VoidChoices
) -> RegenerateInvoice:
    """Return the command that voids an invoice and drafts its replacement. Raises Failure."""
    command = RegenerateInvoice(invoice_id=invoice_id, new_invoice_id=caller.new_id())
    view = await view_for(caller, command)
    if view.the(Invoice, invoice_id).status is Status.VOIDED:
        return command
    void_first = await void_command(caller, invoice_id, choices)
    return msgspec.structs.replace(command, void_first=void_first)


async def perform(
    caller: Caller, command: Command, invoice_id: str, expectation: Expectation
) -> Done:
    """Perform a command. Return its outcome and the invoice as it left it. Raises Failure."""
    outcome, view = await caller.perform_with_effects(
        command, expect=expectation.fingerprint, expected=expectation.effects
    )
    return Done(outcome, detail_in(view.decision.facts, invoice_id, view.at))


async def view_for(
    caller: Caller, command: VoidInvoice | FinalizeInvoice | DeleteDraft | RegenerateInvoice
) -> View:
    """Load the invoice of a command. Raises Failure: a missing invoice refuses the command."""
    try:
        return await invoice_view(caller, command.invoice_id)
    except NotFound as missing:
        raise caller.refused(command, [missing]) from missing
