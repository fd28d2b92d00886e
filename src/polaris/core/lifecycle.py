"""The lifecycle in one table: each command, the status before and after, its rules, its action.

`decide` checks the rules of a command and calls its action. `refusals_of` checks the same rules,
to tell whether a command would be allowed.
"""

from polaris.core import commands
from polaris.core.actions import (
    annotate,
    apply_credit_note,
    apply_payment,
    close_books,
    correct_entry_day,
    credits,
    draft,
    finalize,
    issue_credit_note,
    open_wallet,
    receive_payment,
    refund_payment,
    regenerate,
    resolve_task,
    save_catalogue,
    save_customer,
    save_tenant,
    save_webhook_endpoint,
    standalone_note,
    void,
    void_credit_note,
    write_off,
)
from polaris.core.commands import Command
from polaris.core.decision import Decision
from polaris.core.refusals import Refusal
from polaris.core.rules import (
    catalogue,
    credit_note,
    customer,
    invoice,
    payment,
    refund,
    task,
    tenant,
    wallet,
    webhook,
)
from polaris.core.rules.requirement import Case
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
    AnyTransition,
    Dialect,
    adds,
)
from polaris.core.transition import Transition as Row

# The columns: command, invoice before, invoice after (None: as before), requirements, action.
LIFECYCLE: tuple[AnyTransition, ...] = (
    # ------------------------------------------------------------ the invoice
    Row(commands.DraftInvoice, ANY, DRAFT, invoice.DRAFT, draft.draft),
    Row(commands.EditDraft, DRAFT_ONLY, DRAFT, invoice.EDIT, draft.edit),
    Row(commands.DeleteDraft, DRAFT_ONLY, CLOSED, invoice.DELETE, draft.delete),
    Row(commands.FinalizeInvoice, DRAFT_ONLY, FINALIZED, invoice.FINALIZE, finalize.finalize),
    Row(commands.IssueInvoice, ANY, FINALIZED, invoice.ISSUE, finalize.issue),
    Row(commands.RecordInvoice, ANY, FINALIZED, invoice.RECORD, finalize.record),
    Row(commands.VoidInvoice, FINALIZED_ONLY, VOIDED, invoice.VOID, void.void),
    Row(commands.AnnotateInvoice, WRITTEN, None, invoice.ANNOTATE, annotate.annotate_invoice),
    Row(commands.LoseDispute, ISSUED, None, invoice.LOSE_DISPUTE, annotate.lose_dispute),
    Row(commands.MarkOverdue, FINALIZED_ONLY, None, invoice.MARK_OVERDUE, annotate.mark_overdue),
    Row(commands.CollectInvoice, FINALIZED_ONLY, None, payment.COLLECT, apply_payment.collect),
    Row(commands.RegenerateInvoice, ISSUED, None, invoice.REGENERATE, regenerate.regenerate),
    # ------------------------------------------------------------ money
    Row(commands.ReceivePayment, ANY, None, payment.RECEIVE, receive_payment.receive),
    Row(commands.UpdatePayment, ANY, None, payment.UPDATE, receive_payment.update),
    Row(commands.ApplyPayment, FINALIZED_ONLY, None, payment.APPLY, apply_payment.apply_command),
    Row(commands.RemovePayment, ISSUED, None, payment.REMOVE, apply_payment.take_off),
    Row(commands.WriteOffInvoice, FINALIZED_ONLY, None, invoice.WRITE_OFF, write_off.write_off),
    Row(commands.ReverseWriteOff, ANY, None, invoice.REVERSE_WRITE_OFF, write_off.reverse),
    # ------------------------------------------------------------ credit notes
    Row(commands.IssueCreditNote, ISSUED, None, credit_note.ISSUE, issue_credit_note.issue),
    Row(commands.IssueStandaloneNote, ANY, None, credit_note.STANDALONE, standalone_note.issue),
    Row(commands.AnnotateCreditNote, ANY, None, credit_note.ANNOTATE, annotate.annotate_note),
    Row(commands.VoidCreditNote, ANY, None, credit_note.VOID, void_credit_note.void_note),
    Row(commands.ApplyCreditNote, FINALIZED_ONLY, None, credit_note.APPLY, apply_credit_note.apply),
    Row(commands.RemoveCreditNote, ISSUED, None, credit_note.REMOVE, apply_credit_note.take_off),
    # ------------------------------------------------------------ refunds
    Row(commands.RequestRefund, ANY, None, refund.REQUEST, refund_payment.request),
    Row(commands.UpdateRefund, ANY, None, refund.UPDATE, refund_payment.update),
    Row(commands.RecordRefund, ANY, None, refund.RECORD, refund_payment.record),
    Row(commands.ConvertRefund, ANY, None, refund.CONVERT, refund_payment.convert),
    # ------------------------------------------------------------ wallets
    Row(commands.OpenWallet, ANY, None, wallet.OPEN, open_wallet.open_wallet),
    Row(commands.UpdateWallet, ANY, None, wallet.UPDATE, open_wallet.update),
    Row(commands.TerminateWallet, ANY, None, wallet.TERMINATE, open_wallet.terminate),
    Row(commands.ExpireWallet, ANY, None, wallet.EXPIRE_WALLET, open_wallet.terminate),
    Row(commands.GrantCredits, ANY, None, wallet.GRANT, credits.grant),
    Row(commands.BuyCredits, ANY, FINALIZED, wallet.BUY, finalize.buy_credits),
    Row(commands.RestoreCredits, ISSUED, None, wallet.RESTORE, credits.restore),
    Row(commands.VoidCredits, ANY, None, wallet.VOID, credits.void_credits),
    Row(commands.VoidWalletCredits, ANY, None, wallet.VOID_WALLET, credits.void_wallet_credits),
    Row(commands.ExpireCredits, ANY, None, wallet.EXPIRE, credits.expire),
    # ------------------------------------------------------------ what invoices refer to
    Row(commands.SaveCustomer, ANY, None, customer.SAVE, save_customer.save),
    Row(commands.DeleteCustomer, ANY, None, customer.DELETE, save_customer.delete),
    Row(commands.SaveCatalogueItem, ANY, None, catalogue.SAVE_ITEM, save_catalogue.save_item),
    Row(commands.DeleteCatalogueItem, ANY, None, catalogue.DELETE_ITEM, save_catalogue.delete_item),
    Row(commands.SaveTaxCode, ANY, None, catalogue.SAVE_TAX, save_catalogue.save_tax_code),
    Row(commands.DeleteTaxCode, ANY, None, catalogue.DELETE_TAX, save_catalogue.delete_tax_code),
    Row(commands.SaveWebhookEndpoint, ANY, None, webhook.SAVE, save_webhook_endpoint.save),
    Row(commands.PauseWebhookEndpoint, ANY, None, webhook.PAUSE, save_webhook_endpoint.pause),
    Row(commands.ResumeWebhookEndpoint, ANY, None, webhook.RESUME, save_webhook_endpoint.resume),
    Row(commands.DeleteWebhookEndpoint, ANY, None, webhook.DELETE, save_webhook_endpoint.delete),
    # ------------------------------------------------------------ what a person must look at
    Row(commands.ResolveTask, ANY, None, task.RESOLVE, resolve_task.resolve),
    # ------------------------------------------------------------ the tenant and its books
    Row(commands.SaveTenant, ANY, None, tenant.SAVE, save_tenant.save),
    Row(commands.CloseBooks, ANY, None, tenant.CLOSE_BOOKS, close_books.close),
    Row(commands.ReopenBooks, ANY, None, tenant.REOPEN_BOOKS, close_books.reopen),
    Row(commands.CorrectEntryDay, ANY, None, tenant.CORRECT_ENTRY_DAY, correct_entry_day.correct),
)

TRANSITIONS = {row.command: row for row in LIFECYCLE}

POLARIS = Dialect("polaris", dict([adds(commands.VoidInvoice, *invoice.VOID_AS_POLARIS)]))
"""The dialect of Polaris itself."""


def refusals_of(
    decision: Decision, command: Command, dialect: Dialect = POLARIS
) -> tuple[Refusal, ...]:
    """Return a refusal for every requirement that the command does not meet, in table order.

    Equal refusals are returned once.
    """
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
    """Add everything that the command changes to the decision. Raises Refused, Refusal."""
    found = refusals_of(decision, command, dialect)
    if found:
        raise Refused(found)
    TRANSITIONS[type(command)].action(decision, command)
    decision.refuse_moved_day()
    decision.set_available_days()


class Refused(Exception):
    """The command breaks rules. If a caller reports only one refusal, it is the first."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(refusal.sentence for refusal in refusals))
        self.refusals = refusals
