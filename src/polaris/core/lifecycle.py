"""The lifecycle on one page: who may do what, from where to where, under which rules.

`decide` checks a row's rules and calls its verb; `refusals_of` walks the same rows for whoever asks
whether it would be allowed.
"""

from polaris.core import (
    annotate,
    apply_note,
    commands,
    credit,
    draft,
    finalize,
    pay,
    refund,
    regenerate,
    void,
    void_note,
    wallet,
    write_off,
)
from polaris.core import input_rules as given
from polaris.core import line_rules as lines
from polaris.core import money_rules as money
from polaris.core import rules as must
from polaris.core.commands import Command
from polaris.core.decision import Decision
from polaris.core.master_moves import MASTER_MOVES
from polaris.core.move import ANY, CLOSED, DRAFT, FINALIZED, ISSUED, VOIDED, Dialect, Move
from polaris.core.refusals import Refusal
from polaris.core.requirement import Case

_NEW_INVOICE = (
    given.invoice_is_new,
    given.customer_exists,
    given.currency_known,
    given.price_type_exclusive,
    given.term_possible,
    *lines.BILLED,
)
_AMOUNT = (given.positive("amount_minor"), given.not_too_large("amount_minor"))
_SPENDING = (given.priority_possible, given.dates_possible)
_LIVE = (must.is_finalized, must.not_voided_yet)

