"""Books are filled from a file, closed and proved on the command line."""

import lzma
from pathlib import Path

from cli.books import Books


def test_the_books_are_closed_and_reopened(books: Books) -> None:
    closed = books.run("books", "close", "2026-01-31", "--json")
    assert closed.json == {"done": True, "closed_through": "2026-01-31"}
    draft = books.draft()
    refused = books.run("invoice", "finalize", draft, "--issue-date", "2026-01-31", "--json")
    assert [one["code"] for one in refused.json["refusals"]] == ["period_closed"]
    assert books.run("books", "close", "2025-12-31", "--json").code == 1
    assert books.run("books", "reopen", "2025-12-31", "--json").code == 0
    assert books.run("invoice", "finalize", draft, "--issue-date", "2026-01-31").code == 0


def test_sound_books_are_proved(books: Books) -> None:
    books.invoice(paid_minor=1200)
    proved = books.run("ledger", "verify", "--json")
    assert proved.json["ok"]
    [one] = proved.json["tenants"]
    assert (one["tenant_id"], one["ok"]) == (books.tenant_id, True)
    [summed] = books.run("ledger", "trial-balance", "--json").json["tenants"]
    balances = {row["account"]: row["balance_minor"] for row in summed["accounts"]}
    assert {name: balance for name, balance in balances.items() if balance} == {
        "CASH": 1200,
        "SALES": -1000,
        "SALES_TAXES_PAYABLE:VAT": -200,
    }
    assert "1,200.00" not in books.run("ledger", "trial-balance").out
    assert "12.00 EUR" in books.run("ledger", "trial-balance").out
    assert books.run("audit", "verify", "--json").json["ok"]


def test_entries_that_are_dated_before_their_cause_are_named_and_corrected(books: Books) -> None:
    books.invoice(paid_minor=1200)
    later = (
        "update entry set accounting_date = accounting_date + 3 where tenant_id = %s and kind = "
    )
    with books.database.connect() as connection:
        connection.execute(later.encode() + b"'finalized'", [books.tenant_id])
    [found] = books.run("ledger", "verify", "--json").json["tenants"]
    failed = {proof["name"] for proof in found["proofs"] if proof["wrong"]}
    assert failed == {"receivable_by_day", "dated"}
    [wrong] = found["misdated"]
    assert wrong["kind"] == "payment_applied"
    assert "polaris ledger correct" in books.run("ledger", "verify").out
    assert books.run("ledger", "correct", "--json").json == {"corrected": [wrong]}
    assert books.run("ledger", "verify", "--json").json["ok"]
    [summed] = books.run("ledger", "trial-balance", "--as-of", wrong["day"], "--json").json[
        "tenants"
    ]
    balances = {row["account"]: row["balance_minor"] for row in summed["accounts"]}
    assert {name: balance for name, balance in balances.items() if balance} == {
        "CASH": 1200,
        "CUSTOMER_CREDITS:UNAPPLIED": -1200,
    }
    assert "No entry is dated" in books.run("ledger", "correct").out


def test_books_that_were_tampered_with_are_not_proved(books: Books) -> None:
    books.invoice()
    assert books.run("audit", "verify").code == 0
    with books.database.connect() as connection:
        for table, change in (("posting", "amount_minor = 1"), ("audit", "actor = 'nobody'")):
            query = f"update {table} set {change} where tenant_id = %s"
            connection.execute(query.encode(), [books.tenant_id])
    ledger, audit = books.run("ledger", "verify", "--json"), books.run("audit", "verify", "--json")
    assert (ledger.code, ledger.json["ok"]) == (1, False)
    assert (audit.code, audit.json["ok"]) == (1, False)
    assert "FAILS" in books.run("ledger", "verify").out


HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
FILE = HEADER + (
    "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    "C536379,85123A,HEART,-6,2010-12-01 09:41:00,2.55,17850,United Kingdom\n"
)


def test_a_file_is_imported_once(books: Books, tmp_path: Path) -> None:
    file = tmp_path / "retail.csv.xz"
    file.write_bytes(lzma.compress(FILE.encode()))
    told = books.run("import", "online-retail", str(file), "--json")
    assert told.code == 0
    assert (told.json["rows"], told.json["invoices"], told.json["voided"]) == (2, 1, 1)
    assert (told.json["billed_minor"], told.json["net_minor"]) == (1530, 0)
    again = books.run("import", "online-retail", str(file), "--json").json
    assert again | {"seconds": 0} == told.json | {"seconds": 0}
    shown = books.run("import", "online-retail", str(file))
    assert "15.30 GBP" in shown.out
    assert "polaris ledger verify" in shown.out


def test_a_file_that_is_none_is_refused(books: Books, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for file in (tmp_path / "missing.csv", other):
        ended = books.run("import", "online-retail", str(file))
        assert ended.code == 1
        assert "Error:" in ended.err


def test_gaps_of_the_numbers_are_listed(books: Books) -> None:
    """A voided invoice keeps its number, which the tax office may ask for."""
    assert "Every number has a live document." in books.run("ledger", "gaps").out
    invoice = books.invoice()
    books.run("invoice", "void", invoice)
    [one] = books.run("ledger", "gaps", "--json").json["tenants"]
    [gap] = one["gaps"]
    assert (gap["number"], gap["why"], gap["subject_id"]) == ("INV-000001", "voided", invoice)
