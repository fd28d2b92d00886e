"""What is said when something cannot be done: every refusal in Lago's words, always as JSON."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from fastapi import Response

from polaris.api.answers import Answer, AnswerTables, Failure, Problem, Replies
from polaris.core import commands, refusals
from polaris.core.commands import Command
from polaris.core.refusals import Refusal

TITLES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class LagoError(Failure):
    """An answer other than 200; `details` are the codes by field of a 422."""

    def __init__(
        self,
        status: int,
        code: str | None = None,
        details: Mapping[str, list[str]] | None = None,
        title: str | None = None,
    ) -> None:
        super().__init__(code or TITLES[status])
        self.status, self.code, self.details = status, code, details
        self.title = title or TITLES[status]

    def response(self) -> Response:
        """The answer as sent."""
        body: dict[str, object] = {"status": self.status, "error": self.title}
        if self.code:
            body["code"] = self.code
        if self.details is not None:
            body["error_details"] = self.details
        return Response(msgspec.json.encode(body), self.status, media_type="application/json")


def not_found(resource: str) -> LagoError:
    """There is no such thing for this key."""
    return LagoError(404, f"{resource}_not_found")


def not_allowed(code: str) -> LagoError:
    """Its state does not allow it."""
    return LagoError(405, code)


def invalid(**details: list[str]) -> LagoError:
    """These fields cannot be taken, for these reasons."""
    return LagoError(422, "validation_errors", details)


MANDATORY, TAKEN = "value_is_mandatory", "value_already_exist"
INVALID, RANGE, LONG = "value_is_invalid", "value_is_out_of_range", "value_is_too_long"

EXCEEDS = Answer(422, "total_amount_exceeds_invoice_amount", "credit_refund_amount")
"""What a void that asks for too much is told."""
HIGHER = "higher_than_remaining_invoice_amount"
ALREADY_LOST = "dispute_already_lost"

TABLE: dict[type[Refusal], Answer] = {
    refusals.NotFound: Answer(404, "not_found"),
    refusals.AlreadyExists: Answer(422, TAKEN),
    refusals.KeyReused: Answer(422, TAKEN),
    refusals.IdMalformed: Answer(404, "not_found"),
    refusals.TextMalformed: Answer(422, INVALID),
    refusals.TextTooLong: Answer(422, LONG),
    refusals.AmountNotPositive: Answer(422, RANGE),
    refusals.AmountNegative: Answer(422, RANGE),
    refusals.AmountTooLarge: Answer(422, RANGE),
    refusals.UnknownCurrency: Answer(422, INVALID),
    refusals.CurrencyMismatch: Answer(422, "currencies_does_not_match", "currency"),
    refusals.CustomerMismatch: Answer(422, INVALID),
    refusals.UnknownAccount: Answer(422, INVALID),
    refusals.UnknownTimezone: Answer(422, INVALID),
    refusals.ValueMissing: Answer(422, MANDATORY),
    refusals.NoLines: Answer(404, "fees_not_found"),
    refusals.UnknownLine: Answer(404, "fee_not_found"),
    refusals.UnsuitableTopUp: Answer(422, INVALID),
    refusals.TaxCodeAmbiguous: Answer(422, INVALID, "tax_codes"),
    refusals.DateNotPossible: Answer(422, "invalid_date"),
    refusals.NumberNotPossible: Answer(422, RANGE),
    refusals.DiscountTooLarge: Answer(422, RANGE),
    refusals.UnknownReason: Answer(422, INVALID),
    refusals.ReasonMissing: Answer(422, MANDATORY),
    refusals.StateNotPossible: Answer(422, INVALID),
    refusals.AlreadyInState: Answer(422, INVALID),
    refusals.UnknownSeries: Answer(422, INVALID),
    refusals.NotADraft: Answer(404, "invoice_not_found"),
    refusals.EditedMeanwhile: Answer(422, INVALID, "base"),
    refusals.AlreadyFinalized: Answer(404, "invoice_not_found"),
    refusals.InvoiceClosed: Answer(404, "invoice_not_found"),
    refusals.NotFinalized: Answer(405, "invoice_not_finalized"),
    refusals.AlreadyVoided: Answer(405, "not_voidable"),
    refusals.NotVoided: Answer(405, "not_voided"),
    refusals.AlreadyRegenerated: Answer(405, "already_regenerated"),
    refusals.AlreadyDisputed: Answer(405, ALREADY_LOST),
    refusals.NothingOutstanding: Answer(405, "invalid_status"),
    refusals.OutstandingExceeded: Answer(422, RANGE),
    refusals.AlreadyCredited: Answer(405, "already_credited"),
    refusals.RefundExceedsCash: Answer(422, HIGHER, "refund_amount_cents"),
    refusals.CreditExceedsInvoice: Answer(422, HIGHER, "base"),
    refusals.LineOverCredited: Answer(422, "higher_than_remaining_fee_amount", "amount_cents"),
    refusals.PartsDoNotMatch: Answer(422, "does_not_match_item_amounts", "base"),
    refusals.OffsetExceedsOutstanding: Answer(422, HIGHER, "offset_amount_cents"),
    refusals.PeriodClosed: Answer(422, "period_closed", "base"),
    refusals.PaymentNotReceived: Answer(422, INVALID),
    refusals.PaymentUnderWay: Answer(405, "payment_processor_is_currently_handling_payment"),
    refusals.NotEnoughUnused: Answer(422, RANGE),
    refusals.NotApplied: Answer(422, INVALID),
    refusals.PaymentRefunded: Answer(422, INVALID),
    refusals.AlreadyReversed: Answer(422, INVALID),
    refusals.NoteVoided: Answer(405, "no_voidable_amount"),
    refusals.NothingToVoid: Answer(405, "no_voidable_amount"),
    refusals.NotRefundable: Answer(422, HIGHER, "refund_amount_cents"),
    refusals.RefundEnded: Answer(422, INVALID, "refund_status"),
    refusals.WalletTerminated: Answer(422, "wallet_is_terminated", "wallet_id"),
    refusals.CreditsSpent: Answer(422, "higher_than_wallet_balance", "amount_cents"),
    refusals.NotExpired: Answer(422, INVALID),
    refusals.PurchaseTooSmall: Answer(422, "amount_below_minimum", "paid_credits"),
    refusals.PurchaseTooLarge: Answer(422, "amount_above_maximum", "paid_credits"),
    refusals.UnknownTaxCode: Answer(404, "tax_not_found"),
    refusals.TooMany: Answer(422, "exceeded_limit", "base"),
    refusals.UrlMalformed: Answer(422, "url_invalid"),
    refusals.UnknownSignature: Answer(422, INVALID),
    refusals.UnknownSetting: Answer(422, INVALID),
    refusals.SettingNotPossible: Answer(422, INVALID),
    refusals.FormatNotPossible: Answer(422, INVALID, "document_number_prefix"),
    refusals.PeriodNotOver: Answer(422, INVALID),
    refusals.AdministratorRequired: Answer(403, "forbidden"),
    refusals.BooksWouldMoveBack: Answer(422, INVALID),
    refusals.BooksWouldMoveForward: Answer(422, INVALID),
}
"""Every refusal, as it is said unless the command has words of its own."""

BY_COMMAND: dict[type[Command], dict[type[Refusal], Answer]] = {
    commands.VoidInvoice: {
        refusals.AlreadyVoided: Answer(405, "not_voidable"),
        refusals.NotFinalized: Answer(405, "not_voidable"),
        refusals.NothingOutstanding: Answer(405, "not_voidable"),
        refusals.CreditExceedsInvoice: EXCEEDS,
        refusals.RefundExceedsCash: EXCEEDS,
        refusals.AmountTooLarge: EXCEEDS,
        refusals.AmountNegative: Answer(422, RANGE, "credit_refund_amount"),
    },
    commands.DeleteDraft: {refusals.NotADraft: Answer(405, "not_deletable")},
    commands.IssueCreditNote: {refusals.NotFinalized: Answer(405, "invalid_type_or_status")},
    commands.AnnotateInvoice: {refusals.AlreadyVoided: Answer(405, "update_on_voided_invoice")},
    commands.LoseDispute: {refusals.NotFinalized: Answer(405, "not_disputable")},
    commands.CollectInvoice: {
        refusals.NotFinalized: Answer(405, "invalid_status"),
        refusals.AlreadyVoided: Answer(405, "invalid_status"),
    },
    commands.RegenerateInvoice: {refusals.NotFinalized: Answer(405, "not_voidable")},
    commands.ReceivePayment: {
        refusals.NotFinalized: Answer(403, "feature_unavailable"),
        refusals.AlreadyVoided: Answer(403, "feature_unavailable"),
        refusals.UnsuitableTopUp: Answer(422, "invalid_amount", "amount_cents"),
    },
    commands.OpenWallet: {
        refusals.TooMany: Answer(422, "wallet_limit_reached", "customer"),
    },
    commands.VoidWalletCredits: {
        refusals.CreditsSpent: Answer(422, "insufficient_credits", "voided_credits"),
    },
    commands.SaveCatalogueItem: {
        refusals.UnknownCurrency: Answer(422, INVALID, "amount_currency"),
    },
    commands.SaveTaxCode: {refusals.NumberNotPossible: Answer(422, RANGE, "rate")},
    commands.SaveTenant: {
        refusals.UnknownCurrency: Answer(422, INVALID, "default_currency"),
    },
}
"""What a refusal is called when this command meets it."""

FIRST: dict[type[Command], tuple[int, ...]] = {commands.VoidInvoice: (404, 422, 405)}
"""The order in which a command's refusals are looked at, by status, where it is not the usual."""

