"""Commands in short words: `void credit=300 refund=300 note=none`, and worlds told by them.

What is not said is as in the smallest case: invoice `inv` of customer `c1` over 1,000 and 20 % tax.
"""

from datetime import date
from decimal import Decimal

import msgspec

from core.proofs import failures
from core.values import NAMED, VAT, line, part
from core.world import World
from polaris.core import commands as ask
from polaris.core.commands import (
    CloseBooks,
    Command,
    CorrectEntryDay,
    DeleteCatalogueItem,
    DeleteCustomer,
    DeleteTaxCode,
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    ReopenBooks,
    ResumeWebhookEndpoint,
    SaveCatalogueItem,
    SaveCustomer,
    SaveTaxCode,
    SaveTenant,
    SaveWebhookEndpoint,
)
from polaris.core.facts.payment import PaymentState, RefundState
from polaris.core.facts.tenant import Settings
from polaris.money import LARGEST_MINOR

SHORT: dict[str, Command] = {
    "customer": SaveCustomer(customer_id="c3", external_id="x3"),
    "delete_customer": DeleteCustomer(customer_id="c1"),
    "draft": ask.DraftInvoice(
        invoice_id="inv", customer_id="c1", currency="EUR", lines=(line(id="l1"),)
    ),
    "edit": ask.EditDraft(invoice_id="inv"),
    "delete": ask.DeleteDraft(invoice_id="inv"),
    "finalize": ask.FinalizeInvoice(invoice_id="inv"),
    "issue": ask.IssueInvoice(
        invoice_id="inv", customer_id="c1", currency="EUR", lines=(line(id="l1"),)
    ),
    "lose": ask.LoseDispute(invoice_id="inv"),
    "overdue": ask.MarkOverdue(invoice_id="inv"),
    "collect": ask.CollectInvoice(invoice_id="inv"),
    "annotate": ask.AnnotateInvoice(invoice_id="inv"),
    "record": ask.RecordInvoice(
        invoice_id="inv", customer_id="c1", currency="EUR", lines=(line(id="l1"),)
    ),
    "void": ask.VoidInvoice(invoice_id="inv", note_id="void-note", remainder_note_id="remainder"),
    "regenerate": ask.RegenerateInvoice(invoice_id="inv", new_invoice_id="again"),
    "pay": ask.ReceivePayment(
        payment_id="pay", currency="EUR", amount_minor=1200, apply_to={"inv": LARGEST_MINOR}
    ),
    "report": ask.UpdatePayment(payment_id="pay", state=PaymentState.SUCCEEDED),
    "apply": ask.ApplyPayment(payment_id="pay", invoice_id="inv"),
    "remove": ask.RemovePayment(payment_id="pay", invoice_id="inv"),
    "write_off": ask.WriteOffInvoice(invoice_id="inv", write_off_id="loss"),
    "unwrite": ask.ReverseWriteOff(write_off_id="loss"),
    "credit": ask.IssueCreditNote(
        note_id="note", invoice_id="inv", lines=(part(500),), credit_minor=600
    ),
    "standalone": ask.IssueStandaloneNote(
        note_id="alone",
        customer_id="c1",
        currency="EUR",
        lines=(part(500, None, VAT),),
    ),
    "annotate_note": ask.AnnotateCreditNote(note_id="note"),
    "void_note": ask.VoidCreditNote(note_id="note"),
    "apply_note": ask.ApplyCreditNote(note_id="note", invoice_id="inv"),
    "remove_note": ask.RemoveCreditNote(note_id="note", invoice_id="inv"),
    "refund": ask.RequestRefund(refund_id="refund", payment_id="pay", amount_minor=100),
    "report_refund": ask.UpdateRefund(refund_id="refund", state=RefundState.SETTLED),
    "record_refund": ask.RecordRefund(refund_id="refund", payment_id="pay", amount_minor=100),
    "convert": ask.ConvertRefund(refund_id="refund", note_id="converted"),
    "wallet": ask.OpenWallet(wallet_id="wallet", customer_id="c1", currency="EUR"),
    "change_wallet": ask.UpdateWallet(wallet_id="wallet"),
    "void_wallet": ask.VoidWalletCredits(wallet_id="wallet", amount_minor=300),
    "grant": ask.GrantCredits(lot_id="lot", wallet_id="wallet", amount_minor=300),
    "buy": ask.BuyCredits(invoice_id="top", wallet_id="wallet", amount_minor=500),
    "restore": ask.RestoreCredits(invoice_id="inv"),
    "void_credits": ask.VoidCredits(lot_id="lot"),
    "expire": ask.ExpireCredits(lot_id="lot"),
    "terminate": ask.TerminateWallet(wallet_id="wallet"),
    "expire_wallet": ask.ExpireWallet(wallet_id="wallet"),
    "tax": SaveTaxCode(tax_code_id="tax", code="vat", name="VAT", rate=Decimal(20)),
    "untax": DeleteTaxCode(tax_code_id="tax"),
    "catalogue_item": SaveCatalogueItem(
        catalogue_item_id="add", code="setup", name="Setup", amount_minor=1000, currency="EUR"
    ),
    "drop": DeleteCatalogueItem(catalogue_item_id="add"),
    "endpoint": SaveWebhookEndpoint(
        webhook_endpoint_id="end", url="https://a.example/hooks", dialect="standard"
    ),
    "pause": PauseWebhookEndpoint(webhook_endpoint_id="end"),
    "resume": ResumeWebhookEndpoint(webhook_endpoint_id="end"),
    "hush": DeleteWebhookEndpoint(webhook_endpoint_id="end"),
    "resolve": ask.ResolveTask(task_id="row-8", resolution="The bank sent it."),
    "tenant": SaveTenant(tenant_id="tenant"),
    "close": CloseBooks(through=date(2026, 2, 28)),
    "reopen": ReopenBooks(),
    "correct": CorrectEntryDay(entry_id="row-6", day=date(2026, 3, 12)),
}
"""The smallest case of every command."""

