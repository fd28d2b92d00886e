"""What is said when something cannot be done: every refusal in Lago's words, always as JSON."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from polaris.core import commands, refusals
from polaris.core.commands import Command
from polaris.core.refusals import Refusal
from polaris.serving.write_batches import ShuttingDown

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


class LagoError(Exception):
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


class Said(NamedTuple):
    """How a refusal is said: a status, its code, and the field that a 422 is filed under."""

    status: int
    code: str
    field: str | None = None  # none: the one that the refusal names


MANDATORY, TAKEN = "value_is_mandatory", "value_already_exist"
INVALID, RANGE, LONG = "value_is_invalid", "value_is_out_of_range", "value_is_too_long"

EXCEEDS = Said(422, "total_amount_exceeds_invoice_amount", "credit_refund_amount")
EXCEEDING = {EXCEEDS.field: [EXCEEDS.code]}
"""What a void that asks for too much is told."""
HIGHER = "higher_than_remaining_invoice_amount"
ALREADY_LOST = "dispute_already_lost"

TABLE: dict[type[Refusal], Said] = {
    refusals.NotFound: Said(404, "not_found"),
    refusals.AlreadyExists: Said(422, TAKEN),
    refusals.KeyReused: Said(422, TAKEN),
    refusals.IdMalformed: Said(404, "not_found"),
    refusals.TextMalformed: Said(422, INVALID),
    refusals.TextTooLong: Said(422, LONG),
    refusals.AmountNotPositive: Said(422, RANGE),
    refusals.AmountNegative: Said(422, RANGE),
    refusals.AmountTooLarge: Said(422, RANGE),
    refusals.UnknownCurrency: Said(422, INVALID),
    refusals.CurrencyMismatch: Said(422, "currencies_does_not_match", "currency"),
    refusals.CustomerMismatch: Said(422, INVALID),
    refusals.UnknownAccount: Said(422, INVALID),
    refusals.UnknownTimezone: Said(422, INVALID),
    refusals.ValueMissing: Said(422, MANDATORY),
    refusals.NoLines: Said(404, "fees_not_found"),
    refusals.UnknownLine: Said(404, "fee_not_found"),
    refusals.UnsuitableTopUp: Said(422, INVALID),
    refusals.TaxCodeAmbiguous: Said(422, INVALID, "tax_codes"),
    refusals.DateNotPossible: Said(422, "invalid_date"),
    refusals.NumberNotPossible: Said(422, RANGE),
    refusals.DiscountTooLarge: Said(422, RANGE),
    refusals.UnknownReason: Said(422, INVALID),
    refusals.ReasonMissing: Said(422, MANDATORY),
    refusals.StateNotPossible: Said(422, INVALID),
    refusals.AlreadyInState: Said(422, INVALID),
    refusals.UnknownSeries: Said(422, INVALID),
    refusals.NotADraft: Said(404, "invoice_not_found"),
    refusals.EditedMeanwhile: Said(422, INVALID, "base"),
    refusals.AlreadyFinalized: Said(404, "invoice_not_found"),
    refusals.InvoiceClosed: Said(404, "invoice_not_found"),
    refusals.NotFinalized: Said(405, "invoice_not_finalized"),
    refusals.AlreadyVoided: Said(405, "not_voidable"),
    refusals.NotVoided: Said(405, "not_voided"),
    refusals.AlreadyRegenerated: Said(405, "already_regenerated"),
    refusals.AlreadyDisputed: Said(405, ALREADY_LOST),
    refusals.NothingOutstanding: Said(405, "invalid_status"),
    refusals.OutstandingExceeded: Said(422, RANGE),
    refusals.AlreadyCredited: Said(405, "already_credited"),
    refusals.RefundExceedsCash: Said(422, HIGHER, "refund_amount_cents"),
    refusals.CreditExceedsInvoice: Said(422, HIGHER, "base"),
    refusals.LineOverCredited: Said(422, "higher_than_remaining_fee_amount", "amount_cents"),
    refusals.PartsDoNotMatch: Said(422, "does_not_match_item_amounts", "base"),
    refusals.OffsetExceedsOutstanding: Said(422, HIGHER, "offset_amount_cents"),
    refusals.PeriodClosed: Said(422, "period_closed", "base"),
    refusals.PaymentNotReceived: Said(422, INVALID),
    refusals.PaymentUnderWay: Said(405, "payment_processor_is_currently_handling_payment"),
    refusals.NotEnoughUnused: Said(422, RANGE),
    refusals.NotApplied: Said(422, INVALID),
    refusals.PaymentRefunded: Said(422, INVALID),
    refusals.AlreadyReversed: Said(422, INVALID),
    refusals.NoteVoided: Said(405, "no_voidable_amount"),
    refusals.NothingToVoid: Said(405, "no_voidable_amount"),
    refusals.NotRefundable: Said(422, HIGHER, "refund_amount_cents"),
    refusals.RefundEnded: Said(422, INVALID, "refund_status"),
    refusals.WalletTerminated: Said(422, "wallet_is_terminated", "wallet_id"),
    refusals.CreditsSpent: Said(422, "higher_than_wallet_balance", "amount_cents"),
    refusals.NotExpired: Said(422, INVALID),
    refusals.PurchaseTooSmall: Said(422, "amount_below_minimum", "paid_credits"),
    refusals.PurchaseTooLarge: Said(422, "amount_above_maximum", "paid_credits"),
    refusals.UnknownTaxCode: Said(404, "tax_not_found"),
    refusals.TooMany: Said(422, "exceeded_limit", "base"),
    refusals.UrlMalformed: Said(422, "url_invalid"),
    refusals.UnknownSignature: Said(422, INVALID),
    refusals.UnknownSetting: Said(422, INVALID),
    refusals.SettingNotPossible: Said(422, INVALID),
    refusals.FormatNotPossible: Said(422, INVALID, "document_number_prefix"),
    refusals.PeriodNotOver: Said(422, INVALID),
    refusals.AdministratorRequired: Said(403, "forbidden"),
    refusals.BooksWouldMoveBack: Said(422, INVALID),
    refusals.BooksWouldMoveForward: Said(422, INVALID),
}
"""Every refusal, as it is said unless the command has words of its own."""

BY_COMMAND: dict[type[Command], dict[type[Refusal], Said]] = {
    commands.VoidInvoice: {
        refusals.AlreadyVoided: Said(405, "not_voidable"),
        refusals.NotFinalized: Said(405, "not_voidable"),
        refusals.NothingOutstanding: Said(405, "not_voidable"),
        refusals.CreditExceedsInvoice: EXCEEDS,
        refusals.RefundExceedsCash: EXCEEDS,
        refusals.AmountTooLarge: EXCEEDS,
        refusals.AmountNegative: Said(422, RANGE, "credit_refund_amount"),
    },
    commands.DeleteDraft: {refusals.NotADraft: Said(405, "not_deletable")},
    commands.IssueCreditNote: {refusals.NotFinalized: Said(405, "invalid_type_or_status")},
    commands.AnnotateInvoice: {refusals.AlreadyVoided: Said(405, "update_on_voided_invoice")},
    commands.LoseDispute: {refusals.NotFinalized: Said(405, "not_disputable")},
    commands.CollectInvoice: {
        refusals.NotFinalized: Said(405, "invalid_status"),
        refusals.AlreadyVoided: Said(405, "invalid_status"),
    },
    commands.RegenerateInvoice: {refusals.NotFinalized: Said(405, "not_voidable")},
    commands.ReceivePayment: {
        refusals.NotFinalized: Said(403, "feature_unavailable"),
        refusals.AlreadyVoided: Said(403, "feature_unavailable"),
        refusals.UnsuitableTopUp: Said(422, "invalid_amount", "amount_cents"),
    },
    commands.OpenWallet: {
        refusals.TooMany: Said(422, "wallet_limit_reached", "customer"),
    },
    commands.VoidWalletCredits: {
        refusals.CreditsSpent: Said(422, "insufficient_credits", "voided_credits"),
    },
    commands.SaveCatalogueItem: {
        refusals.UnknownCurrency: Said(422, INVALID, "amount_currency"),
    },
    commands.SaveTaxCode: {refusals.NumberNotPossible: Said(422, RANGE, "rate")},
    commands.SaveTenant: {
        refusals.UnknownCurrency: Said(422, INVALID, "default_currency"),
    },
}
"""What a refusal is called when this command meets it."""

FIRST: dict[type[Command], tuple[int, ...]] = {commands.VoidInvoice: (404, 422, 405)}
"""The order in which a command's refusals are looked at, by status, where it is not the usual."""

