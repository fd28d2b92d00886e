"""The lifecycle on one page: who may do what, from where to where, under which rules.

`decide` checks a row's rules and calls its action; `refusals_of` walks the same rows for whoever
asks whether a command would be allowed.
"""

from polaris.core import commands
from polaris.core.actions import (
    annotate,
    apply_credit_note,
    apply_payment,
    close_books,
    credits,
    draft,
    finalize,
    issue_credit_note,
    issue_standalone_note,
    open_wallet,
    receive_payment,
    refund_payment,
    regenerate,
    save_catalogue,
    save_customer,
    save_tenant,
    save_webhook_endpoint,
    void,
    void_credit_note,
    write_off,
)
from polaris.core.commands import Command
from polaris.core.decision import Decision
from polaris.core.facts.invoice import Status
from polaris.core.refusals import Refusal
from polaris.core.rules import (
    catalogue,
    credit_note,
    customer,
    invoice,
    payment,
    refund,
    tenant,
    wallet,
    webhook,
)
from polaris.core.rules.requirement import Case, Requirement
from polaris.core.transition import (
    ANY,
    CLOSED,
    DRAFT,
    DRAFT_ONLY,
    FINALIZED,
    FINALIZED_ONLY,
    ISSUED,
    VOIDED,
    WRITTEN,
    Action,
    Dialect,
    Transition,
)

_Row = tuple[type[Command], frozenset[Status], Status | None, tuple[Requirement, ...], Action]

