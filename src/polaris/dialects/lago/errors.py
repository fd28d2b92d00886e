"""Error answers: the Lago status and code of every refusal, always as JSON."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from fastapi import Response

from polaris.api.answers import Answer, AnswerTables, Failure, Problem, Replies
from polaris.api.coercion import TOO_LARGE, UNKNOWN
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
    """An error answer; `details` are the codes by field of a 422."""

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
        """Return the HTTP response."""
        body: dict[str, object] = {"status": self.status, "error": self.title}
        if self.code:
            body["code"] = self.code
        if self.details is not None:
            body["error_details"] = self.details
        return Response(msgspec.json.encode(body), self.status, media_type="application/json")


def not_found(resource: str) -> LagoError:
    """Return the 404 for a resource that this key's tenant does not have."""
    return LagoError(404, f"{resource}_not_found")


def not_allowed(code: str) -> LagoError:
    """Return the 405 for an action that the resource's state does not allow."""
    return LagoError(405, code)


def invalid(**details: list[str]) -> LagoError:
    """Return the 422 with the codes of each invalid field."""
    return LagoError(422, "validation_errors", details)


MANDATORY, TAKEN = "value_is_mandatory", "value_already_exist"
INVALID, RANGE, LONG = "value_is_invalid", "value_is_out_of_range", "value_is_too_long"
UNKNOWN_FIELD = "unknown_field"

EXCEEDS = Answer(422, "total_amount_exceeds_invoice_amount", "credit_refund_amount")
"""The answer to a void that asks for more credit or refund than is possible."""
HIGHER = "higher_than_remaining_invoice_amount"
ALREADY_LOST = "dispute_already_lost"

TABLE: dict[type[Refusal], Answer] = {
    refusals.NotFound: Answer(404, "not_found"),
    refusals.AlreadyExists: Answer(422, TAKEN),
    refusals.KeyReused: Answer(422, TAKEN),
    refusals.RequestReused: Answer(422, TAKEN),
    refusals.OutcomeChanged: Answer(422, INVALID),
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
    refusals.NumberTaken: Answer(422, TAKEN),
    refusals.NumberOfSeries: Answer(422, INVALID),
    refusals.NumberMalformed: Answer(422, INVALID),
    refusals.NotADraft: Answer(404, "invoice_not_found"),
    refusals.EditedMeanwhile: Answer(422, INVALID, "base"),
    refusals.AlreadyFinalized: Answer(404, "invoice_not_found"),
    refusals.InvoiceClosed: Answer(404, "invoice_not_found"),
    refusals.NotFinalized: Answer(405, "invoice_not_finalized"),
    refusals.AlreadyVoided: Answer(405, "not_voidable"),
    refusals.NotVoided: Answer(405, "not_voided"),
    refusals.AlreadyRegenerated: Answer(405, "already_regenerated"),
    refusals.AlreadyDisputed: Answer(405, ALREADY_LOST),
    refusals.NotOverdue: Answer(422, INVALID),
    refusals.AlreadyOverdue: Answer(422, INVALID),
    refusals.NothingOutstanding: Answer(405, "invalid_status"),
    refusals.OutstandingExceeded: Answer(422, RANGE),
    refusals.AlreadyCredited: Answer(405, "already_credited"),
    refusals.RefundExceedsCash: Answer(422, HIGHER, "refund_amount_cents"),
    refusals.CreditExceedsInvoice: Answer(422, HIGHER, "base"),
    refusals.LineOverCredited: Answer(422, "higher_than_remaining_fee_amount", "amount_cents"),
    refusals.PartsDoNotMatch: Answer(422, "does_not_match_item_amounts", "base"),
    refusals.OffsetExceedsOutstanding: Answer(422, HIGHER, "offset_amount_cents"),
    refusals.PeriodClosed: Answer(422, "period_closed", "base"),
    refusals.DatedBeforeCause: Answer(422, "dated_before_cause", "base"),
    refusals.PaymentNotReceived: Answer(422, INVALID),
    refusals.PaymentUnderWay: Answer(405, "payment_processor_is_currently_handling_payment"),
    refusals.MoneyReceived: Answer(405, "not_voidable"),
    refusals.NotEnoughUnused: Answer(422, RANGE),
    refusals.NotApplied: Answer(422, INVALID),
    refusals.PaymentRefunded: Answer(422, INVALID),
    refusals.AlreadyReversed: Answer(422, INVALID),
    refusals.NoteVoided: Answer(405, "no_voidable_amount"),
    refusals.NothingToVoid: Answer(405, "no_voidable_amount"),
    refusals.NoteOfSameInvoice: Answer(422, INVALID),
    refusals.NotRefundable: Answer(422, HIGHER, "refund_amount_cents"),
    refusals.RefundEnded: Answer(422, INVALID, "refund_status"),
    refusals.RefundUnderWay: Answer(422, INVALID, "refund_status"),
    refusals.WalletTerminated: Answer(422, "wallet_is_terminated", "wallet_id"),
    refusals.CreditsSpent: Answer(422, "higher_than_wallet_balance", "amount_cents"),
    refusals.NotExpired: Answer(422, INVALID),
    refusals.WalletNotExpired: Answer(422, INVALID),
    refusals.PurchaseTooSmall: Answer(422, "amount_below_minimum", "paid_credits"),
    refusals.PurchaseTooLarge: Answer(422, "amount_above_maximum", "paid_credits"),
    refusals.UnknownTaxCode: Answer(404, "tax_not_found"),
    refusals.TooMany: Answer(422, "exceeded_limit", "base"),
    refusals.UrlMalformed: Answer(422, "url_invalid"),
    refusals.UnknownSignature: Answer(422, INVALID),
    refusals.TenantChangedMeanwhile: Answer(422, INVALID, "base"),
    refusals.TaskResolved: Answer(422, INVALID),
    refusals.UnknownSetting: Answer(422, INVALID),
    refusals.SettingNotPossible: Answer(422, INVALID),
    refusals.FormatNotPossible: Answer(422, INVALID, "document_number_prefix"),
    refusals.FormatWithoutOwner: Answer(422, INVALID, "document_number_prefix"),
    refusals.FormatRepeatsNumber: Answer(422, TAKEN, "document_number_prefix"),
    refusals.FormatsOverlap: Answer(422, INVALID, "document_number_prefix"),
    refusals.PeriodNotOver: Answer(422, INVALID),
    refusals.AdministratorRequired: Answer(403, "forbidden"),
    refusals.BooksAlreadyClosed: Answer(422, INVALID),
    refusals.BooksWouldMoveBack: Answer(422, INVALID),
    refusals.BooksWouldMoveForward: Answer(422, INVALID),
}
"""The answer to every refusal, unless BY_COMMAND has another one for the command."""

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
"""The answers to refusals that differ for one command."""

