"""`polaris ledger correct` mends every kind of entry that is dated before its cause."""

import pytest

from cli.terminal import polaris
from core.asks import steps, told
from polaris.core.facts.tenant import Settings
from polaris.engine import Engine
from polaris.reports.ledger import misdated, verify
from polaris.store.server.database import EngineConnection
from reports.stored_world import StoredWorld

MISDATED: dict[str, tuple[str, str, int]] = {
    "money that came later": ("paid", "payment_received", 20),
    "a payment applied before its invoice": ("paid", "payment_applied", -20),
    "a payment removed before it was applied": ("paid; remove", "~payment_applied", -20),
    "a payment reversed before it came": ("paid; report state=failed", "payment_reversed", -20),
    "a late invoice": ("paid", "finalized", 20),
    "a late invoice with a note and a refund": ("paid_out; report_refund", "finalized", 20),
    "a void before the invoice": ("billed; void", "~finalized", -20),
    "a void before the payment": ("paid; void", "~payment_applied", -20),
    "a refund of a void before the money": ("paid; void refund=300", "void_settled", -20),
    "credit of a void before the money": ("paid; void credit=300", "void_settled", -20),
    "a write-off before its invoice": ("billed; write_off", "written_off", -20),
    "a write-off undone before it was done": (
        "billed; write_off; unwrite",
        "~written_off",
        -20,
    ),
    "a note before its invoice": ("billed; credit", "note_issued", -20),
    "credit given before it was taken": ("billed; credit", "note_settled", -20),
    "a note voided before it was issued": ("billed; credit; void_note", "note_voided", -20),
    "a note applied before it was issued": (
        "standalone; billed; apply_note of=alone",
        "note_applied",
        -20,
    ),
    "a note that came later": ("standalone; billed; apply_note of=alone", "note_issued", 20),
    "a note removed before it was applied": (
        "standalone; billed; apply_note of=alone; remove_note of=alone",
        "~note_applied",
        -20,
    ),
    "a refund before its note": ("paid_out", "refund_requested", -20),
    "a refund paid out before it was asked for": ("paid_out; report_refund", "refund_settled", -20),
    "a refund that came back before it was paid out": (
        "paid_out; report_refund; report_refund state=failed",
        "~refund_settled",
        -20,
    ),
    "a refund converted before it was asked for": ("paid_out; convert", "refund_converted", -20),
    "a refund of unused money before it came": ("spare; refund", "refund_requested", -20),
    "credits that landed before their money": ("landed", "top_up_landed", -20),
    "credits that landed later": ("spent_top", "top_up_landed", 20),
    "credits spent before they were there": ("spent_top", "credits_consumed", -20),
    "credits restored before they were spent": ("spent_top; restore", "~credits_consumed", -20),
    "granted credits spent before the invoice": ("spent", "credits_consumed", -20),
    "credits that lapsed before they were there": ("landed; void_wallet", "credits_lapsed", -20),
    "credits revoked before they were there": ("revoked", "note_issued", -20),
}
"""What is done, the kind of the entries that are moved (`~`: reversals), and by how many days."""

MOVE = """
update entry set accounting_date = accounting_date + %s
 where tenant_id = %s and kind = %s and (reverses is not null) = %s
"""


@pytest.mark.parametrize(("story", "kind", "by"), MISDATED.values(), ids=MISDATED)
def test_a_misdated_entry_is_corrected(
    engine: Engine,
    connection: EngineConnection,
    database_url: str,
    story: str,
    kind: str,
    by: int,
) -> None:
    world = StoredWorld(engine, connection, Settings(), "UTC")
    connection.autocommit = True
    for command in ("customer customer_id=c1", *story.split("; ")):
        for step in steps(command):
            world.perform(told(step))
    moved = connection.execute(MOVE, [by, world.tenant_id, kind.strip("~"), kind[0] == "~"])
    assert moved.rowcount > 0
    assert not verify(connection, world.tenant_id).ok
    assert misdated(connection, world.tenant_id)
    place = ("--tenant", world.tenant_id, "--database-url", database_url)
    assert polaris("ledger", "correct", *place).code == 0
    assert [p for p in verify(connection, world.tenant_id).proofs if not p.ok] == []
    assert misdated(connection, world.tenant_id) == []