FIELDS = {
    "amount_minor": "amount_cents",
    "credit_minor": "credit_amount_cents",
    "refund_minor": "refund_amount_cents",
    "offset_minor": "offset_amount_cents",
    "lines": "fees",
    "payment_term_days": "net_payment_term",
    "received_at": "paid_at",
    "expires_at": "expiration_at",
    "rate": "rate_amount",
    "url": "webhook_url",
    "signature": "signature_algo",
    "purchase_min_minor": "paid_top_up_min_amount_cents",
    "purchase_max_minor": "paid_top_up_max_amount_cents",
}
"""What Lago calls a field of ours, where the names differ."""

RESOURCES = {
    "note_id": "credit_note",
    "line_id": "fee",
    "tax_code_id": "tax",
    "apply_to": "invoice",
    "item_code": "add_on",
}
"""What Lago calls the thing that a field of ours names; the others by the field's own name."""


def answer_if_deleted(refusal: Refusal) -> Answer | None:
    """The answer to whatever meets a deleted draft: nobody sees it."""
    hidden = refusal.details.get("status") == "closed"
    return Answer(404, "invoice_not_found") if hidden else None


TABLES = AnswerTables(
    table=TABLE,
    by_command=BY_COMMAND,
    usual=(404, 403, 405, 422),
    first=FIRST,
    fields=FIELDS,
    resources=RESOURCES,
    special=answer_if_deleted,
)


