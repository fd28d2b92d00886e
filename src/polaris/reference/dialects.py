"""The pages on dialects: how far each call of a vendor's client is answered."""

from collections.abc import Iterable

from polaris.dialects.lago.coverage import ABSENT, CALLS, Answered, How
from polaris.reference.markdown import page, table

LAGO = """\
What the official client `lago-python-client` (1.55.0) may ask of `/api/v1`, call by call. The
tests perform each one over HTTP: what is done or partly done does not raise, what is refused is
answered so.

The routes themselves, with all parameters, are on the server: `/api/v1/docs`, or
`/api/v1/openapi.json`.
[Why where Lago's own sources disagree](../../decisions/0008-where-lagos-sources-disagree.md).
[Point your Lago client here](../../how-to/point-your-lago-client-here.md).
"""

BESIDE = """\
## Not imitated

- Invoices of `version_number` below 4: every invoice is taxed after its coupons.
- The text `"false"` for `payment_dispute_lost`: it means no here; Lago takes any text for yes.
- Draft credit notes: a note is issued, or it is not there.
- XML: there is no `download_xml`, and `xml_url` is null.
- `resend_email`: no mail is sent. `sync_salesforce_id`: there is nothing to sync with.
- A page of a list has at most 1,000 entries.
- Refusals for want of a licence: nothing is kept back.

## Extensions

- `POST /invoices/{id}/regenerate` replaces a voided invoice by a corrected one, and
  `…/regenerate/preview` shows it before. With `void: true` the invoice is voided in the same
  breath. Without `fees` its own are billed again.
- `POST /invoices/preview` with `fees` previews an invoice over catalogue items.
- `voided_invoice_id` and `regenerated_invoice_id` in an invoice link both.
- A `file_url` leads to `/files/{token}` at the root of the server, outside of `/api/v1`: whoever
  has the link needs no key, for a day.
- The header `Idempotency-Key` of `POST`, `PUT`, `PATCH` and `DELETE`: the same call under the same
  key is done once, and answered as the first time with `Idempotent-Replayed: true`. Another call
  under a key that was used is refused with 422.
"""


def lago() -> str:
    """The coverage of Lago's client."""
    counts = {how: sum(one.how is how for one in CALLS.values()) for how in How}
    said = f"{counts[How.DONE]} calls are done, {counts[How.PARTLY]} partly; the others are refused"
    absent = {f"{resource}.*": one for resource, one in ABSENT.items()}
    return page(
        "The Lago dialect",
        "dialects/lago/coverage.py",
        LAGO,
        f"## Calls\n\n{said}.\n",
        listed(CALLS.items()),
        "## Resources that are not there\n\nWhatever is asked of them.\n",
        listed(absent.items()),
        BESIDE,
        up="../",
    )


def listed(calls: Iterable[tuple[str, Answered]]) -> str:
    """One row for each call."""
    rows = [
        (f"`{name}`", f"`{one.route}`", said(one), one.why)
        for name, one in sorted(calls, key=lambda pair: pair[0])
    ]
    return table(("Call", "Route", "", "But"), *rows)


def said(one: Answered) -> str:
    """How far, and what a refused one is answered."""
    return f"{one.how}: `{one.refusal}`" if one.refusal else str(one.how)
