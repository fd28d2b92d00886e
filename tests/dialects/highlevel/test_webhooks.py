"""The seven webhooks: what is sent of what happens, and all fields of a void."""

import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from dialects.highlevel.books import CARA, OVEN, Books, refused
from dialects.highlevel.deliveries import MADE_AT, WEBHOOK_ID, late, told
from dialects.lago.books import VAT, line
from dialects.lago.deliveries import happened
from polaris.core import commands
from polaris.core.commands.values import CreditedLine
from polaris.core.facts.invoice import Invoice, Line
from polaris.core.facts.payment import PaymentState, Refund, RefundState
from polaris.delivery.shape import Declined
from polaris.dialects.highlevel.webhooks import DIALECT, TYPES
from polaris.engine import new_id

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def test_each_type_is_sent_of_something_and_each_reason_is_a_sentence() -> None:
    sent = {one for types in TYPES.values() if not isinstance(types, Declined) for one in types}
    assert sent == DIALECT.subscribable
    assert len(sent) == 7
    reasons = [types for types in TYPES.values() if isinstance(types, Declined)]
    assert all(reason.endswith(".") for reason in reasons)


# ---------------------------------------------------------------- the void


def test_a_void_has_every_field_of_the_documented_payload(books: Books) -> None:
    books.set(app_id="app1")
    off = {"type": "fixed", "value": 0.25}
    invoice = books.sent(items=[{**OVEN, "amount": 999.5}], discount=off)
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    shown = books.show(invoice["_id"])
    assert sent.type == "InvoiceVoid"
    read = sent.read
    documented = {
        "_id": invoice["_id"],
        "status": "void",
        "liveMode": True,
        "amountPaid": 0,
        "altId": books.location["altId"],
        "altType": "location",
        "name": "New Invoice",
        "invoiceNumber": "INV-000001",
        "currency": "USD",
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-19",
        "total": 999.25,
        "title": "INVOICE",
        "amountDue": 999.25,
        "createdAt": invoice["createdAt"],
        "updatedAt": shown["updatedAt"],
        "totalSummary": {"subTotal": 999.5, "discount": 0.25},
    }
    assert {name: read[name] for name in documented} == documented
    assert re.fullmatch("[0-9a-f]{24}", read["_id"])
    assert re.fullmatch("[0-9a-f]{24}", read["altId"])
    assert all(re.fullmatch(STAMP, read[name]) for name in ("createdAt", "updatedAt"))
    row = books.the(Invoice, books.row_id(invoice), invoices={books.row_id(invoice)})
    assert row.voided_at is not None
    assert read["updatedAt"] == f"{row.voided_at:%Y-%m-%dT%H:%M:%S}.{row.voided_at:%f}"[:-3] + "Z"
    assert row.voided_at > row.created_at

    envelope = {
        "type": "InvoiceVoid",
        "appId": "app1",
        "locationId": books.location["altId"],
        "webhookId": WEBHOOK_ID,
        "timestamp": "2026-03-04T10:00:00.250Z",
    }
    assert MADE_AT.isoformat() == "2026-03-04T10:00:00.250000+00:00"
    assert dict(list(read.items())[:5]) == envelope
    more = {"businessDetails", "contactDetails", "discount", "invoiceItems"}
    assert read.keys() == documented.keys() | envelope.keys() | more
    assert (read["contactDetails"]["id"], read["contactDetails"]["name"]) == (CARA["id"], "Cara")
    assert isinstance(read["businessDetails"]["address"], str)
    assert read["discount"] == {"type": "fixed", "value": 0.25}
    (item,) = read["invoiceItems"]
    assert (item["name"], item["amount"], item["qty"]) == ("Oven", 999.5, 1)


def test_whole_amounts_are_integers_and_the_void_is_written_compactly(books: Books) -> None:
    """The bytes are written out by hand: no spaces, no `999.0`, no escaped letters."""
    invoice = books.sent(name="Küche 😀")
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    text = sent.body.decode()
    assert '"total":999,"title":"INVOICE","amountDue":999,' in text
    assert '"status":"void","liveMode":true,"amountPaid":0,' in text
    assert '"name":"Küche 😀","invoiceNumber":"INV-000001"' in text
    assert '"totalSummary":{"subTotal":999,"discount":0}' in text
    assert ": " not in text.replace("Küche 😀", "")


@pytest.mark.skipif(which("node") is None, reason="Node is not installed")
def test_node_writes_the_same_bytes_again(books: Books, tmp_path: Path) -> None:
    """A receiver that kept only the parsed body verifies what it writes again."""
    items = [
        {**OVEN, "name": 'Tür "A\\B/</>\u2028\x7f\u001f', "amount": 0.1, "qty": 0.000001},
        {**OVEN, "amount": 1234567.89, "qty": 1.5, "taxes": [VAT_SENT]},
        {**OVEN, "amount": 1, "qty": 0.00001234},
    ]
    invoice = books.sent(items=items)
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    assert [item["qty"] for item in sent.read["invoiceItems"]] == [0.000001, 1.5, 0.00001234]
    assert rewritten(sent.body) == sent.body