# The columns: command, invoice before, invoice after (None: as before), requirements, action.
_ROWS: tuple[_Row, ...] = (
    # ------------------------------------------------------------ the invoice
    (commands.DraftInvoice, ANY, DRAFT, invoice.DRAFT, draft.draft),
    (commands.EditDraft, DRAFT_ONLY, DRAFT, invoice.EDIT, draft.edit),
    (commands.DeleteDraft, DRAFT_ONLY, CLOSED, invoice.DELETE, draft.delete),
    (commands.FinalizeInvoice, DRAFT_ONLY, FINALIZED, invoice.FINALIZE, finalize.finalize),
    (commands.IssueInvoice, ANY, FINALIZED, invoice.ISSUE, finalize.issue),
    (commands.RecordInvoice, ANY, FINALIZED, invoice.RECORD, finalize.record),
    (commands.VoidInvoice, FINALIZED_ONLY, VOIDED, invoice.VOID, void.void),
    (commands.AnnotateInvoice, WRITTEN, None, invoice.ANNOTATE, annotate.annotate_invoice),
    (commands.LoseDispute, ISSUED, None, invoice.LOSE_DISPUTE, annotate.lose_dispute),
    (commands.CollectInvoice, FINALIZED_ONLY, None, payment.COLLECT, apply_payment.collect),
    (commands.RegenerateInvoice, ISSUED, None, invoice.REGENERATE, regenerate.regenerate),
    # ------------------------------------------------------------ money
    (commands.ReceivePayment, ANY, None, payment.RECEIVE, receive_payment.receive),
    (commands.UpdatePayment, ANY, None, payment.UPDATE, receive_payment.update),
    (commands.ApplyPayment, FINALIZED_ONLY, None, payment.APPLY, apply_payment.apply_asked),
    (commands.RemovePayment, ISSUED, None, payment.REMOVE, apply_payment.take_off),
    (commands.WriteOffInvoice, FINALIZED_ONLY, None, invoice.WRITE_OFF, write_off.write_off),
    (commands.ReverseWriteOff, ANY, None, invoice.REVERSE_WRITE_OFF, write_off.reverse),
    # ------------------------------------------------------------ credit notes
    (commands.IssueCreditNote, ISSUED, None, credit_note.ISSUE, issue_credit_note.issue),
    (commands.IssueStandaloneNote, ANY, None, credit_note.STANDALONE, issue_standalone_note.issue),
    (commands.AnnotateCreditNote, ANY, None, credit_note.ANNOTATE, annotate.annotate_note),
    (commands.VoidCreditNote, ANY, None, credit_note.VOID, void_credit_note.void_note),
    (commands.ApplyCreditNote, FINALIZED_ONLY, None, credit_note.APPLY, apply_credit_note.apply),
    (commands.RemoveCreditNote, ISSUED, None, credit_note.REMOVE, apply_credit_note.take_off),
    # ------------------------------------------------------------ refunds
    (commands.RequestRefund, ANY, None, refund.REQUEST, refund_payment.request),
    (commands.UpdateRefund, ANY, None, refund.UPDATE, refund_payment.update),
    (commands.ConvertRefund, ANY, None, refund.CONVERT, refund_payment.convert),
    # ------------------------------------------------------------ wallets
    (commands.OpenWallet, ANY, None, wallet.OPEN, open_wallet.open_wallet),
    (commands.UpdateWallet, ANY, None, wallet.UPDATE, open_wallet.update),
    (commands.TerminateWallet, ANY, None, wallet.TERMINATE, open_wallet.terminate),
    (commands.GrantCredits, ANY, None, wallet.GRANT, credits.grant),
    (commands.BuyCredits, ANY, FINALIZED, wallet.BUY, finalize.buy_credits),
    (commands.RestoreCredits, ISSUED, None, wallet.RESTORE, credits.restore),
    (commands.VoidCredits, ANY, None, wallet.VOID, credits.void_credits),
    (commands.VoidWalletCredits, ANY, None, wallet.VOID_FROM_WALLET, credits.void_wallet_credits),
    (commands.ExpireCredits, ANY, None, wallet.EXPIRE, credits.expire),
    # ------------------------------------------------------------ what invoices refer to
    (commands.SaveCustomer, ANY, None, customer.SAVE, save_customer.save),
    (commands.DeleteCustomer, ANY, None, customer.DELETE, save_customer.delete),
    (commands.SaveCatalogueItem, ANY, None, catalogue.SAVE_ITEM, save_catalogue.save_item),
    (commands.DeleteCatalogueItem, ANY, None, catalogue.DELETE_ITEM, save_catalogue.delete_item),
    (commands.SaveTaxCode, ANY, None, catalogue.SAVE_TAX, save_catalogue.save_tax_code),
    (commands.DeleteTaxCode, ANY, None, catalogue.DELETE_TAX, save_catalogue.delete_tax_code),
    (commands.SaveWebhookEndpoint, ANY, None, webhook.SAVE, save_webhook_endpoint.save),
    (commands.DeleteWebhookEndpoint, ANY, None, webhook.DELETE, save_webhook_endpoint.delete),
    # ------------------------------------------------------------ the tenant and its books
    (commands.SaveTenant, ANY, None, tenant.SAVE, save_tenant.save),
    (commands.CloseBooks, ANY, None, tenant.CLOSE_BOOKS, close_books.close),
    (commands.ReopenBooks, ANY, None, tenant.REOPEN_BOOKS, close_books.reopen),
)

LIFECYCLE = tuple(Transition(*row) for row in _ROWS)
TRANSITIONS = {row.command: row for row in LIFECYCLE}

POLARIS = Dialect("polaris", {commands.VoidInvoice: invoice.VOID_AS_POLARIS})
"""Our own dialect."""


def refusals_of(
    decision: Decision, command: Command, dialect: Dialect = POLARIS
) -> tuple[Refusal, ...]:
    """Return a refusal for every requirement that the command does not meet, in table order."""
    case = Case(decision, command)
    rules = (*TRANSITIONS[type(command)].requires, *dialect.adds.get(type(command), ()))
    found = {
        (refusal.code, str(refusal.details)): refusal
        for rule in rules
        if (refusal := rule.refused(case)) is not None
    }
    first = getattr(command, "void_first", None)
    return (*found.values(), *(refusals_of(decision, first, dialect) if first else ()))


def decide(decision: Decision, command: Command, dialect: Dialect = POLARIS) -> None:
    """Fill the decision with everything that the command changes. Raises Refused."""
    found = refusals_of(decision, command, dialect)
    if found:
        raise Refused(found)
    TRANSITIONS[type(command)].action(decision, command)


class Refused(Exception):
    """The command breaks these rules; the first is the one to report if only one can be."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(refusal.sentence for refusal in refusals))
        self.refusals = refusals
