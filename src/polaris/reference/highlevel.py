"""The page about the HighLevel dialect: its calls, its rules and its webhooks."""

from polaris.delivery.shape import Declined
from polaris.dialects.highlevel.coverage import CALLS, How
from polaris.dialects.highlevel.requests.call import VERSIONS
from polaris.dialects.highlevel.rules import HIGHLEVEL
from polaris.dialects.highlevel.webhooks import attempts
from polaris.dialects.highlevel.webhooks.kinds import SUBSCRIBABLE, TYPES
from polaris.reference.markdown import page, table

HEAD = f"""\
All calls of the official client `gohighlevel-api-client` (3.0.0) to `/invoices`. Send the API key
as a Bearer token, and the header `Version` with one of {", ".join(f"`{one}`" for one in VERSIONS)}.

A running server describes its routes and parameters at `/invoices/docs` and
`/invoices/openapi.json`. See also
[how to point your HighLevel client here](../../how-to/point-your-highlevel-client-here.md) and
[what we do where the vendor says nothing](../../decisions/0024-what-highlevel-leaves-open.md).
"""

VALUES = """\
## Values

- Amounts are JSON numbers in major units: `99.5` is 99 dollars and 50 cents. They are read and
  written exactly. An amount with more decimal places than its currency has is refused.
- `_id`, `altId` and `locationId` are the first 24 hexadecimal digits of Polaris's own ids. `altId`
  must be that of the API key's tenant. If the first 24 digits of two ids are the same, as may
  happen with ids that a caller chose, neither row is found here.
- `contactDetails.id` is the id by which this dialect last named the customer. A new id makes a new
  customer. For other customers it is made as `_id` is.
- `invoiceNumber` of an issued invoice is its number. A draft shows the number that the caller gave,
  or an empty text.
- `sent` means that the invoice was issued, in whatever way. `liveMode` is the setting `live_mode`
  of the tenant; a call that says otherwise is refused.
- `amountPaid` and `amountDue` of a voided invoice are those right before the void.
- A key that a body does not know is refused.
- `POST`, `PUT` and `DELETE` accept the header `Idempotency-Key`, which the vendor does not have.
  Without it, a repeated `record-payment` is a second payment.
"""

ERRORS = """\
## Errors

| Status | Meaning |
|---|---|
| 400 | There is no such invoice, or its state does not allow the call. `message` is a sentence. |
| 401 | The API key is missing, unknown or revoked. |
| 403 | The API key lacks the scope, or `altId` is another location. |
| 404 | There is no such route. |
| 422 | A value is invalid. `message` is a list that names each field. |
"""

RULES = """\
## Rules of this dialect

These hold in addition to [the engine's rules](../rules.md).
"""

WEBHOOKS = f"""\
## Webhooks

The body is one flat JSON object: `type`, `appId` (the setting `highlevel.app_id`), `locationId`,
`webhookId` and `timestamp`, then the invoice as it was after the event. `updatedAt` is the time of
the event. Receivers verify `X-GHL-Signature` (Ed25519) or `X-WH-Signature` (RSA with SHA-256) over
the bytes of the body. `webhookId` and `timestamp` are part of them, so they are the same in every
attempt: a receiver that refuses old timestamps also refuses later attempts.

Every answer from 200 to 299 is success. After 429 the webhook is sent again, {attempts.RETRIES}
times, {attempts.WAIT_SECONDS / 60:.0f} minutes apart and up to {attempts.JITTER_SECONDS / 60:.0f}
more. Every other failure is final, as with the vendor. With the setting `highlevel.retry_failures`
the webhook is also sent again after 408, after 5xx and without an answer:
{attempts.BACK_OFF_RETRIES} times, after {attempts.FIRST_WAIT_SECONDS / 60:.0f} minute, then twice
as long each time, up to {attempts.LONGEST_WAIT_SECONDS / 3600:.0f} hours.
"""


def highlevel() -> str:
    """Return the page about the dialect."""
    counts = {how: sum(one.how is how for one in CALLS.values()) for how in How}
    calls = [(f"`{name}`", f"`{one.route}`", one.how, one.why) for name, one in CALLS.items()]
    done, partly, missing = counts[How.DONE], counts[How.PARTLY], counts[How.MISSING]
    return page(
        "The HighLevel dialect",
        "dialects/highlevel/coverage.py",
        HEAD,
        f"## Calls\n\n{done} calls are done, {partly} partly, {missing} are missing.\n",
        table(("Call", "Route", "Status", "Remark"), *calls),
        VALUES,
        ERRORS,
        RULES,
        table(("Command", "What must hold", "Refusal"), *rules()),
        WEBHOOKS,
        table(("Type", "Events"), *events()),
        up="../",
    )


def rules() -> list[tuple[str, str, str]]:
    """Return each rule of the dialect with its command and its refusal."""
    return [
        (f"`{command.__name__}`", rule.sentence, f"`{rule.refusal.code}`")
        for command, own in HIGHLEVEL.adds.items()
        for rule in own
    ]


def events() -> list[tuple[str, str]]:
    """Return each webhook type with the events that can cause it."""
    causes = {name: kinds for name, kinds in TYPES.items() if not isinstance(kinds, Declined)}
    return [
        (f"`{one}`", ", ".join(f"`{event}`" for event, types in causes.items() if one in types))
        for one in sorted(SUBSCRIBABLE)
    ]
