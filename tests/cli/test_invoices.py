"""Invoices are read, finalized, voided and explained on the command line."""

from cli.books import Books
from faults.world import done
from polaris.core.commands import SaveCustomer


def test_a_draft_is_finalized(books: Books) -> None:
    draft = books.draft()
    seen = books.run("invoice", "finalize", draft, "--preview", "--json").json
    assert (seen["done"], seen["invoice"]["status"]) == (False, "finalized")
    assert books.run("invoice", "show", draft, "--json").json["invoice"]["status"] == "draft"
    became = books.run("invoice", "finalize", draft, "--issue-date", "2026-01-31", "--json").json
    assert (became["done"], became["invoice"]["number"]) == (True, "INV-000001")
    assert became["invoice"]["issue_date"] == "2026-01-31"
    assert [entry["kind"] for entry in became["entries"]] == ["finalized"]
    shown = books.run("invoice", "show", "INV-000001", "--json").json
    assert shown["invoice"] == became["invoice"]
    assert [line["net_minor"] for line in shown["lines"]] == [1000]
    assert sum(tax["amount_minor"] for tax in shown["taxes"]) == 200


def test_a_paid_invoice_is_voided_with_refund_and_credit(books: Books) -> None:
    """Amounts are typed as 7.00, not in minor units. The preview shows what is booked later."""
    invoice = books.invoice(paid_minor=1200)
    policy = ("--refund", "7.00", "--credit", "5", "--reason", "duplicate", "--comment", "Twice.")
    seen = books.run("invoice", "void", invoice, *policy, "--preview", "--json").json
    became = books.run("invoice", "void", invoice, *policy, "--json").json
    assert booked(seen) == booked(became)
    assert {event["kind"] for event in became["events"]} >= {"invoice.voided", "refund.requested"}
    shown = books.run("invoice", "show", invoice, "--json").json
    assert [note["credit_minor"] for note in shown["credit_notes"]] == [500]
    assert [refund["amount_minor"] for refund in shown["refunds"]] == [700]
    assert (shown["invoice"]["void_reason"], shown["invoice"]["void_comment"]) == (
        "duplicate",
        "Twice.",
    )


UNREADABLE = ("1_0.00", "+5", "1e1", "\uff11\uff12", "\u0663", "0x1", "1,5", "NaN", "7.005")


def test_an_amount_that_cannot_be_read_changes_nothing(books: Books) -> None:
    """The same amounts are refused over HTTP. `1_0.00` was read as 10, full-width digits too."""
    invoice = books.invoice(paid_minor=1200)
    for amount in UNREADABLE:
        ended = books.run("invoice", "void", invoice, "--refund", amount)
        assert (ended.code, "--refund" in ended.err) == (2, True), (amount, ended)
    assert books.run("invoice", "show", invoice, "--json").json["invoice"]["status"] == "finalized"


def booked(told: dict[str, list[dict[str, list[dict[str, object]]]]]) -> list[tuple[object, ...]]:
    """Return the postings of all entries, without ids."""
    return [
        (posting["debit"], posting["credit"], posting["amount_minor"])
        for entry in told["entries"]
        for posting in entry["postings"]
    ]


def test_a_preview_shows_the_next_step_and_changes_nothing(books: Books) -> None:
    draft, invoice = books.draft(), books.invoice()
    assert "would be finalized" in books.run("invoice", "preview", draft).out
    assert "would be voided" in books.run("invoice", "preview", invoice).out
    statuses = {one["status"] for one in books.run("invoice", "list", "--json").json}
    assert statuses == {"draft", "finalized"}


