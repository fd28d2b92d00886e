"""Sample webhooks: the real ones of a short history that exists only in memory.

A customer gets two invoices. One is paid and then voided with a credit note; the other is deleted
as a draft. So a receiver sees every field as it will be, before anything has really happened.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec
import uuid_utils
from msgspec.structs import replace

from polaris.core.commands import (
    Command,
    DeleteDraft,
    DraftInvoice,
    FinalizeInvoice,
    ReceivePayment,
    SaveCustomer,
    VoidInvoice,
)
from polaris.core.commands.values import NewLine
from polaris.core.decision import Decision, Facts
from polaris.core.facts.event import Event
from polaris.core.facts.series import Series, SeriesScope
from polaris.core.facts.tenant import Books, Settings, Tenant
from polaris.core.lifecycle import decide
from polaris.delivery.dialect import Connection, Origin, WebhookDialect
from polaris.delivery.publish import Delivery, Made
from polaris.store.read import tenants
from polaris.store.webhooks import as_json, run

AMOUNT_MINOR = 9900


class NoSample(Exception):
    """There is no sample of this type."""


def send_sample(
    connection: Connection,
    tenant_id: str,
    dialect: WebhookDialect,
    endpoint_id: str,
    type_: str | None,
    now: datetime,
) -> str:
    """Create a delivery of a sample to an endpoint, also a paused one. Return the delivery's id.

    `type_`: None for a voided invoice, if the dialect has such a webhook. The ids in it belong to
    nothing. Raises NoSample.
    """
    tenant = tenants.tenant(connection, tenant_id)
    made = sample(dialect, tenant, connection, type_, now)
    delivery = Delivery(_new_id(), made.id, endpoint_id, now)
    with connection.transaction():
        run(connection, "insert_webhooks", t=tenant_id, webhooks=as_json([made]))
        run(connection, "insert_deliveries", t=tenant_id, deliveries=as_json([delivery]))
    return delivery.id


def sample(
    dialect: WebhookDialect,
    tenant: Tenant,
    connection: Connection,
    type_: str | None,
    now: datetime,
) -> Made:
    """Return a sample of a type, or of the default one. Raises NoSample."""
    origin = Origin(tenant.id, tenant.settings, tenant.details)
    found: dict[str, Made] = {}
    for event, facts in _history(tenant, now):
        for webhook in dialect.compose(event, facts, connection):
            id_ = _new_id()
            body = dialect.body(webhook, id_, now, origin).decode()
            found[webhook.type] = Made(
                id_, None, dialect.name, 1, webhook.type, body, None, now, None, None
            )
            if "void" in webhook.type.lower():
                found.setdefault("", found[webhook.type])
    if made := found.get(type_ or "", None if type_ else next(iter(found.values()))):
        return made
    possible = ", ".join(sorted(filter(None, found)))
    raise NoSample(f"There is no sample of the type {type_}. Choose {possible}.")


def _history(tenant: Tenant, now: datetime) -> Iterator[tuple[Event, Facts]]:
    """Yield the events of the history as they are stored, each with the facts after it."""
    numbers = {"invoice": tenant.settings.invoice_format, "note": tenant.settings.note_format}
    series = [
        Series(id=name, scope=SeriesScope.TENANT, format=form)
        for name, form in (*numbers.items(), ("customer", "{next}"))
    ]
    plain = replace(tenant, settings=Settings())  # so that no setting refuses a command
    facts = Facts(plain, Books(id=tenant.id), series)
    for command in _commands(tenant.currency):
        decision = Decision(facts, _new_id(), now, _new_id, True)
        decide(decision, command)
        facts.add(row for row in decision.all_rows() if not isinstance(row, Event))
        for event in decision.events:
            yield msgspec.json.decode(msgspec.json.encode(event), type=Event), facts


def _commands(currency: str) -> Iterator[Command]:
    customer_id, invoice_id, draft_id = _new_id(), _new_id(), _new_id()
    line = NewLine(description="Sample", amount_minor=AMOUNT_MINOR)
    yield SaveCustomer(
        customer_id=customer_id,
        external_id="sample",
        name="Sample customer",
        email="customer@example.com",
    )
    for drafted in (invoice_id, draft_id):
        yield DraftInvoice(
            invoice_id=drafted, customer_id=customer_id, currency=currency, lines=(line,)
        )
    yield DeleteDraft(invoice_id=draft_id)
    yield FinalizeInvoice(invoice_id=invoice_id)
    yield ReceivePayment(
        payment_id=_new_id(),
        customer_id=customer_id,
        currency=currency,
        amount_minor=AMOUNT_MINOR,
        apply_to={invoice_id: AMOUNT_MINOR},
    )
    yield VoidInvoice(invoice_id=invoice_id, credit_minor=AMOUNT_MINOR)


def _new_id() -> str:
    return str(uuid_utils.uuid7())