VAT_SENT = {"_id": "vat", "name": "VAT", "rate": 19.5, "calculation": "exclusive"}


def rewritten(body: bytes) -> bytes:
    """Return the body after it was parsed and written by JavaScript."""
    program = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0))))"
    return subprocess.run(
        ["node", "-e", program], input=body, capture_output=True, check=True
    ).stdout


def test_the_amounts_are_those_of_the_void_however_late_it_is_told(books: Books) -> None:
    """Of 999 dollars 100 were paid; the void was made by another door; later all was refunded."""
    invoice = books.sent()
    invoice_id = books.row_id(invoice)
    books.record(invoice["_id"], amount=100)
    (voided,) = [
        event
        for event in happened(
            books, lambda: books.done(commands.VoidInvoice(invoice_id=invoice_id))
        )
        if event.kind == "invoice.voided"
    ]
    (at_once,) = late(books, [voided])
    books.done(
        commands.RequestRefund(refund_id=new_id(), invoice_id=invoice_id, amount_minor=10000)
    )
    (refund,) = books.facts(invoices={invoice_id}).tables[Refund]
    books.done(commands.UpdateRefund(refund_id=refund, state=RefundState.SETTLED))
    books.done(commands.RegenerateInvoice(invoice_id=invoice_id, new_invoice_id=new_id()))
    (later,) = late(books, [voided])
    assert (at_once.read["amountPaid"], at_once.read["amountDue"]) == (100, 899)
    assert later.body == at_once.body
    assert (books.show(invoice["_id"])["amountPaid"], books.show(invoice["_id"])["amountDue"]) == (
        100,
        899,
    )


def test_a_test_tenant_says_so(books: Books) -> None:
    invoice = books.sent()
    changes: dict[str, object] = {"live_mode": False}
    books.done(commands.SaveTenant(tenant_id=books.tenant_id, settings_changes=changes))
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    assert sent.read["liveMode"] is False


def test_no_second_void_is_told(books: Books) -> None:
    invoice = books.sent()
    books.void(invoice["_id"])

    def again() -> None:
        with refused(400, "The invoice is already voided. Nothing is left to do."):
            books.void(invoice["_id"])

    assert told(books, again) == []


def test_no_refused_void_is_told(books: Books) -> None:
    draft, paid = books.drafted(), books.sent()
    books.record(paid["_id"])

    def voids() -> None:
        for one in (draft, paid):
            answer = books.raw("POST", f"/{one['_id']}/void", json=books.location)
            assert answer.status_code == 400

    assert told(books, voids) == []


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", 1999, 1999), ("BHD", 12.345, 12345), ("BHD", 7, 7000)]
)
def test_amounts_have_the_places_of_their_currency(
    books: Books, currency: str, amount: float, minor: int
) -> None:
    item = {**OVEN, "currency": currency, "amount": amount}
    invoice = books.sent(currency=currency, items=[item])
    row = books.the(Invoice, books.row_id(invoice), invoices={books.row_id(invoice)})
    assert row.total_minor == minor
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    assert (sent.read["total"], sent.read["amountDue"]) == (amount, amount)
    assert f'"total":{amount},' in sent.body.decode()


# ---------------------------------------------------------------- the others


def paid_and_gone(books: Books, invoice: Any, minor: int) -> None:
    """A payment of the customer that its provider takes back."""
    payment_id, invoice_id = new_id(), books.row_id(invoice)
    books.done(
        commands.ReceivePayment(
            payment_id=payment_id,
            currency="USD",
            amount_minor=minor,
            provider="stripe",
            apply_to={invoice_id: minor},
        ),
        commands.UpdatePayment(payment_id=payment_id, state=PaymentState.REVERSED),
    )


def test_what_is_told_of_what_happens(books: Books) -> None:
    """The life of an invoice: type, status, and what is paid and due of 999 dollars."""
    drafts: list[Any] = []
    update = {
        **books.location,
        "name": "B",
        "currency": "USD",
        "invoiceItems": [OVEN],
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-05",
    }
    steps = [
        (lambda: drafts.append(books.drafted()), [("InvoiceCreate", "draft", 0, 999)]),
        (
            lambda: books.call("update_invoice", drafts[0]["_id"], update),
            [("InvoiceUpdate", "draft", 0, 999)],
        ),
        (lambda: books.send(drafts[0]["_id"]), [("InvoiceSent", "sent", 0, 999)]),
        (lambda: books.send(drafts[0]["_id"]), []),
        (
            lambda: books.record(drafts[0]["_id"], amount=899),
            [("InvoicePartiallyPaid", "partially_paid", 899, 100)],
        ),
        (lambda: books.record(drafts[0]["_id"]), [("InvoicePaid", "paid", 999, 0)]),
        (lambda: drafts.append(books.drafted()), [("InvoiceCreate", "draft", 0, 999)]),
        (
            lambda: books.call("delete_invoice", drafts[1]["_id"], *books.location.values()),
            [("InvoiceDelete", "delete", 0, 999)],
        ),
    ]
    for doing, expected in steps:
        sent = told(books, doing)
        read = [one.read for one in sent]
        found = [(one["type"], one["status"], one["amountPaid"], one["amountDue"]) for one in read]
        assert found == expected


