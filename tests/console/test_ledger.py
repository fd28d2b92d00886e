"""The pages of the ledger: journal, trial balance, statement, periods, gaps and proofs."""

import re
from datetime import timedelta
from functools import partial

import pytest

from cli.terminal import Serving
from console.tenant import NAME, TODAY, Tenant, text_of
from operators.staff import Browser, Staff
from polaris.console.pages.ledger import described
from polaris.core.ledger.posting import EntryKind
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.reports.ledger import PROOFS
from polaris.store.read.account_statements import StatementLine, StatementSearch, account_statement
from polaris.store.read.journal import JournalSearch, journal
from polaris.store.read.keyset import KeysetPage, Window
from polaris.store.server.database import Database

OLDEST_FIRST = Window(ascending=True)
RECEIVABLES = [2000, 2400, 3400, 3600, 3100, 4100, 4300, 3300, 3100]
"""The receivables after each posting of `Tenant.fill`, oldest first."""


@pytest.fixture(scope="module")
def tenant(database: Database, serving: Serving) -> Tenant:
    """An tenant whose books are only read."""
    tenant = Tenant(Staff(database), serving.url)
    tenant.fill()
    return tenant


@pytest.fixture
def browser(tenant: Tenant) -> Browser:
    return tenant.browser(Role.VIEWER)


def test_the_journal_shows_each_entry_with_its_request(tenant: Tenant, browser: Browser) -> None:
    page = browser.get("/ledger")
    assert page.status_code == 200
    assert page.text.count('<tbody id="entry-') == 6
    assert "<script>alert" not in page.text
    text = text_of(page.text)
    assert NAME in text
    assert "Void invoice by System" in text
    assert "EUR 10.00" in text


def test_the_script_of_the_page_gets_only_the_list(browser: Browser) -> None:
    for path in ("/ledger", "/audit", "/ledger/accounts/SALES"):
        part = browser.get(path, hx_request="true")
        assert part.status_code == 200
        assert "<html" not in part.text
        assert "<h1" not in part.text


def test_the_journal_is_filtered(tenant: Tenant, browser: Browser) -> None:
    ids = tenant.ids
    old = TODAY - timedelta(days=60)
    entries = {
        "account=CASH": 1,
        "kind=payment_applied": 1,
        "account=SALES&kind=finalized": 4,
        f"invoice={ids['voided']}": 2,
        "invoice=OLD-1": 1,
        "customer=acme": 6,
        f"customer={ids['customer']}": 6,
        "customer=nobody": 0,
        f"to={old}": 1,
        f"from={old + timedelta(days=1)}": 5,
    }
    found = {query: browser.get(f"/ledger?{query}").text.count("<tbody id=") for query in entries}
    assert found == entries


def test_a_filter_that_cannot_be_read_is_named_at_its_field(browser: Browser) -> None:
    page = browser.get("/ledger?from=yesterday&kind=theft")
    assert page.status_code == 200
    assert "This is not a day. Type it like 2026-01-31." in page.text
    assert "There is no “theft”." in page.text


def test_the_journal_has_pages_in_both_directions(tenant: Tenant, database: Database) -> None:
    with database.connect() as connection:
        read = partial(journal, connection, tenant.id, JournalSearch())
        first = read(Window(limit=4))
        second = read(Window(after=first.after, limit=4))
        back = read(Window(before=second.before, limit=4))
    assert [len(first.rows), len(second.rows)] == [4, 2]
    assert (first.before, second.after) == (None, None)
    assert not {one.id for one in first.rows} & {one.id for one in second.rows}
    assert back.rows == first.rows
    assert second.rows[-1].kind == EntryKind.FINALIZED
    assert [p.amount_minor for p in second.rows[-1].postings] == [2000, 400]


def test_a_reversal_and_its_entry_name_each_other(tenant: Tenant, database: Database) -> None:
    ids = tenant.ids
    wanted = JournalSearch(invoice=ids["voided"], invoice_id=ids["voided"])
    with database.connect() as connection:
        reversal, entry = journal(connection, tenant.id, wanted, Window()).rows
    assert (reversal.reverses, entry.reversed_by) == (entry.id, reversal.id)


