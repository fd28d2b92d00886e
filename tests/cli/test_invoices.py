"""Invoices are read, finalized, voided and explained on the command line."""

from cli.books import Books


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
