"""The pages about dialects: which calls of a vendor's client are supported."""

from collections.abc import Iterable

from polaris.api.coercion import POLICY
from polaris.dialects.lago.coverage import ABSENT, CALLS, Answered, How
from polaris.dialects.polaris.coverage import ROUTES
from polaris.reference.markdown import page, table

LAGO = """\
All calls of the official client `lago-python-client` (1.55.0) to `/api/v1`. The tests make each
call over HTTP: a call that is done or partly done does not raise an error, and a refused call gets
the refusal below.

A running server describes its routes and parameters at `/api/v1/docs` and `/api/v1/openapi.json`.
See also [how to point your Lago client here](../../how-to/point-your-lago-client-here.md) and
[what we do where Lago's sources disagree](../../decisions/0008-where-lagos-sources-disagree.md).
"""

READING = """\
## How values are read

This is the same in all dialects. A value that could be read in more than one way is refused with
422, which names the field, and nothing is changed.
"""

READING_IN_LAGO = """\
In addition, in this dialect:

- `null` means that a field is not given. In a void, and for the amount of an item of a credit note,
  it is refused.
- The amount of a payment and the limits of a wallet must be JSON integers, as in Lago.
- Calls that cannot be undone refuse unknown keys with the code `unknown_field`: void, finalize,
  regenerate, a lost dispute; new invoices, payments, credit notes, wallets and wallet transactions.
- Filters of lists (`GET`) change nothing, so they are read as in Lago: what cannot be read is
  ignored, cut off, or matches nothing.
"""

BESIDE = """\
## Differences from Lago

- Lago reads `"120.00"` as 120, `"abc"` as 0, and most texts as true. Polaris
  [refuses them](#how-values-are-read).
- Invoices with a `version_number` below 4 do not exist: every invoice is taxed after its coupons.
- The text `"false"` for `payment_dispute_lost` means no. Lago takes any text for yes.
- Credit notes are never drafts. They are issued at once.
- There is no XML: `download_xml` is refused, and `xml_url` is null.
- `resend_email` sends no mail. `sync_salesforce_id` synchronizes nothing.
- A page of a list has at most 1,000 entries.
- Nothing needs a licence.

## Extensions

- `POST /invoices/{id}/regenerate` replaces a voided invoice by a corrected one.
  `…/regenerate/preview` shows the new invoice first. With `void: true` the same call also voids
  the invoice, and the money paid for it settles the new one. Without `fees` the new invoice has the
  fees of the old one.
- `POST /invoices/preview` with `fees` previews an invoice over catalogue items.
- `voided_invoice_id` and `regenerated_invoice_id` link the two invoices.
- A `file_url` points to `/files/{token}` at the root of the server, not below `/api/v1`. The link
  works for one day and needs no API key.
- `POST`, `PUT`, `PATCH` and `DELETE` accept the header `Idempotency-Key`. A call that is repeated
  with the same key is done once; the repetition gets the first answer, with the header
  `Idempotent-Replayed: true`. A different call with a used key is refused with 422.
"""


def lago() -> str:
    """Return the page about the supported calls of Lago's client."""
    counts = {how: sum(one.how is how for one in CALLS.values()) for how in How}
    summary = f"{counts[How.DONE]} calls are done, {counts[How.PARTLY]} partly; the rest is refused"
    absent = {f"{resource}.*": one for resource, one in ABSENT.items()}
    return page(
        "The Lago dialect",
        "dialects/lago/coverage.py",
        LAGO,
        f"## Calls\n\n{summary}.\n",
        listed(CALLS.items()),
        "## Missing resources\n\nEvery call to these resources is refused.\n",
        listed(absent.items()),
        READING,
        table(("Value", "Accepted", "Refused"), *POLICY),
        READING_IN_LAGO,
        BESIDE,
        up="../",
    )


ADMIN = """\
The admin API at `/api/admin` takes [every command of the engine](../commands.md) as JSON. The field
`command` has the name of the command; the other fields are those of the command. Send the API key
as a Bearer token. An API key is never an administrator, so `ReopenBooks` is refused. Without a key,
a signed-in operator is known by the cookie of the console; a call that may change something then
needs the header `X-CSRF-Token`. Settings, the books, webhook endpoints and operators need the role
`admin`.

```sh
curl -X POST "$POLARIS/api/admin/commands" -H "Authorization: Bearer $KEY" \\
  -d '{"command": "ApplyPayment", "payment_id": "...", "invoice_id": "..."}'
```

The answer to a performed command has `request_id`, `replayed` and `events`. A refused command
changes nothing: the answer has `error`, and in `refusals` every reason with its code, its sentence,
its details and the way out. The status is 404 if something does not exist, 409 if the requested
state is reached already, and 422 for every other rule. A field that is unknown or cannot be read is
answered with 422 as well, and the message names it. A body that is not JSON is answered with 400.

A preview answers with `effects`, what the command would do, and with their `fingerprint`. Send that
as `expect` with the command: if its outcome is another one by then, it is refused with 409
`outcome_changed`. Send the effects as `expected` as well, and `changes` in the details lists every
difference, one per line. See
[decision 20](../../decisions/0020-a-request-can-expect-its-outcome.md).

The calls on one invoice, below `/invoice/{invoice_id}`, have answers of their own. Success is the
invoice with `ui_status`, the one status to show, and with the three fields that it comes from. An
error has a text in `error`: 401 `Unauthorized`, 400 `Missing invoice id`, and 502 `Failed to void
invoice: …` with `code` and `refusals` when the engine refuses the command, also when there is no
such invoice.

Values are read strictly, by
[the policy of all dialects](lago.md): amounts are JSON integers in minor units,
decimals are plain numbers or text, dates exist, times name their zone, booleans are `true` or
`false`. A number or a boolean is never written as text, and `null` is refused where a field needs a
value.

The header `Idempotency-Key` makes a repeated call safe: it gets the first answer, with the header
`Idempotent-Replayed: true`. An answer with the secret of a webhook endpoint is not stored; the
repetition gets the keys that are valid then.

Who adds, changes, pauses, tests or deletes a webhook endpoint needs the role `admin`. Operators may
send webhooks again, and viewers see endpoints and deliveries, but no secret. See
[how to receive webhooks](../../how-to/receive-webhooks.md).
"""


def admin() -> str:
    """Return the page about Polaris's own API."""
    rows = [(f"`{route}`", meaning) for route, meaning in ROUTES.items()]
    return page(
        "The admin API",
        "dialects/polaris/coverage.py",
        ADMIN,
        table(("Route", "Meaning"), *rows),
        up="../",
    )


def listed(calls: Iterable[tuple[str, Answered]]) -> str:
    """Return a table of calls, one per row."""
    rows = [
        (f"`{name}`", f"`{one.route}`", answer_text(one), one.why)
        for name, one in sorted(calls, key=lambda pair: pair[0])
    ]
    return table(("Call", "Route", "Status", "Remark"), *rows)


def answer_text(call: Answered) -> str:
    """Return whether a call is done, and the refusal of a refused one."""
    return f"{call.how}: `{call.refusal}`" if call.refusal else str(call.how)
