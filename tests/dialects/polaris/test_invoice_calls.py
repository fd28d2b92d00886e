"""The calls of the billing console on one invoice, step by step as its runbooks have them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cli.terminal import Serving
from dialects.polaris.admin import Admin, call, draft, get, issued, pay
from faults.world import opened
from polaris.engine import new_id


@pytest.fixture(scope="module")
def admin(database_url: str, serving: Serving) -> Iterator[Admin]:
    with opened(database_url) as database:
        yield Admin(database, serving.url)


# ---------------------------------------------------------------- finalize


def test_a_draft_is_finalized_and_shown_with_its_new_status(admin: Admin) -> None:
    invoice_id = draft(admin)
    before = get(admin, f"/invoice/{invoice_id}")
    assert (before["ui_status"], before["number"]) == ("draft", None)
    after = call(admin, f"/invoice/{invoice_id}/finalize")
    shown = {
        "id": invoice_id,
        "ui_status": "pending",
        "status": "finalized",
        "payment_status": "pending",
        "payment_overdue": False,
        "fees_amount_cents": 1000,
        "taxes_amount_cents": 200,
        "total_amount_cents": 1200,
        "total_due_amount_cents": 1200,
    }
    assert after | shown == after
    assert after["number"].startswith("INV-")
    assert after["customer"]["name"] == "Ada"


def test_a_draft_that_is_finalized_already_is_answered_with_502(admin: Admin) -> None:
    invoice_id = issued(admin)
    answer = call(admin, f"/invoice/{invoice_id}/finalize", 502)
    assert answer["error"] == "Failed to finalize invoice: The invoice is already finalized."
    assert answer["code"] == "already_finalized"
    assert [one["code"] for one in answer["refusals"]] == ["already_finalized"]


def test_a_draft_that_changed_after_its_preview_stays_a_draft(admin: Admin) -> None:
    invoice_id = draft(admin)
    seen = call(admin, f"/invoice/{invoice_id}/finalize/preview")
    assert seen["effects"]["invoices"][0]["total_minor"] == 1200
    admin.done("EditDraft", invoice_id=invoice_id, lines=[{"amount_minor": 900}])
    agreed = {"expect": seen["fingerprint"], "expected": seen["effects"]}
    answer = call(admin, f"/invoice/{invoice_id}/finalize", 409, **agreed)
    assert answer["code"] == "outcome_changed"
    changes = answer["refusals"][0]["details"]["changes"].splitlines()
    assert "invoice draft, total_minor: 1200 → 900" in changes
    assert get(admin, f"/invoice/{invoice_id}")["status"] == "draft"
    now = call(admin, f"/invoice/{invoice_id}/finalize/preview")
    done = call(admin, f"/invoice/{invoice_id}/finalize", expect=now["fingerprint"])
    assert (done["status"], done["total_amount_cents"]) == ("finalized", 900)


def test_a_credit_note_of_an_earlier_void_settles_the_next_invoice(admin: Admin) -> None:
    first = issued(admin, paid_minor=1200)
    call(admin, f"/invoice/{first}/void", generate_credit_note=True)
    customer = get(admin, f"/invoice/{first}")["customer"]["id"]
    second = new_id()
    line = {"description": "Service", "amount_minor": 1500}
    admin.done(
        "DraftInvoice", invoice_id=second, customer_id=customer, currency="EUR", lines=[line]
    )
    assert call(admin, f"/invoice/{second}/finalize")["total_due_amount_cents"] == 300


# ---------------------------------------------------------------- void


def test_an_unpaid_invoice_is_voided_without_any_field(admin: Admin) -> None:
    invoice_id = issued(admin)
    answer = admin.send(f"/invoice/{invoice_id}/void", b"")
    assert (answer.status_code, answer.json()["ui_status"]) == (200, "voided")
    whole = get(admin, f"/invoice/{invoice_id}")
    assert (whole["credit_notes"], whole["refunds"]) == ([], [])
    assert whole["ledger"][-1]["receivable_after_cents"] == 0


def test_a_refund_goes_back_to_the_payment_and_the_rest_stays_held(admin: Admin) -> None:
    invoice_id = issued(admin, paid_minor=1200)
    call(admin, f"/invoice/{invoice_id}/void", refund_amount=500, reason="duplicate")
    whole = get(admin, f"/invoice/{invoice_id}")
    assert [(one["state"], one["amount_cents"]) for one in whole["refunds"]] == [("requested", 500)]
    assert whole["credit_notes"] == []
    assert (whole["held_amount_cents"], whole["void_reason"]) == (700, "duplicate")


def test_the_comment_is_not_printed_on_the_credit_note(admin: Admin) -> None:
    invoice_id = issued(admin, paid_minor=1200)
    body: dict[str, Any] = {"generate_credit_note": True, "comment": "A bad payer"}
    seen = call(admin, f"/invoice/{invoice_id}/void/preview", **body)
    [note] = seen["effects"]["credit_notes"]
    number = get(admin, f"/invoice/{invoice_id}")["number"]
    assert note["description"] == f"Void of invoice {number}"
    assert call(admin, f"/invoice/{invoice_id}/void", **body)["void_comment"] == "A bad payer"


def test_more_than_was_paid_is_not_refunded(admin: Admin) -> None:
    invoice_id = issued(admin, paid_minor=500)
    answer = call(admin, f"/invoice/{invoice_id}/void", 502, refund_amount=501)
    assert answer["error"].startswith("Failed to void invoice: ")
    assert answer["code"] == "refund_exceeds_cash"
    assert answer["refusals"][0]["details"]["limit_minor"] == 500
    assert get(admin, f"/invoice/{invoice_id}")["status"] == "finalized"


def test_what_cannot_be_voided_is_answered_with_502(admin: Admin) -> None:
    voided = issued(admin)
    call(admin, f"/invoice/{voided}/void")
    for invoice_id, code in (
        (voided, "already_voided"),
        (draft(admin), "not_finalized"),
        (new_id(), "not_found"),
        ("INV-000001", "not_found"),
    ):
        answer = call(admin, f"/invoice/{invoice_id}/void", 502)
        assert (answer["code"], answer["error"][:24]) == (code, "Failed to void invoice: ")


def test_void_and_replace_is_one_command(admin: Admin) -> None:
    invoice_id = issued(admin)
    seen = call(admin, f"/invoice/{invoice_id}/replace/preview")
    assert [one["status"] for one in seen["effects"]["invoices"]] == ["voided", "draft"]
    new = call(admin, f"/invoice/{invoice_id}/replace", expect=seen["fingerprint"])
    assert (new["status"], new["replaces_invoice_id"]) == ("draft", invoice_id)
    old = get(admin, f"/invoice/{invoice_id}")
    assert old["status"] == "voided"
    assert old["replaced_by"] == {"id": new["id"], "number": None}
    assert get(admin, f"/invoice/{new['id']}")["replaces"]["number"] == old["number"]
    done = [one["command"] for one in old["timeline"] if one["outcome"] == "done"]
    assert done[0] == "RegenerateInvoice"
    assert "VoidInvoice" not in done


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize("action", ["void", "finalize"])
@pytest.mark.parametrize("missing", ["/invoice//{}", "/invoice/{}", "/invoice/%20/{}"])
def test_a_path_without_an_id_is_answered_with_400(admin: Admin, action: str, missing: str) -> None:
    assert call(admin, missing.format(action), 400) == {"error": "Missing invoice id"}


@pytest.mark.parametrize("path", ["/invoice/{}/void", "/invoice/{}/finalize", "/invoice//void"])
def test_without_a_credential_the_answer_is_401(admin: Admin, path: str) -> None:
    answer = httpx.post(f"{admin.url}{path.format(new_id())}", json={})
    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_a_key_that_only_reads_may_look_but_not_void(admin: Admin) -> None:
    invoice_id = issued(admin)
    headers = {"Authorization": f"Bearer {admin.reader}"}
    url = f"{admin.url}/invoice/{invoice_id}/void"
    assert httpx.post(url, headers=headers).status_code == 403
    assert httpx.post(f"{url}/preview", headers=headers).status_code == 200
    commands = {
        one["command"]: one for one in get(admin, f"/invoice/{invoice_id}/explain")["commands"]
    }
    void = commands["VoidInvoice"]
    assert (void["allowed"], void["permitted"], void["refusals"]) == (False, False, [])


BAD = [
    ('{"refund_amount": "1e3"}', 422, "`refund_amount`"),
    ('{"refund_amount": 12.5}', 422, "`refund_amount`"),
    ('{"refund_amount": null}', 422, "`refund_amount`"),
    ('{"credit_amount": true}', 422, "`credit_amount`"),
    ('{"generate_credit_note": "maybe"}', 422, "`generate_credit_note`"),
    ('{"refund": 5}', 422, "no field `refund`"),
    ('{"expect": 5}', 422, "`expect`"),
    ('{"expected": {"invoices": 5}}', 422, "`expected`"),
    ('{"comment": "a\\u0000"}', 422, "`comment`"),
    ("{", 400, "JSON"),
]


@pytest.mark.parametrize(("body", "status", "named"), BAD, ids=[row[0] for row in BAD])
def test_a_body_that_cannot_be_read_changes_nothing(
    admin: Admin, body: str, status: int, named: str
) -> None:
    invoice_id = issued(admin)
    url = f"{admin.url}/invoice/{invoice_id}/void"
    headers = {
        "Authorization": f"Bearer {admin.writer}",
        "Content-Type": "application/json",
    }
    answer = httpx.post(url, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert named in answer.json()["error"]["message"]
    assert get(admin, f"/invoice/{invoice_id}")["status"] == "finalized"


def test_a_repeated_key_voids_once(admin: Admin) -> None:
    invoice_id = issued(admin, paid_minor=1200)
    body = {"generate_credit_note": True}
    first, again = (admin.post(f"/invoice/{invoice_id}/void", body, key="v1") for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert len(get(admin, f"/invoice/{invoice_id}")["credit_notes"]) == 1


# ---------------------------------------------------------------- reading


def test_an_invoice_is_shown_with_everything_that_belongs_to_it(admin: Admin) -> None:
    invoice_id = issued(admin, paid_minor=700)
    whole = get(admin, f"/invoice/{invoice_id}")
    assert [(one["net_amount_cents"], one["quantity"]) for one in whole["lines"]] == [(1000, "1")]
    assert whole["taxes"] == [
        {"code": "vat", "name": "VAT", "rate": "20", "base_minor": 1000, "amount_minor": 200}
    ]
    assert [one["method"] for one in whole["payments"]] == ["card"]
    assert [one["receivable_after_cents"] for one in whole["ledger"]] == [1200, 500]
    done = [one["command"] for one in whole["timeline"]]
    assert done == ["ReceivePayment", "FinalizeInvoice", "DraftInvoice"]
    allowed = {one["command"] for one in whole["commands"] if one["allowed"]}
    assert {"VoidInvoice", "IssueCreditNote"} <= allowed
    assert "FinalizeInvoice" not in allowed
    assert (whole["refundable_amount_cents"], whole["creditable_amount_cents"]) == (700, 1200)


def test_what_does_not_exist_is_not_found(admin: Admin) -> None:
    for path in (
        f"/invoice/{new_id()}",
        "/invoice/x",
        f"/invoice/{new_id()}/explain",
        f"/customer/{new_id()}",
        "/customer/x",
        "/audit?subject_id=x",
    ):
        assert get(admin, path, 404)["error"]["code"] == "not_found"


def test_customers_credit_notes_and_the_audit_log_are_listed(admin: Admin) -> None:
    invoice_id = issued(admin, paid_minor=1200)
    call(admin, f"/invoice/{invoice_id}/void", generate_credit_note=True, comment="Sent twice")
    customer = get(admin, f"/invoice/{invoice_id}")["customer"]
    assert get(admin, "/customers?per_page=1")["customers"][0]["id"] == customer["id"]
    found = get(admin, f"/customers?search={customer['external_id']}")
    assert (found["total"], found["customers"][0]["name"]) == (1, "Ada")
    of_customer = get(admin, f"/credit-notes?customer={customer['external_id']}")["credit_notes"]
    assert of_customer == get(admin, f"/customer/{customer['id']}")["credit_notes"]
    assert [one["balance_amount_cents"] for one in of_customer] == [1200]
    assert get(admin, "/credit-notes?customer=nobody") == {"credit_notes": [], "next": None}
    newest = get(admin, f"/audit?subject_id={invoice_id}&per_page=1")["requests"]
    assert [(one["command"], one["outcome"]) for one in newest] == [("VoidInvoice", "done")]
    assert '"comment":"Sent twice"' in newest[0]["request"]


@pytest.mark.parametrize(("paid", "payment_status"), [(0, "pending"), (1200, "succeeded")])
def test_a_voided_invoice_has_the_same_statuses_in_the_list(
    admin: Admin, paid: int, payment_status: str
) -> None:
    """Its payment status is the one at the void, as in the details."""
    invoice_id = issued(admin, paid_minor=paid)
    call(admin, f"/invoice/{invoice_id}/void")
    whole = get(admin, f"/invoice/{invoice_id}")
    (listed,) = get(admin, f"/invoices?text={invoice_id}")["invoices"]
    for row in (whole, listed):
        assert (row["ui_status"], row["payment_status"]) == ("voided", payment_status)


@pytest.mark.parametrize(
    ("path", "rows"),
    [("/customers", "customers"), ("/audit", "requests"), ("/credit-notes", "credit_notes")],
)
def test_a_list_continues_from_the_page_before(admin: Admin, path: str, rows: str) -> None:
    for _ in range(2):
        call(admin, f"/invoice/{issued(admin, 1200)}/void", generate_credit_note=True)
    both = get(admin, f"{path}?per_page=2")
    first = get(admin, f"{path}?per_page=1")
    second = get(admin, f"{path}?per_page=1&after={first['next']}")
    pages = [*first[rows], *second[rows]]  # lines of the audit log are sealed meanwhile
    assert [row["id"] for row in pages] == [row["id"] for row in both[rows]]
    assert get(admin, f"{path}?after=x", 422)["error"]["code"] == "unprocessable_entity"
    assert get(admin, f"{path}?per_page=0", 422)["error"]["code"] == "unprocessable_entity"


def test_settings_are_changed_by_name(admin: Admin) -> None:
    before = get(admin, "/settings")["settings"]
    assert before["payment_term_days"] == 0
    headers = {"Authorization": f"Bearer {admin.writer}"}
    saved = httpx.put(f"{admin.url}/settings", json={"payment_term_days": 14}, headers=headers)
    assert saved.json()["settings"] == {**before, "payment_term_days": 14}
    wrong = httpx.put(f"{admin.url}/settings", json={"payment_term": 14}, headers=headers)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "unknown_setting")
    httpx.put(f"{admin.url}/settings", json={"payment_term_days": 0}, headers=headers)


def test_a_command_of_the_general_call_can_expect_an_outcome(admin: Admin) -> None:
    invoice_id = issued(admin)
    void = {"command": "VoidInvoice", "invoice_id": invoice_id}
    seen = admin.post("/commands/preview", void).json()
    pay(admin, invoice_id, 400)
    agreed = {"expect": seen["fingerprint"], "expected": seen["effects"]}
    refused = admin.post("/commands", {**void, **agreed})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "outcome_changed")
    seen = admin.post("/commands/preview", void).json()
    done = admin.post("/commands", {**void, "expect": seen["fingerprint"]})
    assert done.status_code == 200