@pytest.mark.parametrize(
    ("minor", "first"), [(99900, "InvoicePaid"), (50000, "InvoicePartiallyPaid")]
)
def test_money_that_goes_back_is_told(books: Books, minor: int, first: str) -> None:
    """Whether the payment had settled the invoice whole or in part, there is one update."""
    invoice = books.sent()
    sent = told(books, lambda: paid_and_gone(books, invoice, minor))
    assert [one.type for one in sent] == [first, "InvoiceUpdate"]
    assert (sent[1].read["status"], sent[1].read["amountPaid"]) == ("sent", 0)
    assert sent[1].read["amountDue"] == 999


def test_an_invoice_that_was_issued_without_a_draft_is_created_and_sent(books: Books) -> None:
    customer = books.customer()
    command = commands.IssueInvoice(
        invoice_id=new_id(),
        customer_id=customer,
        currency="EUR",
        lines=(line(1000, VAT),),
    )
    sent = told(books, lambda: books.done(command))
    assert [(one.type, one.read["status"], one.read["total"]) for one in sent] == [
        ("InvoiceCreate", "sent", 12),
        ("InvoiceSent", "sent", 12),
    ]


def test_an_invoice_of_nothing_is_paid_as_it_is_sent(books: Books) -> None:
    draft = books.drafted(items=[{**OVEN, "amount": 0}])
    sent = told(books, lambda: books.send(draft["_id"]))
    assert [(one.type, one.read["status"]) for one in sent] == [
        ("InvoiceSent", "paid"),
        ("InvoicePaid", "paid"),
    ]


# ---------------------------------------------------------------- beside another dialect


def test_an_invoice_of_another_dialect_is_voided_here(books: Books) -> None:
    """A customer and an invoice made as Lago's client makes them, with a tax of a fifth."""
    made = books.http(
        "POST",
        "/customers",
        json={"customer": {"external_id": "ada", "name": "Ada", "currency": "EUR"}},
    ).json()["customer"]
    books.http(
        "POST",
        "/add_ons",
        json={
            "add_on": {
                "name": "Setup",
                "code": "setup",
                "amount_cents": 5050,
                "amount_currency": "EUR",
            }
        },
    )
    lago = books.http(
        "POST",
        "/invoices",
        json={
            "invoice": {
                "external_customer_id": "ada",
                "currency": "EUR",
                "fees": [{"add_on_code": "setup", "units": 2}],
            }
        },
    ).json()["invoice"]
    short = lago["lago_id"].replace("-", "")[:24]
    (sent,) = told(books, lambda: books.void(short))
    read = sent.read
    assert (read["type"], read["_id"], read["status"]) == ("InvoiceVoid", short, "void")
    assert (read["invoiceNumber"], read["name"]) == (lago["number"], lago["number"])
    assert (read["total"], read["amountPaid"], read["amountDue"]) == (101, 0, 101)
    assert read["totalSummary"] == {"subTotal": 101, "discount": 0}
    assert read["issueDate"] == lago["issuing_date"]
    assert read["contactDetails"]["name"] == "Ada"
    assert read["contactDetails"]["id"] == made["lago_id"].replace("-", "")[:24]
    after = books.http("GET", f"/invoices/{lago['lago_id']}").json()["invoice"]
    assert after["status"] == "voided"


def test_an_invoice_of_this_dialect_is_voided_by_another(books: Books) -> None:
    invoice = books.sent()
    path = f"/invoices/{books.row_id(invoice)}/void"
    (sent,) = told(books, lambda: books.http("POST", path, json={}))
    read = sent.read
    assert (read["type"], read["_id"], read["status"]) == ("InvoiceVoid", invoice["_id"], "void")
    assert (read["total"], read["amountPaid"], read["amountDue"]) == (999, 0, 999)


def test_a_void_of_a_credited_invoice_has_the_rest_as_due(books: Books) -> None:
    """A credit note of 99 dollars was set off: 900 were due at the void."""
    invoice = books.sent()
    invoice_id = books.row_id(invoice)
    (line_id,) = books.facts(invoices={invoice_id}).tables[Line]
    books.done(
        commands.IssueCreditNote(
            note_id=new_id(),
            invoice_id=invoice_id,
            lines=(CreditedLine(line_id=line_id, amount_minor=9900),),
            offset_minor=9900,
        )
    )
    assert books.show(invoice["_id"])["status"] == "partially_paid"
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    assert (sent.read["amountPaid"], sent.read["amountDue"]) == (0, 900)
