"""The audit log: filters, pages, exports, and the check of its chain."""

import csv
import io
import json
from datetime import timedelta
from functools import partial

import pytest

from cli.terminal import Serving
from console.tenant import TODAY, Tenant, text_of
from operators.staff import Browser, Staff
from polaris.audit.sealer import seal_pending
from polaris.core.commands import SaveCustomer, VoidInvoice
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.store.read.audit_log import AuditSearch, audit_page
from polaris.store.read.keyset import Window
from polaris.store.server.database import Database

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def tenant(database: Database, serving: Serving) -> Tenant:
    """An tenant with three lines: two are done, one is refused."""
    tenant = Tenant(Staff(database), serving.url)
    for actor in ("key:plr_1", FORMULA):
        tenant.perform(SaveCustomer(customer_id=new_id(), external_id=actor), actor=actor)
    tenant.refused(VoidInvoice(invoice_id=new_id()), "operator:eve@example.com")
    return tenant


@pytest.fixture
def browser(tenant: Tenant) -> Browser:
    return tenant.browser(Role.VIEWER)


def commands(browser: Browser, query: str) -> list[str]:
    """The commands of the lines that a filter finds, without those about operators."""
    lines = browser.get(f"/audit.jsonl?{query}").text.splitlines()
    found = [json.loads(line)["command"] for line in lines]
    return [name for name in found if name in ("SaveCustomer", "VoidInvoice")]


def test_lines_are_filtered(tenant: Tenant, browser: Browser) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert commands(browser, "") == ["VoidInvoice", "SaveCustomer", "SaveCustomer"]
    assert commands(browser, "outcome=refused") == ["VoidInvoice"]
    assert commands(browser, "actor=EVE%40") == ["VoidInvoice"]
    assert commands(browser, "name=SaveCustomer") == ["SaveCustomer", "SaveCustomer"]
    assert commands(browser, f"from={tomorrow}") == []
    assert len(commands(browser, f"from={TODAY}&to={TODAY}")) == 3


def test_a_line_is_found_by_its_command_and_by_its_subject(
    tenant: Tenant, browser: Browser
) -> None:
    refused = json.loads(browser.get("/audit.jsonl?outcome=refused").text)
    for query in (f"command={refused['command_id']}", f"subject={refused['subject_id']}"):
        assert commands(browser, query) == ["VoidInvoice"]
    assert "This is not the id of a command." in browser.get("/audit?command=12").text
    stranger = Tenant(Staff(tenant.database), tenant.url).browser()
    assert "No line matches" in stranger.get(f"/audit?command={refused['command_id']}").text


def test_a_line_is_found_by_the_number_of_its_invoice(tenant: Tenant, browser: Browser) -> None:
    tenant.fill()
    found = text_of(browser.get("/audit?subject=INV-000002").text)
    assert "Void invoice INV-000002" in found
    assert "INV-000001" not in found


def test_a_refused_line_says_why_and_what_to_do(browser: Browser) -> None:
    text = text_of(browser.get("/audit?outcome=refused").text)
    assert "What `invoice_id` names does not exist in this tenant, or was deleted." in text
    assert "Check the id" in text


def test_the_log_has_pages_in_both_directions(tenant: Tenant) -> None:
    wanted = AuditSearch(commands=("SaveCustomer", "VoidInvoice"))
    with tenant.database.connect() as connection:
        read = partial(audit_page, connection, tenant.id, wanted)
        first = read(Window(limit=2))
        second = read(Window(after=first.after, limit=2))
        again = read(Window(before=second.before, limit=2))
    assert [line.command for line in first.rows] == ["VoidInvoice", "SaveCustomer"]
    assert [line.actor for line in second.rows] == ["key:plr_1"]
    assert (first.before, second.after) == (None, None)
    # The server seals lines meanwhile, so only the ids are compared.
    assert [line.id for line in again.rows] == [line.id for line in first.rows]


def test_an_export_has_no_formula(browser: Browser) -> None:
    answer = browser.get("/audit.csv?name=SaveCustomer")
    assert answer.headers["content-disposition"].endswith(".csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["actor"] for row in rows] == [f"'{FORMULA}", "key:plr_1"]
    assert json.loads(rows[0]["request"])["external_id"] == FORMULA


def test_the_chain_is_verified(tenant: Tenant, browser: Browser) -> None:
    with tenant.database.connect() as connection:
        seal_pending(connection, tenant.id)
    answer = browser.post("/audit/verify")
    assert answer.headers["content-type"].startswith("text/html")
    assert "The chain is intact" in answer.text
    assert "The chain was intact" in browser.get("/audit").text


def test_the_first_line_that_was_changed_is_named(tenant: Tenant, browser: Browser) -> None:
    with tenant.database.connect() as connection:
        seal_pending(connection, tenant.id)
        connection.execute(
            "update audit a set actor = 'nobody' where a.tenant_id = %s and a.actor = %s",
            (tenant.id, FORMULA),
        )
        query = """
            select s.position from seal s
              join audit a on a.tenant_id = s.tenant_id and a.id = s.audit_id
             where s.tenant_id = %s and a.actor = 'nobody'"""
        ((position,),) = connection.execute(query, (tenant.id,)).fetchall()
    sentence = f"Line {position} of the audit log was changed after it was sealed."
    assert sentence in browser.post("/audit/verify").text
    assert sentence in browser.get("/audit").text