FIRST: dict[type[Command], tuple[int, ...]] = {commands.VoidInvoice: (404, 422, 405)}
"""The order in which a command's refusals are chosen, by status, where it is not the usual one."""

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
"""Lago's names for Polaris fields, where they differ."""

RESOURCES = {
    "note_id": "credit_note",
    "line_id": "fee",
    "tax_code_id": "tax",
    "apply_to": "invoice",
    "item_code": "add_on",
}
"""Lago's resource for a Polaris field; for other fields it follows from the field's name."""


def answer_if_deleted(refusal: Refusal) -> Answer | None:
    """Return 404 if the refusal is about a deleted draft, which Lago hides; else None."""
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
    """Return the answer to a refused command: the refusals of the status that Lago checks first."""
    chosen = TABLES.choose(command, found)
    if chosen.status == 422:
        return LagoError(422, "validation_errors", TABLES.by_field(chosen, otherwise="base"))
    refusal, answer = chosen.refusals[0]
    if answer.code == "not_found":
        return not_found(TABLES.resource_name(refusal) or "resource")
    return LagoError(chosen.status, answer.code)


# ---------------------------------------------------------------- errors of the framework


def framework_error(status: int) -> LagoError:
    """Return the answer to an error status of the framework; Lago answers a wrong verb with 404."""
    if status in (404, 405):
        return not_found("resource")
    return LagoError(status if status in TITLES else 400)


def unreadable(problems: Sequence[Problem]) -> LagoError:
    """Return 400 for a body without its root key, else 422 that names the invalid fields."""
    details: dict[str, list[str]] = {}
    for where, kind in problems:
        if lacks_root(where, kind):
            return bad_request(where[1] if len(where) > 1 else "body")
        details[where[-1]] = [KINDS.get(kind, INVALID)]
    return LagoError(422, "validation_errors", details)


KINDS = {"missing": MANDATORY, UNKNOWN: UNKNOWN_FIELD, TOO_LARGE: RANGE}
"""The codes of the framework's kinds of errors; any other kind is an invalid value."""

NO_OBJECT = frozenset({"missing", "model_type", "model_attributes_type", "dict_type"})
"""The framework's kinds of errors for a value that is not an object."""


def lacks_root(where: Sequence[str], kind: str) -> bool:
    """True if the error is that the body is not JSON, or that its root key has no object."""
    at_root = len(where) == 1 or (len(where) == 2 and kind in NO_OBJECT)
    return where[0] == "body" and (at_root or kind == "json_invalid")


def bad_request(missing: str) -> LagoError:
    """Return the 400 for a body that lacks its root key."""
    sentence = f"param is missing or the value is empty or invalid: {missing}"
    return LagoError(400, title=f"{TITLES[400]}: {sentence}")


REPLIES = Replies(refused=refused, unreadable=unreadable, status=framework_error)
"""The answers to errors that no route raises itself."""
