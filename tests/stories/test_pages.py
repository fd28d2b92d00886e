"""The tutorial and the how-to pages are correct: the tests run their commands and check the
results."""

import json
import re
import sys
from io import BytesIO
from pathlib import Path

import httpx
import psycopg
import pytest
from pypdf import PdfReader

from cli.terminal import KEY, Serving
from polaris.core.commands import (
    Command,
    DraftInvoice,
    FinalizeInvoice,
    LoseDispute,
    ReceivePayment,
    SaveCustomer,
    VoidInvoice,
)
from polaris.core.commands.values import NewLine
from polaris.engine import Engine, new_id, request
from polaris.settings import Settings
from polaris.store.server.database import open_database
from polaris.store.server.embedded import Embedded
from stories.pages import Page, Reader


@pytest.fixture
def reader(tmp_path: Path, own_database_url: str) -> Reader:
    return Reader(tmp_path, own_database_url)


@pytest.fixture
def tenant(reader: Reader) -> str:
    made = reader.types("polaris tenant create Stationer --currency GBP --json")
    assert made.code == 0, made.said
    return str(json.loads(made.said)["tenant_id"])


def perform(reader: Reader, tenant: str, *asked: Command) -> None:
    """Perform the commands that the page assumes."""
    with open_database(Settings(database_url=reader.url)) as database:
        outcomes = Engine(database, connections=1).perform(tenant, [request(one) for one in asked])
    assert all(outcome.done for outcome in outcomes), outcomes


def drafted(invoice_id: str) -> list[Command]:
    customer_id = new_id()
    return [
        SaveCustomer(customer_id=customer_id, external_id=customer_id, name="Bakery"),
        DraftInvoice(
            invoice_id=invoice_id,
            customer_id=customer_id,
            currency="GBP",
            lines=(NewLine(description="Shelves", amount_minor=120_000),),
        ),
    ]


def paid(invoice_id: str, amount_minor: int) -> list[Command]:
    payment = ReceivePayment(
        payment_id=new_id(),
        currency="GBP",
        amount_minor=amount_minor,
        apply_to={invoice_id: amount_minor},
    )
    return [*drafted(invoice_id), FinalizeInvoice(invoice_id=invoice_id), payment]


def expect_sound_books(reader: Reader, tenant: str) -> None:
    proved = reader.types(f"polaris ledger verify --tenant {tenant}")
    assert (proved.code, "FAILS" in proved.said) == (0, False), proved.said
    chained = reader.types(f"polaris audit verify --tenant {tenant}")
    assert chained.code == 0, chained.said


def test_the_tutorial(reader: Reader, tenant: str) -> None:
    """Run every command of the tutorial, in order."""
    page = Page.of("tutorial.md")
    _setup, _keep, brought, looked, voided, again, finalized, proved = page.blocks()
    (program,) = page.blocks("python")
    known = f"export T={tenant}\n"

    twice = f"{known}{brought}\n{brought.splitlines()[-1]}"
    imported = reader.types(twice)
    assert imported.said.count("159.99") == imported.said.count("57.99") == 2
    assert "INV-000001" in reader.types(known + looked).said
    assert "INV-000001 is voided" in reader.types(known + voided).said
    refused = reader.types(known + again)
    assert (refused.code, "already_voided" in refused.said) == (1, True)
    (reader.folder / "draft.py").write_text(program)
    assert "INV-000004 is finalized" in reader.types(known + finalized).said
    told = reader.types(known + proved)
    assert (told.code, "FAILS" in told.said) == (0, False), told.said


def test_voiding_an_invoice(reader: Reader, tenant: str) -> None:
    """Preview all options of the page together, then void with refund and credit."""
    page, invoice_id = Page.of("how-to/void-an-invoice.md"), new_id()
    perform(reader, tenant, *paid(invoice_id, 120_000))
    words = {"INV-000003": "INV-000001", "TENANT": tenant}

    by_command = page.section("On the command line")
    (before,) = by_command.blocks()
    assert reader.types(before, **words).code == 0
    plain, *options = (row for row in by_command.choices() if row.startswith(("polaris", "--")))
    for wish in ("", " ".join(options)):
        ahead = reader.types(f"{plain} {wish} --preview", **words)
        assert (ahead.code, "would be voided" in ahead.said) == (0, True), (wish, ahead.said)
    done = reader.types(f"{plain} --refund 700 --credit 500", **words)

    assert "INV-000001 is voided" in done.said, done.said
    after = reader.types("polaris invoice show INV-000001 --tenant TENANT", **words)
    assert all(word in after.said for word in ("CN-000001", "500.00", "requested", "reversal"))

    perform(reader, tenant, LoseDispute(invoice_id=invoice_id))
    listing, resolving = page.section("When a person must look").blocks()
    assert "1,200.00 GBP" in reader.types(listing, **words).said
    [task] = json.loads(reader.types(f"{listing.strip()} --json", **words).said)["tasks"]
    resolved = reader.types(resolving, **words, TASK=task["id"])
    assert (resolved.code, "took the chargeback back" in resolved.said) == (0, True), resolved.said
    assert "no such tasks" in reader.types(listing, **words).said
    expect_sound_books(reader, tenant)