def refused(command: Command, found: Iterable[Refusal]) -> LagoError:
    """The answer to a refused command: of all refusals, the kind that Lago looks at first."""
    chosen = TABLES.choose(command, found)
    if chosen.status == 422:
        return LagoError(422, "validation_errors", TABLES.by_field(chosen, otherwise="base"))
    refusal, answer = chosen.refusals[0]
    if answer.code == "not_found":
        return not_found(TABLES.resource_name(refusal) or "resource")
    return LagoError(chosen.status, answer.code)


# ---------------------------------------------------------------- what the framework meets


def framework_error(status: int) -> LagoError:
    """The answer to a status of the framework's: Lago knows no wrong verb, only no such route."""
    if status in (404, 405):
        return not_found("resource")
    return LagoError(status if status in TITLES else 400)


def unreadable(problems: Sequence[Problem]) -> LagoError:
    """A body without its root is a bad request; a field of the wrong type is named."""
    details: dict[str, list[str]] = {}
    for where, kind in problems:
        if where[0] == "body" and (len(where) < 3 or kind == "json_invalid"):
            return bad_request(where[1] if len(where) > 1 else "body")
        details[where[-1]] = [MANDATORY if kind == "missing" else INVALID]
    return LagoError(422, "validation_errors", details)


def bad_request(missing: str) -> LagoError:
    """The body has not the root key that it must have."""
    sentence = f"param is missing or the value is empty or invalid: {missing}"
    return LagoError(400, title=f"{TITLES[400]}: {sentence}")


REPLIES = Replies(refused=refused, unreadable=unreadable, status=framework_error)
"""What is answered where no route of ours raises its own."""
