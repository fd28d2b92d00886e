"""Void an invoice: the choices, their effects at once, the confirmation, then the receipt."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

import msgspec
from starlette.responses import Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.confirming import Proposal, confirm, objections, propose
from polaris.console.formats import UnreadableAmount, amount_text, typed_amount
from polaris.console.pages.drafts import done
from polaris.console.pages.invoices import found_invoice
from polaris.console.rendering import render
from polaris.core.commands import Command
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.invoice import Invoice
from polaris.core.refusals import Refusal
from polaris.operators.roles import Role
from polaris.services.invoice_detail import InvoiceDetail
from polaris.services.invoices import VoidChoices, replace_command, void_command

LONGEST_COMMENT = 300
LONGEST_REASON = 100


class Limits(NamedTuple):
    """What a void of the invoice can give back at most, in minor units."""

    paid_minor: int
    refundable_minor: int
    creditable_minor: int


class VoidForm(NamedTuple):
    """The choices of a void as they were typed, what they mean, and what could not be read."""

    typed: Mapping[str, str]
    refund_minor: int
    credit_minor: int
    faults: dict[str, str]  # a sentence by the name of the field

    @property
    def gives(self) -> bool:
        """True if money or credit goes back to the customer."""
        return bool(self.refund_minor or self.credit_minor)

    def on(self, name: str) -> bool:
        """True if a box is ticked."""
        return self.typed.get(name) == "on"


def void_form(visit: Visit, invoice: Invoice, limits: Limits) -> VoidForm:
    """Read the form. A field that cannot be read, or that is above its limit, is named."""
    faults: dict[str, str] = {}
    names = ("note", "refund", "credit", "credit_to", "reason", "comment", "replace", "number")
    typed = {name: visit.text(name) for name in names}
    if not visit.form and visit.tenant.settings.void_with_credit_note:  # the form is opened
        typed["note"] = "on"

    def read(name: str, limit: int) -> int:
        try:
            minor = typed_amount(typed[name], invoice.currency, visit.locale)
        except UnreadableAmount as fault:
            faults[name] = str(fault)
            return 0
        if minor > limit:
            faults[name] = f"At most {amount_text(limit, invoice.currency, visit.locale)}."
        return minor

    refund = read("refund", limits.refundable_minor)
    credit = read("credit", limits.creditable_minor)
    if not faults and refund + credit > limits.creditable_minor:
        most = amount_text(limits.creditable_minor - refund, invoice.currency, visit.locale)
        faults["credit"] = f"Refund and credit exceed what can be given back. At most {most}."
    if len(typed["comment"]) > LONGEST_COMMENT:
        faults["comment"] = f"At most {LONGEST_COMMENT} characters."
    return VoidForm(typed, refund, credit, faults)


def confirmed_by_number(visit: Visit, invoice: Invoice, form: VoidForm) -> str:
    """Return why the operator must type the invoice's number; empty if it is not needed.

    The setting is an amount in the tenant's currency, so in another currency it always asks.
    """
    if form.gives:
        return " that money moves."
    limit, currency = visit.tenant.settings.confirm_above_minor, visit.tenant.currency
    if limit is None or (invoice.currency == currency and invoice.total_minor < limit):
        return ""
    return f": the settings ask for it from {amount_text(limit, currency, visit.locale)} on."


def choices_of(form: VoidForm) -> VoidChoices:
    """Return the choices that the form makes."""
    return VoidChoices(
        credit_note=form.on("note") or form.gives,
        refund_minor=form.refund_minor,
        credit_minor=form.credit_minor,
        credit_to=CreditTo.NOTE if form.typed["credit_to"] == "note" else CreditTo.WALLET,
        reason=form.typed["reason"] or None,
        comment=form.typed["comment"] or None,
    )


def choices_fingerprint(form: VoidForm) -> str:
    """Return the SHA-256 of what the form asks for, without its confirmation."""
    wanted = (choices_of(form), form.on("replace"))
    return sha256(msgspec.json.encode(wanted)).hexdigest()


async def command_of(visit: Visit, invoice: Invoice, form: VoidForm) -> Command:
    """Return the command that the form asks for: a void, or one with a replacement."""
    if form.on("replace"):
        return await replace_command(visit.caller, invoice.id, choices_of(form))
    return await void_command(visit.caller, invoice.id, choices_of(form))


async def proposed(visit: Visit) -> Response:
    """Show the choices, and what the void would do without any."""
    return await _choices_page(visit, "form")


async def previewed(visit: Visit) -> Response:
    """Show what the void would do with the choices that are typed now, and which are not possible.

    Only the effects and the sentences of the fields are replaced, so the typing goes on.
    """
    return await _choices_page(visit, "effects")


async def _choices_page(visit: Visit, block: str) -> Response:
    detail, limits = await _detail(visit)
    form = void_form(visit, detail.invoice, limits)
    proposal = await propose(visit, await command_of(visit, detail.invoice, form))
    return await _form(visit, block, detail, limits, form, proposal)


async def voided(visit: Visit) -> Response:
    """Void the invoice, and go back to the list with its receipt."""
    detail, limits = await _detail(visit)
    form = void_form(visit, detail.invoice, limits)
    command = await command_of(visit, detail.invoice, form)
    weighty = confirmed_by_number(visit, detail.invoice, form)
    if weighty and form.typed["number"] != (detail.invoice.number or ""):
        form.faults["number"] = f"Type exactly {detail.invoice.number}."
    refused: tuple[Refusal, ...] = ()
    if not form.faults:
        try:
            outcome = await confirm(visit, command)
        except CommandRefused as failure:
            refused = failure.refusals
        else:
            return done(visit, detail.invoice.id, outcome.request_id)
    again = await propose(visit, command)
    return await _form(visit, "form", detail, limits, form, again, refused)


async def _form(
    visit: Visit,
    block: str,
    detail: InvoiceDetail,
    limits: Limits,
    form: VoidForm,
    proposal: Proposal,
    refused: tuple[Refusal, ...] = (),
) -> Response:
    chosen = choices_fingerprint(form)
    unseen = visit.text("chosen") != chosen
    against = await objections(visit, detail.invoice, proposal, refused, unseen=unseen)
    faulty = bool(form.faults) and block == "form"
    return render(
        visit,
        "void.html",
        block=block,
        status=422 if faulty else against.status,
        detail=detail,
        limits=limits,
        form=form,
        chosen=chosen,
        weighty=confirmed_by_number(visit, detail.invoice, form),
        proposal=proposal,
        objections=against,
        previewed=block == "effects",
        reasons=visit.tenant.settings.void_reasons,
        reason_required=visit.tenant.settings.void_reason_required,
        longest_comment=LONGEST_COMMENT,
        longest_reason=LONGEST_REASON,
    )


async def _detail(visit: Visit) -> tuple[InvoiceDetail, Limits]:
    detail = await found_invoice(visit, visit.request.path_params["invoice"])
    paid, refundable = detail.invoice.paid_minor, detail.refundable_minor
    return detail, Limits(paid, refundable, detail.creditable_minor)


ROUTES = [
    page("/billing/invoices/{invoice}/void", proposed, Role.OPERATOR),
    action("/billing/invoices/{invoice}/void", voided),
    action("/billing/invoices/{invoice}/void/preview", previewed),
]