def test_the_trial_balance_is_equal_on_both_sides(tenant: Tenant, browser: Browser) -> None:
    page = text_of(browser.get("/ledger/trial-balance").text)
    for account, amount in (("CASH", "5.00"), ("SALES", "30.00"), ("PAYABLE:VAT", "6.00")):
        assert re.search(rf"{account} [^0-9]*{re.escape(amount)}", page), account
    assert "Total 36.00 36.00" in page
    assert "Debits and credits are equal." in page


def test_the_trial_balance_of_an_earlier_day_leaves_out_what_came_later(
    tenant: Tenant, browser: Browser
) -> None:
    day = TODAY - timedelta(days=59)
    page = text_of(browser.get(f"/ledger/trial-balance?day={day}").text)
    assert "Total 24.00 24.00" in page
    assert "CASH" not in page
    before = browser.get(f"/ledger/trial-balance?day={TODAY - timedelta(days=61)}")
    assert "Nothing is booked until this day" in before.text


def test_a_statement_has_the_balance_after_each_posting(tenant: Tenant, database: Database) -> None:
    wanted = StatementSearch(account="ACCOUNTS_RECEIVABLE", currency="EUR")
    with database.connect() as connection:
        whole = account_statement(connection, tenant.id, wanted, OLDEST_FIRST)
    assert [line.balance_minor for line in whole.page.rows] == RECEIVABLES
    (sums,) = whole.sums
    assert (sums.debit_minor, sums.credit_minor, sums.closing_minor) == (4800, 1700, 3100)


def test_a_statement_carries_its_balance_from_page_to_page(
    tenant: Tenant, database: Database
) -> None:
    wanted = StatementSearch(account="ACCOUNTS_RECEIVABLE", currency="EUR")
    balances: list[int] = []
    pages: list[KeysetPage[StatementLine]] = []
    with database.connect() as connection:
        while not pages or pages[-1].after:
            window = OLDEST_FIRST._replace(after=pages[-1].after if pages else None, limit=2)
            pages.append(account_statement(connection, tenant.id, wanted, window).page)
            balances += [line.balance_minor for line in pages[-1].rows]
        back = OLDEST_FIRST._replace(before=pages[2].before, limit=2)
        again = account_statement(connection, tenant.id, wanted, back)
    assert balances == RECEIVABLES
    assert again.page.rows == pages[1].rows


def test_a_statement_of_a_period_begins_with_the_balance_before_it(
    tenant: Tenant, browser: Browser
) -> None:
    path = f"/ledger/accounts/ACCOUNTS_RECEIVABLE?from={TODAY}"
    text = text_of(browser.get(path).text)
    assert "Opening balance EUR 24.00 Debits EUR 24.00 Credits EUR 17.00" in text
    assert "Closing balance EUR 31.00" in text


def test_credits_raise_a_liability(browser: Browser) -> None:
    text = text_of(browser.get("/ledger/accounts/SALES_TAXES_PAYABLE:VAT").text)
    assert "Closing balance EUR 6.00" in text