USUAL = (404, 403, 405, 422)

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


def refused(command: Command, found: Iterable[Refusal]) -> LagoError:
    """The answer to a refused command: of all refusals, the kind that Lago looks at first."""
    said = [(refusal, _said(type(command), refusal)) for refusal in found]
    order = FIRST.get(type(command), USUAL)
    first = min((one.status for _, one in said), key=order.index)
    chosen = [(refusal, one) for refusal, one in said if one.status == first]
    if first == 422:
        return LagoError(422, "validation_errors", _by_field(chosen))
    refusal, one = chosen[0]
    return LagoError(first, _missing(refusal) if one.code == "not_found" else one.code)


def _said(command: type[Command], refusal: Refusal) -> Said:
    if refusal.details.get("status") == "closed":  # a deleted draft is seen by nobody
        return Said(404, "invoice_not_found")
    own = BY_COMMAND.get(command, {})
    return own.get(type(refusal)) or TABLE[type(refusal)]


def _by_field(said: list[tuple[Refusal, Said]]) -> dict[str, list[str]]:
    details: dict[str, list[str]] = {}
    for refusal, one in said:
        own = str(refusal.details.get("field") or "base")
        own = own.partition("[")[0]  # of several lines Lago never says which
        codes = details.setdefault(one.field or FIELDS.get(own, own), [])
        if one.code not in codes:
            codes.append(one.code)
    return details