def test_a_refused_void_says_why_and_what_instead(books: Books) -> None:
    invoice = books.invoice(paid_minor=300)
    void = ("invoice", "void", invoice, "--refund", "3.01")
    told = books.run(*void, "--json")
    assert told.code == 1
    [refusal] = told.json["refusals"]
    assert refusal["code"] == "refund_exceeds_cash"
    assert refusal["instead"]
    assert (refusal["details"]["asked_minor"], refusal["details"]["limit_minor"]) == (301, 300)
    plain = books.run(*void)
    assert (plain.code, plain.out) == (1, "")
    assert "3.01 EUR" in plain.err
    assert "Instead" in plain.err


def test_explain_tells_each_command(books: Books) -> None:
    invoice = books.invoice()
    told = {one["command"]: one for one in books.run("invoice", "explain", invoice, "--json").json}
    assert told["VoidInvoice"]["allowed"]
    assert [why["code"] for why in told["EditDraft"]["refusals"]] == ["not_a_draft"]
    assert "or void and regenerate it" in " ".join(
        books.run("invoice", "explain", invoice).out.split()
    )


def test_an_issued_invoice_shows_the_customer_as_it_stood(books: Books) -> None:
    """The list and the invoice show the name of the issue; a draft shows that of today."""
    issued, draft = books.invoice(), books.draft()
    for invoice in (issued, draft):
        shown = books.run("invoice", "show", invoice, "--json").json
        rename = SaveCustomer(customer_id=shown["customer"]["id"], name="New Name")
        done(books.engine, books.tenant_id, [rename])
    listed = {one["id"]: one["customer"] for one in books.run("invoice", "list", "--json").json}
    assert listed == {issued: "", draft: "New Name"}
    assert "New Name" not in books.run("invoice", "show", issued).out
    assert "New Name" in books.run("invoice", "show", draft).out


def test_invoices_are_listed_by_status_and_page(books: Books) -> None:
    assert "polaris import" in books.run("invoice", "list").out
    books.draft()
    books.invoice()
    books.invoice()
    listed = books.run("invoice", "list", "--json").json
    assert [one["status"] for one in listed] == ["draft", "finalized", "finalized"]
    drafts_only = books.run("invoice", "list", "--status", "draft", "--json").json
    assert [one["number"] for one in drafts_only] == [None]
    assert len(books.run("invoice", "list", "--limit", "1", "--json").json) == 1
    assert "--limit" in books.run("invoice", "list", "--limit", "1").out


def test_held_money_settles_another_invoice(books: Books) -> None:
    """Removed from the voided invoice it is unused; applied, it settles the other one."""
    customer = books.customer()
    voided, other = books.invoice(1200, customer), books.invoice(0, customer)
    books.run("invoice", "void", voided)
    [payment] = books.run("invoice", "show", voided, "--json").json["payments"]
    source = ("--payment", payment["id"])
    assert books.run("invoice", "remove", voided, *source, "--json").json["done"]
    seen = books.run("invoice", "apply", other, *source, "--amount", "7.00", "--preview", "--json")
    assert seen.json["invoice"]["outstanding_minor"] == 500
    books.run("invoice", "apply", other, *source, "--amount", "7.00")
    left = books.run("invoice", "apply", other, *source, "--json").json
    assert (left["invoice"]["outstanding_minor"], len(left["entries"])) == (0, 1)


def test_a_credit_note_settles_an_invoice_and_is_removed_from_it(books: Books) -> None:
    customer = books.customer()
    voided, other = books.invoice(1200, customer), books.invoice(0, customer)
    books.run("invoice", "void", voided, "--credit", "5.00")
    [note] = books.run("invoice", "show", voided, "--json").json["credit_notes"]
    source = ("--credit-note", note["id"])
    applied = books.run("invoice", "apply", other, *source, "--json").json
    assert applied["invoice"]["outstanding_minor"] == 700
    removed = books.run("invoice", "remove", other, *source, "--json").json
    assert removed["invoice"]["outstanding_minor"] == 1200


def test_an_application_names_one_source(books: Books) -> None:
    told = books.run("invoice", "apply", books.invoice())
    assert (told.code, "Give either --payment or --credit-note." in told.err) == (2, True)