@pytest.mark.parametrize("path", ["/ledger/accounts/NO_SUCH", "/ledger/accounts/a%00b"])
def test_an_unknown_account_is_not_found(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_an_added_account_has_its_kind() -> None:
    assert described("4000", {"4000": "income"})[0] == "income"
    assert described("4001", {"4000": "income"})[0] is None


def test_gaps_are_named_with_their_reason(tenant: Tenant, browser: Browser) -> None:
    text = text_of(browser.get("/ledger/gaps").text)
    assert re.search(r"INV-000002 Voided invoice 2\b", text)
    assert "INV-000001" not in text


def test_another_tenant_sees_nothing_of_it(
    tenant: Tenant, database: Database, serving: Serving
) -> None:
    ids = tenant.ids
    stranger = Tenant(Staff(database), serving.url).browser(Role.ADMIN)
    assert "No entry matches" in stranger.get(f"/ledger?invoice={ids['paid']}").text
    assert "No entry matches" in stranger.get(f"/ledger?customer={ids['customer']}").text
    assert "Nothing is booked" in stranger.get("/ledger/trial-balance").text
    assert "No postings" in stranger.get("/ledger/accounts/SALES").text
    assert "No gaps" in stranger.get("/ledger/gaps").text


# ----------------------------------------------------------------------------------- the periods


@pytest.fixture
def own(database: Database, serving: Serving) -> Tenant:
    """An tenant that a test may change."""
    return Tenant(Staff(database), serving.url)


def test_an_admin_closes_and_reopens_a_period(own: Tenant) -> None:
    admin, yesterday = own.browser(), TODAY - timedelta(days=1)
    form = {"through": str(yesterday), "request_id": new_id()}
    sent = [admin.post("/ledger/periods/close", form) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    page = admin.get(sent[0].headers["location"]).text
    assert "Closed through" in page
    assert page.count("<td>Closed through ") == 1  # sent twice, done once
    reopened = admin.post("/ledger/periods/reopen", {"through": ""})
    assert reopened.status_code == 303
    assert "No period is closed." in admin.get("/ledger/periods").text


@pytest.mark.parametrize(
    ("form", "through", "sentence"),
    [
        ("close", "0", "The period to close has not ended yet."),
        ("close", "soon", "This is not a day."),
        ("reopen", "soon", "This is not a day."),
        ("reopen", "-9", "Reopening the books can only move the closing date back."),
    ],
)
def test_a_refusal_is_shown_at_the_form(
    own: Tenant, form: str, through: str, sentence: str
) -> None:
    is_day = through.lstrip("-").isdecimal()
    day = str(TODAY + timedelta(days=int(through))) if is_day else through
    answer = own.browser().post(f"/ledger/periods/{form}", {"through": day})
    assert answer.status_code == 422
    assert f'id="{form}-fault"' in answer.text
    assert sentence in answer.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_an_admin_moves_the_closing_date(own: Tenant, role: Role) -> None:
    browser = own.browser(role)
    assert "<form class" not in browser.get("/ledger/periods").text
    for form in ("close", "reopen"):
        answer = browser.post(f"/ledger/periods/{form}", {"through": "2020-01-01"})
        assert answer.status_code == 403
    assert "No period is closed." in browser.get("/ledger/periods").text


def test_a_form_without_the_token_is_refused(own: Tenant) -> None:
    answer = own.browser().post("/ledger/periods/close", {"through": "2020-01-01", "csrf": "x"})
    assert answer.status_code == 403


# ------------------------------------------------------------------------------------ the proofs


def test_all_proofs_are_run_and_the_run_is_remembered(own: Tenant) -> None:
    own.fill()
    browser = own.browser(Role.VIEWER)
    assert "never run" in browser.get("/ledger/proofs").text
    run = text_of(browser.post("/ledger/proofs/run").text)
    assert f"All {len(PROOFS)} proofs hold." in run
    assert all(sentence in run for sentence in PROOFS.values())
    assert "All hold" in browser.get("/ledger/proofs").text
    assert "Verify ledger" in browser.get("/audit?name=VerifyLedger").text


def test_a_proof_that_fails_names_what_is_wrong(own: Tenant) -> None:
    ids = own.fill()
    with own.database.connect() as connection:
        connection.execute(
            "update invoice i set paid_minor = 495 where i.tenant_id = %s and i.id = %s",
            (own.id, ids["paid"]),
        )
    browser = own.browser(Role.VIEWER)
    run = text_of(browser.post("/ledger/proofs/run").text)
    assert f"{ids['paid']} EUR 5.00 EUR 4.95" in run
    assert f"of {len(PROOFS)} proofs fail" in run
    assert "Fails" in browser.get("/ledger/proofs").text
