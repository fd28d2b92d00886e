"""A set of requests is decided in order; a refused or broken one never costs its neighbours."""

from datetime import UTC, datetime
from itertools import count

import pytest
from msgspec.structs import replace

from polaris.core import commands as ask
from polaris.core import lifecycle
from polaris.core.commands import CloseBooks, Command, SaveCustomer
from polaris.core.commands.values import NewLine
from polaris.core.decision import Facts
from polaris.core.facts.audit import AuditLine, CommandRecord
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.series import Series, SeriesScope
from polaris.core.facts.tenant import Books, Settings, Tenant
from polaris.core.fold import Folded, Memory, Request, fold
from polaris.core.transition import AnyTransition

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
NUMBERS = count(1)


def new_id() -> str:
    return f"{next(NUMBERS):08x}-0000-4000-8000-000000000000"


CUSTOMER, INVOICE = new_id(), new_id()

BILLED: tuple[Command, ...] = (
    SaveCustomer(customer_id=CUSTOMER, external_id="x1"),
    ask.DraftInvoice(
        invoice_id=INVOICE,
        customer_id=CUSTOMER,
        currency="EUR",
        lines=(NewLine(amount_minor=100),),
    ),
    ask.FinalizeInvoice(invoice_id=INVOICE),
)
VOID = ask.VoidInvoice(invoice_id=INVOICE)


def new_facts() -> Facts:
    tenant = Tenant(
        id=new_id(),
        name="Tenant",
        currency="EUR",
        timezone="UTC",
        settings=Settings(),
        created_at=AT,
    )
    names = {"invoice": "INV-{next}", "note": "CN-{next}", "customer": "{next}"}
    series = [
        Series(id=name, scope=SeriesScope.TENANT, format=form) for name, form in names.items()
    ]
    return Facts(tenant, Books(id=tenant.id), series)


def request(command: Command, key: str | None = None, fingerprint: str | None = None) -> Request:
    return Request(id=new_id(), command=command, at=AT, key=key, fingerprint=fingerprint)


def folded(facts: Facts, *requests: Request, memory: Memory | None = None) -> Folded:
    return fold(facts, memory or Memory((), ()), requests, new_id)


def statuses(result: Folded) -> list[str]:
    """How each request ended."""
    ended = []
    for one in result.outcomes:
        refused = "refused" if one.refusals else "done"
        ended.append("replayed" if one.replayed else "broken" if one.fault else refused)
    return ended


def test_each_request_sees_what_the_earlier_ones_left() -> None:
    result = folded(new_facts(), *map(request, (*BILLED, VOID, VOID)))
    assert statuses(result) == ["done"] * 4 + ["refused"]


def test_a_row_is_written_once_as_it_stands_in_the_end() -> None:
    result = folded(new_facts(), *map(request, (*BILLED, VOID)))
    invoices = [row for row in result.rows.values() if isinstance(row, Invoice)]
    assert [row.status for row in invoices] == [Status.VOIDED]


def test_a_broken_request_leaves_an_audit_line_and_no_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its neighbours are done as if it had not been there."""
    move = lifecycle.TRANSITIONS[CloseBooks]

    def fail(*_given: object) -> None:
        raise ZeroDivisionError

    moves: dict[type[Command], AnyTransition] = {
        **lifecycle.TRANSITIONS,
        CloseBooks: move._replace(action=fail),
    }
    monkeypatch.setattr(lifecycle, "TRANSITIONS", moves)
    close = request(CloseBooks(through=AT.date().replace(day=1)))
    result = folded(new_facts(), request(BILLED[0]), close, request(BILLED[1]))
    assert statuses(result) == ["done", "broken", "done"]
    lines = [row for row in result.rows.values() if isinstance(row, AuditLine)]
    assert [line.outcome for line in lines] == ["done", "broken", "done"]
    assert (CommandRecord, close.id) not in result.rows


def test_a_refused_request_is_recorded_and_answered_again() -> None:
    first = request(VOID)
    facts = new_facts()
    result = folded(facts, first)
    record = result.rows[CommandRecord, first.id]
    assert isinstance(record, CommandRecord)
    again = folded(facts, first, memory=Memory([record], ()))
    (outcome,) = again.outcomes
    assert (outcome.replayed, [one.code for one in outcome.refusals]) == (True, ["not_found"])
    assert not again.rows


def test_the_same_key_is_done_once_and_another_body_under_it_is_refused() -> None:
    facts = new_facts()
    folded(facts, request(BILLED[0]))
    keyed = [
        request(BILLED[1], key="k", fingerprint="one"),
        request(BILLED[1], key="k", fingerprint="one"),
        request(BILLED[1], key="k", fingerprint="other"),
    ]
    result = folded(facts, *keyed)
    assert statuses(result) == ["done", "replayed", "refused"]
    assert [one.code for one in result.outcomes[2].refusals] == ["key_reused"]
    assert result.outcomes[1].events == result.outcomes[0].events


def test_another_form_under_the_id_of_an_earlier_one_is_refused() -> None:
    """The first form is done and answered again. The other one is not taken for it."""
    facts = new_facts()
    folded(facts, request(BILLED[0]))
    first = request(BILLED[1], fingerprint="one")
    same, other = first, replace(first, fingerprint="other")
    result = folded(facts, first, same, other)
    assert statuses(result) == ["done", "replayed", "refused"]
    assert [one.code for one in result.outcomes[2].refusals] == ["request_reused"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (ask.VoidInvoice(invoice_id="INV-1"), "id_malformed"),
        (ask.VoidInvoice(invoice_id=INVOICE, comment="a\0b"), "text_malformed"),
        (ask.VoidInvoice(invoice_id=INVOICE, comment="\ud800"), "text_malformed"),
    ],
)
def test_what_no_database_keeps_is_refused_before_it_is_decided(
    command: Command, code: str
) -> None:
    (outcome,) = folded(new_facts(), request(command)).outcomes
    assert [one.code for one in outcome.refusals] == [code]