STORIES: dict[str, tuple[str, ...]] = {
    "billed": ("draft", "finalize"),
    "late": ("draft issue_date=2026-03-09", "finalize"),
    "paid": ("billed", "pay"),
    "partly": ("billed", "pay amount=600"),
    "coming": ("billed", "pay state=in_progress"),
    "spare": ("pay apply_to={} customer_id=c1",),
    "spent": ("wallet", "grant", "draft", "finalize apply=@wallet"),
    "sending": ("billed", "pay amount=1300", "refund", "report_refund state=sent"),
    "unclear": ("sending", "report_refund state=unknown"),
    "refunded": ("billed", "pay amount=800", "credit credit=0 refund=600"),
    "paid_out": ("billed", "pay", "credit", "refund of=note"),
    "undo": ("void for=top",),
    "their_wallet": ("wallet wallet_id=theirs customer_id=c2",),
    "sold": ("wallet", "draft for=top kind=top_up lines=@sold", "finalize for=top"),
    "landed": ("sold", 'pay apply_to={"top":1000} amount=1000'),
    "billed_two": ("draft for=two lines=@two", "finalize for=two"),
    "spent_top": ("landed", "draft lines=@six_hundred", "finalize apply=@wallet"),
    "paid_by_note": (
        "wallet",
        "standalone",
        "buy amount=600",
        "apply_note of=alone for=top",
    ),
    "taxed": ("tax", 'catalogue_item tax_codes=["vat"]'),
    "most": tuple(
        f"endpoint webhook_endpoint_id=end{one} url=https://a.example/{one}" for one in range(99)
    ),
    "revoked": ("landed", "credit for=top lines=@of_top credit=300"),
}
"""Several commands in one word; more fields belong to the last."""

FIELDS = {
    "amount": "amount_minor",
    "credit": "credit_minor",
    "refund": "refund_minor",
    "offset": "offset_minor",
    "fee": "fee_minor",
    "discount": "discount_minor",
    "for": "invoice_id",
    "as": "new_invoice_id",
    "of": "note_id",
}
"""Shorter names of fields."""


def told(command: str) -> Command:
    """A command from its short words."""
    name, *said = command.split()
    base = SHORT[name]
    types = {field.name: field.type for field in msgspec.structs.fields(base)}
    pairs = [one.split("=", 1) for one in said]
    values = {FIELDS.get(field, field): value for field, value in pairs}
    return msgspec.structs.replace(
        base, **{field: read(value, types[field]) for field, value in values.items()}
    )


def read(value: str, kind: object) -> object:
    """A field's value from a word: a name, JSON, or plain text."""
    if value.startswith("@"):
        return NAMED[value[1:]]
    if value == "null":
        return None
    plain = msgspec.json.decode(value) if value[:1] in ("[", "{") else value
    return msgspec.convert(plain, kind, strict=False)


def steps(command: str) -> list[str]:
    """The single commands behind a word."""
    name, _, fields = command.partition(" ")
    if name not in STORIES:
        return [command]
    single = [one for step in STORIES[name] for one in steps(step)]
    return [*single[:-1], f"{single[-1]} {fields}".strip()]


def new_world(settings: Settings | None = None, timezone: str = "UTC") -> World:
    """A world with two customers."""
    world = World(settings, timezone)
    for number in ("1", "2"):
        world.perform(SaveCustomer(customer_id=f"c{number}", external_id=f"x{number}"))
    return world


def after(*commands: str, world: World | None = None) -> World:
    """A world in which these commands were done one after another, its books proved."""
    world = world or new_world()
    for command in (one for several in commands for one in steps(several)):
        world.perform(told(command), administrator=True)
        assert failures(world.facts) == [], command
    return world