def test_finalizing_a_draft(reader: Reader, tenant: str) -> None:
    page, invoice_id = Page.of("how-to/finalize-a-draft.md"), new_id()
    perform(reader, tenant, *drafted(invoice_id))
    words = {"ID": invoice_id, "TENANT": tenant}
    listed = "polaris invoice list --status draft --tenant TENANT"
    assert invoice_id in reader.types(listed, **words).said

    by_command = page.section("On the command line")
    (script,) = by_command.blocks()
    preview, _ = script.splitlines()
    wishes = re.findall(r"`(--[^`]+)`", by_command.text)
    ahead = reader.types(" ".join([preview, *wishes]), **words)
    assert (ahead.code, "would be finalized" in ahead.said) == (0, True), ahead.said
    done = reader.types(script, **words)

    assert "INV-000001 is finalized" in done.said, done.said
    assert invoice_id not in reader.types(listed, **words).said


def test_finalizing_only_what_was_previewed(reader: Reader, tenant: str) -> None:
    page, invoice_id = Page.of("how-to/finalize-a-draft.md"), new_id()
    perform(reader, tenant, *drafted(invoice_id))
    words = {"ID": invoice_id, "TENANT": tenant}
    (script,) = page.section("On the command line").blocks()
    ahead = reader.types(script.splitlines()[0], **words).said
    (expecting,) = page.section("Only what you have seen").blocks()
    refused = reader.types(expecting, **words, FINGERPRINT="0" * 64)
    assert (refused.code, "outcome_changed" in refused.said) == (1, True), refused.said
    (fingerprint,) = re.findall(r"\b[0-9a-f]{64}\b", ahead)
    done = reader.types(expecting, **words, FINGERPRINT=fingerprint)
    assert "INV-000001 is finalized" in done.said, done.said


def test_closing_the_books(reader: Reader, tenant: str) -> None:
    page = Page.of("how-to/close-the-books.md")
    (closing,) = page.section("Do it").blocks()
    assert "closed through 2025-12-31" in reader.types(closing, TENANT=tenant).said
    (reopening,) = page.section("Reopen").blocks()
    assert "closed through 2025-11-30" in reader.types(reopening, TENANT=tenant).said


def test_refunding(reader: Reader, tenant: str) -> None:
    """Connect Stripe as the page says, and pay a refund of a transfer out by hand."""
    page, invoice_id = Page.of("how-to/refund-through-stripe.md"), new_id()
    (reader.folder / "key.txt").write_text("rk_test_page1\n")
    (reader.folder / "both.txt").write_text("rk_test_page1\nwhsec_page1\n")
    key = "export POLARIS_ENCRYPTION_KEY=YSBrZXkgb2YgdGhlIHRlc3RzLCBvZiAzMiBieXRlcyE=\n"
    (connecting,) = page.section("Connect").blocks()
    assert "no secret" in reader.types(key + connecting, TENANT=tenant).said
    (hearing,) = page.section("Let Stripe report to Polaris").blocks()
    connected = reader.types(key + hearing, TENANT=tenant).said
    assert f"/providers/stripe/{tenant}/webhook" in connected, connected

    voided = VoidInvoice(invoice_id=invoice_id, refund_minor=70_000)
    perform(reader, tenant, *paid(invoice_id, 120_000), voided)
    (paying,) = page.section("Pay refunds out by hand").blocks()
    listed = reader.types(f"polaris refund list --json --tenant {tenant}")
    [refund] = json.loads(listed.said)["refunds"]
    done = reader.types(paying, TENANT=tenant, REFUND=refund["id"])
    assert (done.code, done.said.count("700.00 GBP")) == (0, 3), done.said
    assert "bank 2026-117" in done.said
    expect_sound_books(reader, tenant)


def test_adding_an_operator(reader: Reader, tenant: str) -> None:
    """The link of the page sets the password; then every change of the page is made."""
    page = Page.of("how-to/add-an-operator.md")
    (adding,) = page.section("Do it").blocks()
    added = reader.types(adding, TENANT=tenant)
    assert added.code == 0 and added.said.count("jane@example.com") == 3, added.said
    found = re.search(r"/set-password/[\w-]{43}", added.said)
    assert found, added.said
    with Serving("serve", "--database-url", reader.url) as served:
        set_password = {"password": "correct horse battery staple"}
        assert httpx.post(f"{served.url}{found[0]}", data=set_password).status_code == 303
    other = "polaris operator add eve@example.com --role admin --link --tenant TENANT"
    assert reader.types(other, TENANT=tenant).code == 0
    changes = re.findall(r"`(polaris operator [^`]+)`", page.section("Change it").text)
    assert len(changes) == 5
    for change in changes:
        assert reader.types(change, TENANT=tenant).code == 0, change
    (verify,) = page.section("Verify").blocks()
    assert reader.types(verify, TENANT=tenant).code == 0


