"""A preview prints its effects and their fingerprint; --expect refuses any other outcome."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.books import Books
from faults.world import opened


@pytest.fixture(scope="module")
def books(database_url: str) -> Iterator[Books]:
    with opened(database_url) as database:
        yield Books(database)


def pay(books: Books, invoice: str, amount: str) -> None:
    """Settle part of an invoice by money that the customer paid for another one."""
    customer = books.run("invoice", "show", invoice, "--json").json["customer"]["id"]
    other = books.invoice(1200, [customer])
    books.run("invoice", "void", other)
    [payment] = books.run("invoice", "show", other, "--json").json["payments"]
    source = ("--payment", payment["id"])
    books.run("invoice", "remove", other, *source)
    applied = books.run("invoice", "apply", invoice, *source, "--amount", amount)
    assert applied.code == 0, applied.err


def test_a_preview_prints_the_effects_and_their_fingerprint(books: Books) -> None:
    invoice = books.invoice(1200)
    void = ("invoice", "void", invoice, "--refund", "3.00", "--preview")
    seen = books.run(*void, "--json").json
    [refund] = seen["effects"]["refunds"]
    assert (refund["amount_minor"], refund["state"], seen["done"]) == (300, "requested", False)
    plain = books.run(*void)
    assert seen["fingerprint"] in plain.out
    for words in (
        "finalized → voided",
        "0.00 EUR → 9.00 EUR",
        "taken back",
        "payment manual -12.00 EUR",
    ):
        assert words in " ".join(plain.out.split())


def test_the_expected_outcome_is_done(books: Books) -> None:
    draft = books.draft()
    seen = books.run("invoice", "finalize", draft, "--preview", "--json").json
    done = books.run("invoice", "finalize", draft, "--expect", seen["fingerprint"], "--json")
    assert (done.code, done.json["invoice"]["status"]) == (0, "finalized")


def test_another_outcome_is_refused_with_what_has_changed(books: Books, tmp_path: Path) -> None:
    invoice = books.invoice(0)
    seen = books.run("invoice", "void", invoice, "--preview", "--json")
    file = tmp_path / "preview.json"
    file.write_text(seen.out)
    pay(books, invoice, "5.00")
    refused = books.run("invoice", "void", invoice, "--expect", str(file))
    assert (refused.code, refused.out) == (1, "")
    words = " ".join(refused.err.split())
    assert "outcome_changed" in words
    assert "outstanding_before_minor: 1200 → 700" in words
    assert books.run("invoice", "show", invoice, "--json").json["invoice"]["status"] == "finalized"


def test_with_only_a_fingerprint_the_outcome_of_now_is_printed(books: Books) -> None:
    invoice = books.invoice(0)
    seen = books.run("invoice", "void", invoice, "--preview", "--json").json["fingerprint"]
    pay(books, invoice, "5.00")
    refused = books.run("invoice", "void", invoice, "--expect", seen)
    assert refused.code == 1
    assert "0.00 EUR → 5.00 EUR" in " ".join(refused.err.split())
    [refusal] = books.run("invoice", "void", invoice, "--expect", seen, "--json").json["refusals"]
    done = books.run(
        "invoice", "void", invoice, "--expect", refusal["details"]["fingerprint"], "--json"
    )
    assert (done.code, done.json["invoice"]["status"]) == (0, "voided")


@pytest.mark.parametrize("content", [None, "{", json.dumps({"fingerprint": "x"})])
def test_what_is_no_fingerprint_is_refused(
    books: Books, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "preview.json"
    if content is not None:
        file.write_text(content)
    told = books.run("invoice", "void", books.invoice(), "--expect", str(file))
    assert (told.code, "neither a fingerprint nor" in " ".join(told.err.split())) == (2, True)
