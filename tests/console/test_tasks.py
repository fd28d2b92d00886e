"""Tasks: what a person must look at, and how it is resolved."""

from console.tenant import Tenant
from polaris.core import commands
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id
from polaris.operators.roles import Role

EVIL = "<script>alert(1)</script>"


def failed_refund(tenant: Tenant, name: str = "Ada Books") -> str:
    """A refund of 400 that failed. Return the id of its task."""
    customer_id = tenant.customer(name=name)
    payment_id = tenant.pay(customer_id, 1000)
    refund_id = new_id()
    tenant.perform(
        commands.RequestRefund(refund_id=refund_id, payment_id=payment_id, amount_minor=400),
        commands.UpdateRefund(refund_id=refund_id, state=RefundState.FAILED),
    )
    query = "select id::text from task where tenant_id = %(t)s and subject_id = %(s)s"
    with tenant.database.connect() as connection:
        ((task_id,),) = connection.execute(query, {"t": tenant.id, "s": refund_id}).fetchall()
    return str(task_id)


def test_an_open_task_says_what_happened_and_links_to_the_customer(tenant: Tenant) -> None:
    assert "Nothing to do" in tenant.words("/tasks")
    failed_refund(tenant, EVIL)
    shown = tenant.get("/tasks").text
    assert "A refund failed at the payment provider" in shown
    assert "EUR\N{NO-BREAK SPACE}4.00" in shown
    assert EVIL not in shown
    assert "/billing/customers/" in shown


def test_an_operator_resolves_a_task_once(tenant: Tenant) -> None:
    """Sent twice, the same form is done once; then the task is among the resolved ones."""
    task_id = failed_refund(tenant)
    fields = {"request_id": new_id(), "resolution": "Paid by transfer on Monday"}
    for _ in range(2):
        tenant.post(f"/tasks/{task_id}/resolve", fields)
    assert "Nothing to do" in tenant.words("/tasks")
    assert "Paid by transfer on Monday" in tenant.words("/tasks?status=resolved")
    assert "Paid by transfer on Monday" in tenant.words("/tasks?status=all")
    again = {"request_id": new_id(), "resolution": "Again"}
    refused = tenant.post(f"/tasks/{task_id}/resolve", again, status=422)
    assert "The task is already resolved." in refused.text


def test_an_empty_resolution_is_refused_at_its_field(tenant: Tenant) -> None:
    task_id = failed_refund(tenant)
    refused = tenant.post(f"/tasks/{task_id}/resolve", {"resolution": " "}, status=422).text
    assert f'aria-describedby="fault-{task_id}"' in refused
    assert "What was found, and what was done" in tenant.words("/tasks", Role.OPERATOR)


def test_a_viewer_and_another_tenant_resolve_nothing(tenant: Tenant, foreign: Tenant) -> None:
    task_id = failed_refund(tenant)
    fields = {"resolution": "Done"}
    tenant.post(f"/tasks/{task_id}/resolve", fields, Role.VIEWER, status=403)
    foreign.post(f"/tasks/{task_id}/resolve", fields, status=404)
    tenant.post("/tasks/x/resolve", fields, status=404)
    assert "Resolving needs the role operator" in tenant.words("/tasks")


def test_tasks_are_paged(tenant: Tenant) -> None:
    """Twenty-six tasks: twenty-five, then one."""
    for _ in range(26):
        failed_refund(tenant)
    first = tenant.get("/tasks").text
    assert first.count('class="task"') == 25
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert tenant.get(following).text.count('class="task"') == 1
    tenant.get("/tasks?after=x")
    tenant.get(f"/tasks?after={new_id()}", status=404)
