"""Error answers: the status and the sentence of every refusal, in HighLevel's JSON."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

import msgspec
from fastapi import Response

from polaris.api.answers import Answer, AnswerTables, Failure, Problem, Replies
from polaris.api.coercion import TOO_LARGE, UNKNOWN
from polaris.core import refusals
from polaris.core.commands import Command, DeleteDraft, EditDraft, ReceivePayment, VoidInvoice
from polaris.core.refusals import EVERY, Refusal
from polaris.money import printed

MESSAGES = {
    400: "The request cannot be read.",
    401: "The API key is missing, unknown or revoked. Send it as a Bearer token.",
    404: "There is no such route.",
    413: "The body is larger than 1 MiB.",
    500: "Polaris failed. The server's log has the details.",
    503: "The database is not available, or the server is shutting down. Try again later.",
}
PHRASES = {413: "Payload Too Large", 422: "Unprocessable Entity"}
"""Names of errors that newer versions of Python spell in another way."""
UNNAMED = frozenset({400, 404})
"""The statuses whose answer has no name of the error, as the vendor has them."""


class HighLevelError(Failure):
    """An error answer. Its message is a list of sentences for 422, else one sentence."""

    def __init__(self, status: int, message: str | list[str] | None = None) -> None:
        self.status = status
        self.message = message or MESSAGES.get(status, HTTPStatus(status).phrase)
        super().__init__(str(self.message))

    def response(self) -> Response:
        """Return the HTTP response."""
        body: dict[str, object] = {"statusCode": self.status, "message": self.message}
        if self.status not in UNNAMED:
            body["error"] = PHRASES.get(self.status) or HTTPStatus(self.status).phrase
        return Response(msgspec.json.encode(body), self.status, media_type="application/json")


def invalid(*messages: str) -> HighLevelError:
    """Return the 422 with a sentence for each invalid field."""
    return HighLevelError(422, list(messages))


NO_INVOICE = "There is no invoice with this id."


def not_found() -> HighLevelError:
    """Return the answer to an id that no invoice of the location has; the vendor's is 400."""
    return HighLevelError(400, NO_INVOICE)


# ---------------------------------------------------------------- refusals

_OF_STATE = frozenset(
    {
        *(refusals.NotFound, refusals.KeyReused, refusals.RequestReused, refusals.OutcomeChanged),
        *(refusals.NotADraft, refusals.EditedMeanwhile, refusals.AlreadyFinalized),
        *(refusals.InvoiceClosed, refusals.NotFinalized, refusals.AlreadyVoided),
        *(refusals.NotVoided, refusals.AlreadyRegenerated, refusals.AlreadyDisputed),
        *(refusals.NothingOutstanding, refusals.AlreadyCredited, refusals.PeriodClosed),
        *(refusals.MoneyReceived, refusals.PaymentUnderWay, refusals.PaymentNotReceived),
        *(refusals.DatedBeforeCause, refusals.CreditsSpent),
    }
)
"""Refusals because of what the invoice is, not because of what the request says."""

TABLE: dict[type[Refusal], Answer] = {
    refusal: Answer(400 if refusal in _OF_STATE else 422, "") for refusal in EVERY
} | {refusals.AdministratorRequired: Answer(403, "")}
"""The status of every refusal. Without a text here, the answer has the refusal's own sentence."""

DRAFT_VOIDED = "The invoice is a draft, so it cannot be voided. Delete it instead."
MONEY_KEPT = (
    "Money was received for the invoice. Refund it first; the refund counts as soon as its money"
    " was sent back."
)

BY_COMMAND: dict[type[Command], dict[type[Refusal], Answer]] = {
    VoidInvoice: {
        refusals.NotFound: Answer(400, NO_INVOICE),
        refusals.NotFinalized: Answer(400, DRAFT_VOIDED),
        refusals.MoneyReceived: Answer(400, MONEY_KEPT),
    },
    DeleteDraft: {refusals.NotADraft: Answer(400, "Only a draft can be deleted. Void it instead.")},
    EditDraft: {refusals.NotADraft: Answer(400, "Only a draft can be updated.")},
    ReceivePayment: {
        refusals.NotFinalized: Answer(400, "The invoice is a draft. Send it first."),
    },
}
"""The answers to refusals that differ for one command."""

FIELDS = {
    "amount_minor": "amount",
    "lines": "items",
    "payment_term_days": "dueDate",
    "issue_date": "issueDate",
    "received_at": "fulfilledAt",
    "customer_id": "contactDetails.id",
    "reference": "notes",
}
"""HighLevel's names for Polaris fields, where they differ."""


def answer_if_deleted(refusal: Refusal) -> Answer | None:
    """Return the answer of an unknown id if the refusal is about a deleted draft; else None."""
    return Answer(400, NO_INVOICE) if refusal.details.get("status") == "closed" else None


TABLES = AnswerTables(
    table=TABLE,
    by_command=BY_COMMAND,
    usual=(403, 400, 422),
    fields=FIELDS,
    special=answer_if_deleted,
)


def refused(command: Command, found: Iterable[Refusal]) -> HighLevelError:
    """Return the answer to a refused command, with every refusal of the status."""
    chosen = TABLES.choose(command, found)
    currency: str | None = getattr(command, "currency", None)
    sentences = [answer.code or sentence(one, currency) for one, answer in chosen.refusals]
    if chosen.status != 422:
        return HighLevelError(chosen.status, " ".join(dict.fromkeys(sentences)))
    fields = [TABLES.field_name(refusal) for refusal, _ in chosen.refusals]
    named = zip(fields, sentences, strict=True)
    return invalid(*(f"{field}: {text}" if field else text for field, text in named))


def sentence(refusal: Refusal, currency: str | None = None) -> str:
    """Return what is wrong and what to do instead, with amounts in the currency if it is known."""
    if currency is None:
        return f"{refusal.sentence} {refusal.instead}"
    return f"{refusal.sentence_with(lambda minor: printed(minor, currency))} {refusal.instead}"


# ---------------------------------------------------------------- errors of the framework

NO_NUMBER, NO_DATE, NO_TIME = "not_a_number", "not_a_date", "not_a_time"
"""Kinds of a `Problem` that the fields of this dialect have."""

EXPECTED = {
    "missing": "is required",
    TOO_LARGE: "has too many digits",
    NO_NUMBER: "must be a number",
    NO_DATE: "must be a date like 2026-02-28",
    NO_TIME: "must be a time like 2026-02-28T14:30:00Z",
    "string_type": "must be a string",
    "bool_type": "must be a boolean",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "literal_error": "has an unknown value",
}
"""What a field must be, by the kind of its problem."""


def unreadable(problems: Sequence[Problem]) -> HighLevelError:
    """Return the 422 that names every field that cannot be read."""
    return invalid(*dict.fromkeys(map(unreadable_field, problems)))


def unreadable_field(problem: Problem) -> str:
    """Return a sentence that names the field."""
    place, *names = problem.location
    field = ".".join(names) or place
    if problem.kind == UNKNOWN:
        return f"property {field} should not exist"
    if problem.kind == "json_invalid":
        return "the body must be JSON"
    return f"{field} {EXPECTED.get(problem.kind, 'is not valid')}"


def framework_error(status: int) -> HighLevelError:
    """Return the answer to an error status of the framework; a wrong verb is an unknown route."""
    return HighLevelError(404 if status == 405 else status)


REPLIES = Replies(refused=refused, unreadable=unreadable, status=framework_error)
"""The answers to errors that no route raises itself."""