def _missing(refusal: Refusal) -> str:
    field = str(refusal.details.get("field") or "resource_id")
    return f"{RESOURCES.get(field, field.removesuffix('_id'))}_not_found"


# ---------------------------------------------------------------- what the framework meets


def install(app: FastAPI) -> None:
    """Let the application answer everything that goes wrong in Lago's form."""
    app.add_exception_handler(LagoError, _lago_error)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _routing)
    for away in (psycopg.OperationalError, ShuttingDown):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _fault)


async def _lago_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, LagoError)
    return error.response()


async def _refusal(_: Request, error: Exception) -> Response:
    """A refusal met while reading: as good as always, what was named is not there."""
    assert isinstance(error, Refusal)
    return refused(Command(), [error]).response()


async def _routing(_: Request, error: Exception) -> Response:
    """No such route, or none for this verb: Lago knows no difference."""
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        return not_found("resource").response()
    return LagoError(error.status_code if error.status_code in TITLES else 400).response()


async def _away(_: Request, __: Exception) -> Response:
    """The database stays away, or the server is shutting down: to be tried again later."""
    return LagoError(503).response()


async def _fault(_: Request, __: Exception) -> Response:
    return LagoError(500).response()


async def _unreadable(_: Request, error: Exception) -> Response:
    """A body without its root is a bad request; a field of the wrong type is named."""
    assert isinstance(error, RequestValidationError)
    details: dict[str, list[str]] = {}
    for one in error.errors():
        where = [str(part) for part in one["loc"] if not isinstance(part, int)]
        if where[0] == "body" and (len(where) < 3 or one["type"] == "json_invalid"):
            return bad_request(where[1] if len(where) > 1 else "body").response()
        code = MANDATORY if one["type"] == "missing" else INVALID
        details[where[-1]] = [code]
    return LagoError(422, "validation_errors", details).response()


def bad_request(missing: str) -> LagoError:
    """The body has not the root key that it must have."""
    sentence = f"param is missing or the value is empty or invalid: {missing}"
    return LagoError(400, title=f"{TITLES[400]}: {sentence}")