def test_pointing_a_lago_client_here(reader: Reader) -> None:
    """Run the page's program with Lago's client; only the address and the key are replaced."""
    page = Page.of("how-to/point-your-lago-client-here.md")
    create, serve = page.section("Before").blocks()
    (program,) = page.section("Do it").blocks("python")
    made = reader.types(create)
    found = re.search(r"plr_[0-9a-f]{16}_[0-9a-f]{64}", made.said)
    assert found, made.said
    _, *serving = serve.split()
    with Serving(*serving, "--database-url", reader.url) as served:
        told = program.replace("YOUR_KEY", found[0])
        (reader.folder / "shop.py").write_text(told.replace("http://127.0.0.1:8000", served.url))
        done = reader.types("python shop.py")
        assert done.code == 0, done.said
        issued, voided, note, paper = (line.split() for line in done.said.splitlines())
        read = PdfReader(BytesIO(httpx.get(paper[1]).content)).pages[0].extract_text()
    assert issued[2:] == ["finalized", "12000"]
    assert voided == ["voided", issued[1], "voided", "0"]
    assert note == ["note", f"{issued[1]}-CN001", "5000", "7000"]
    assert {"VOID", issued[1]} < set(read.splitlines())
    tenants = json.loads(reader.types("polaris tenant list --json").said)
    tenant = tenants[0]["tenant_id"] if "tenant_id" in tenants[0] else tenants[0]["id"]
    shown = reader.types(f"polaris invoice show {issued[1]} --tenant {tenant}").said
    assert all(word in shown for word in ("70.00", "50.00", "CN001")), shown
    expect_sound_books(reader, tenant)


def test_pointing_a_highlevel_client_here(reader: Reader) -> None:
    """Run the page's program with HighLevel's client; only what the page tells to replace is."""
    page = Page.of("how-to/point-your-highlevel-client-here.md")
    create, listing, serve = page.section("Before").blocks()
    (program,) = page.section("Do it").blocks("python")
    found = re.search(r"plr_[0-9a-f]{16}_[0-9a-f]{64}", reader.types(create).said)
    assert found
    (tenant,) = re.findall(
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", reader.types(listing).said
    )
    location = tenant.replace("-", "")[:24]
    _, *serving = serve.split()
    with Serving(*serving, "--database-url", reader.url) as served:
        told = program.replace("YOUR_KEY", found[0]).replace("YOUR_LOCATION", location)
        told = told.replace("http://127.0.0.1:8000", served.url.rstrip("/"))
        (reader.folder / "shop.py").write_text(told)
        done = reader.types("python shop.py")
    assert done.code == 0, done.said
    printed = ["draft draft 1799.1", "sent INV-000001 sent 1799.1", "voided INV-000001 void 1799.1"]
    assert [line for line in done.said.splitlines() if "[" not in line] == printed
    assert all(line in page.section("Verify").text for line in printed)
    shown = reader.types(f"polaris invoice show INV-000001 --tenant {tenant}").said
    assert all(word in shown for word in ("1,799.10", "voided", "reversal")), shown
    (receiving,) = page.section("Receive webhooks").blocks()
    added = reader.types(f"set -e\nexport POLARIS_ENCRYPTION_KEY={KEY}\n{receiving}", TENANT=tenant)
    assert (added.code, added.said.count("BEGIN PUBLIC KEY")) == (0, 3), added.said
    expect_sound_books(reader, tenant)


def test_backing_up_and_restoring(
    reader: Reader, tenant: str, server: Embedded, session_dir: Path, blank_url: str
) -> None:
    """Restore the dump of a database into another one, and verify it."""
    page = Page.of("how-to/back-up-and-restore.md")
    perform(reader, tenant, *paid(new_id(), 50_000))
    (found,) = Page(page.text.partition("\n## ")[0]).blocks()
    (dump,) = page.section("While it runs").blocks()
    *_, restore = page.section("Restore").blocks()[0].splitlines()
    (verify,) = page.section("Verify").blocks()

    names = {
        one: psycopg.conninfo.conninfo_to_dict(one)["dbname"] for one in (reader.url, blank_url)
    }
    script = f"{found}\n{dump}\n{restore}".replace(".venv/bin/python", sys.executable)
    script = script.replace("books.dump polaris", f"books.dump {names[reader.url]}")
    script = script.replace("-d polaris", f"-d {names[blank_url]}")
    script = f"set -e\nPOLARIS_DATA_DIR={session_dir / 'server'}\n{script}"
    moved = reader.types(script, DIR=str(session_dir / "server"))
    assert moved.code == 0, moved.said

    proved = Reader(reader.folder, blank_url).types(f"set -e\n{verify}")
    assert (proved.code, tenant in proved.said) == (0, True), proved.said