LIFECYCLE: tuple[Move, ...] = (
    # ------------------------------------------------------------ the invoice
    Move(commands.DraftInvoice, ANY, DRAFT, _NEW_INVOICE, draft.draft),
    Move(
        commands.EditDraft,
        frozenset({DRAFT}),
        DRAFT,
        (must.is_draft, must.still_of_revision, given.term_possible, *lines.BILLED),
        draft.edit,
    ),
    Move(commands.DeleteDraft, frozenset({DRAFT}), CLOSED, (must.is_draft,), draft.delete),
    Move(
        commands.FinalizeInvoice,
        frozenset({DRAFT}),
        FINALIZED,
        (must.not_finalized_yet, must.not_ended, must.issue_date_open, given.dates_possible),
        finalize.finalize,
    ),
    Move(
        commands.IssueInvoice,
        ANY,
        FINALIZED,
        (*_NEW_INVOICE, must.recorded_date_open),
        finalize.issue,
    ),
    Move(
        commands.RecordInvoice,
        ANY,
        FINALIZED,
        (*_NEW_INVOICE, given.number_not_empty, given.recordable_status, must.recorded_date_open),
        finalize.record,
    ),
    Move(
        commands.VoidInvoice,
        frozenset({FINALIZED}),
        VOIDED,
        (
            must.not_voided_yet,
            must.is_finalized,
            given.not_negative("credit_minor", "refund_minor"),
            given.not_too_large("credit_minor", "refund_minor"),
            given.note_is_new,
            given.remainder_note_is_new,
            given.notes_differ,
            given.dates_possible,
            must.refund_within_cash,
            must.credit_within_invoice,
        ),
        void.void,
    ),
    Move(
        commands.AnnotateInvoice,
        frozenset({DRAFT, FINALIZED, VOIDED}),
        None,
        (must.not_closed, must.payment_status_known),
        annotate.annotate_invoice,
    ),
    Move(
        commands.LoseDispute,
        ISSUED,
        None,
        (must.is_finalized, must.dispute_not_lost_yet),
        annotate.lose_dispute,
    ),
    Move(
        commands.CollectInvoice,
        frozenset({FINALIZED}),
        None,
        (*_LIVE, must.something_outstanding, money.no_payment_under_way),
        pay.collect,
    ),
    Move(
        commands.RegenerateInvoice,
        ISSUED,
        None,
        (
            must.is_voided_or_shall_be,
            must.not_regenerated_yet,
            must.void_first_is_of_this_invoice,
            given.replacement_is_new,
            given.draft_or_finalized,
            must.recorded_date_open,
            *lines.BILLED,
        ),
        regenerate.regenerate,
    ),
    # ------------------------------------------------------------ money
    Move(
        commands.ReceivePayment,
        ANY,
        None,
        (
            given.payment_is_new,
            given.payer_named,
            given.payer_exists,
            given.currency_known,
            *_AMOUNT,
            given.not_negative("fee_minor"),
            given.fee_within_payment,
            given.applied_amounts_not_negative,
            given.money_account_known,
            given.dates_possible,
            money.payment_does_not_begin_reversed,
            money.payment_of_same_customer,
            money.payment_in_invoice_currency,
        ),
        pay.receive,
    ),
    Move(
        commands.UpdatePayment,
        ANY,
        None,
        (
            money.payment_moves_on,
            money.payment_can_go_there,
            given.not_negative("fee_minor"),
            money.fee_within_known_payment,
            given.dates_possible,
        ),
        pay.update,
    ),
    Move(
        commands.ApplyPayment,
        frozenset({FINALIZED}),
        None,
        (
            *_LIVE,
            *_AMOUNT,
            money.payment_received,
            money.payment_belongs,
            money.payment_fits_invoice,
            must.something_outstanding,
            must.within_outstanding,
            money.within_unused,
        ),
        pay.apply_asked,
    ),
    Move(
        commands.RemovePayment,
        ISSUED,
        None,
        (must.is_finalized, money.payment_stands, money.payment_not_refunded),
        pay.take_off,
    ),
    Move(
        commands.WriteOffInvoice,
        frozenset({FINALIZED}),
        None,
        (
            *_LIVE,
            given.write_off_is_new,
            *_AMOUNT,
            given.loss_account_known,
            given.dates_possible,
            must.something_outstanding,
            must.within_outstanding,
        ),
        write_off.write_off,
    ),
    Move(commands.ReverseWriteOff, ANY, None, (must.write_off_stands,), write_off.reverse),
    # ------------------------------------------------------------ credit notes
    Move(
        commands.IssueCreditNote,
        ISSUED,
        None,
        (
            must.is_finalized,
            *lines.CREDITED,
            given.not_negative("offset_minor", "credit_minor", "refund_minor"),
            given.not_too_large("offset_minor", "credit_minor", "refund_minor"),
            must.note_date_open,
            money.note_within_invoice,
            money.parts_add_up,
            money.offset_within_outstanding,
            must.refund_within_cash,
            money.sold_credits_left,
        ),
        credit.issue,
    ),
    Move(
        commands.IssueStandaloneNote,
        ANY,
        None,
        (
            *lines.CREDITED,
            given.customer_exists,
            given.currency_known,
            lines.note_accounts_known,
            must.note_date_open,
        ),
        credit.issue_standalone,
    ),
    Move(
        commands.AnnotateCreditNote,
        ANY,
        None,
        (money.note_exists, money.refund_status_known),
        annotate.annotate_note,
    ),
    Move(
        commands.VoidCreditNote,
        ANY,
        None,
        (money.note_stands, money.something_to_void),
        void_note.void_note,
    ),
    Move(
        commands.ApplyCreditNote,
        frozenset({FINALIZED}),
        None,
        (
            *_LIVE,
            *_AMOUNT,
            money.note_belongs,
            money.note_fits_invoice,
            must.something_outstanding,
            must.within_outstanding,
            money.within_balance,
        ),
        apply_note.apply_note,
    ),
    Move(
        commands.RemoveCreditNote,
        ISSUED,
        None,
        (must.is_finalized, money.note_applied),
        apply_note.take_off,
    ),
    # ------------------------------------------------------------ refunds
    Move(
        commands.RequestRefund,
        ANY,
        None,
        (given.refund_is_new, given.refund_source_named, *_AMOUNT, money.money_behind_refund),
        refund.request,
    ),
    Move(
        commands.UpdateRefund,
        ANY,
        None,
        (money.refund_moves_on, money.refund_not_converted, money.refund_state_reported),
        refund.update,
    ),
    Move(
        commands.ConvertRefund,
        ANY,
        None,
        (given.note_is_new, money.refund_not_converted, money.refund_not_settled),
        refund.convert,
    ),
    # ------------------------------------------------------------ wallets
    Move(
        commands.OpenWallet,
        ANY,
        None,
        (
            given.wallet_is_new,
            given.customer_exists,
            given.currency_known,
            given.rate_positive,
            *_SPENDING,
        ),
        wallet.open_wallet,
    ),
    Move(commands.UpdateWallet, ANY, None, (money.wallet_active, *_SPENDING), wallet.update),
    Move(
        commands.GrantCredits,
        ANY,
        None,
        (given.lot_is_new, *_AMOUNT, *_SPENDING, money.wallet_active),
        wallet.grant,
    ),
    Move(
        commands.BuyCredits,
        ANY,
        FINALIZED,
        (
            given.invoice_is_new,
            *_AMOUNT,
            lines.lines_not_negative,
            lines.lines_not_too_large,
            lines.tax_codes_have_one_name,
            given.dates_possible,
            money.wallet_active,
            must.recorded_date_open,
        ),
        finalize.buy_credits,
    ),
    Move(
        commands.RestoreCredits,
        ISSUED,
        None,
        (must.is_finalized, money.credits_applied),
        wallet.restore,
    ),
    Move(commands.VoidCredits, ANY, None, (*_AMOUNT, money.credits_left), wallet.void_credits),
    Move(
        commands.VoidWalletCredits,
        ANY,
        None,
        (*_AMOUNT, money.wallet_active, money.wallet_credits_left),
        wallet.void_wallet_credits,
    ),
    Move(
        commands.ExpireCredits, ANY, None, (money.lot_not_empty, money.lot_expired), wallet.expire
    ),
    Move(commands.TerminateWallet, ANY, None, (money.wallet_active,), wallet.terminate),
    *MASTER_MOVES,
)

MOVES = {move.command: move for move in LIFECYCLE}

POLARIS = Dialect(
    "polaris",
    {commands.VoidInvoice: (must.something_left_to_credit, must.reason_known, must.reason_present)},
)
"""Our own dialect."""


def refusals_of(
    decision: Decision, command: Command, dialect: Dialect = POLARIS
) -> tuple[Refusal, ...]:
    """Every rule that the command breaks, in the order of the table; none of them is skipped."""
    case = Case(decision, command)
    rules = (*MOVES[type(command)].requires, *dialect.adds.get(type(command), ()))
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
    MOVES[type(command)].decides(decision, command)


class Refused(Exception):
    """The command breaks these rules; the first is the one to tell when only one can be told."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(refusal.sentence for refusal in refusals))
        self.refusals = refusals
