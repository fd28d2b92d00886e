"""The demo works on an empty machine, and its books are consistent."""

import re
from pathlib import Path

from cli.terminal import Serving, script
from faults.programs import servers


def test_the_demo_tells_the_whole_story_and_leaves(data_dir: Path) -> None:
    told = script("demo", "--once", "--data-dir", str(data_dir))
    assert told.code == 0
    assert not servers(data_dir)
    for shown in (
        "INV-000001",
        "reversal: finalized",
        "CN-000001",
        "REFUND_LIABILITIES",
        "refund_exceeds_cash",
        "refund.requested",
        "Total",
        "polaris invoice show INV-000003",
        "http://127.0.0.1:8000/set-password/",
        "admin@example.com",
    ):
        assert shown in told.out
    assert max(map(len, told.out.splitlines())) <= 80


def test_its_next_steps_work(data_dir: Path) -> None:
    """A second demo has its own tenant, and all commands that it prints at the end work."""
    place = ("--data-dir", str(data_dir))
    script("demo", "--once", *place)
    told = script("demo", "--once", *place).out
    assert "Sign in as admin@example.com at http://127.0.0.1:8000." in told
    assert "/set-password/" not in told
    tenant_id = re.findall(r"T=([0-9a-f-]{36})", told)[0]
    typed = [line.split("$T")[0] for line in told.splitlines() if "--tenant $T" in line]
    assert len(typed) == 5
    for line in typed:
        assert script(*line.split()[1:], tenant_id, *place).code == 0, line
    assert script("ledger", "verify", "--json", *place).json["ok"]
    assert script("audit", "verify", "--json", *place).json["ok"]


def test_without_once_it_serves_afterwards(data_dir: Path) -> None:
    with Serving("demo", "--data-dir", str(data_dir)) as serving:
        assert serving.get("/readyz")[0] == 200
        assert serving.stop() == 0
    assert not servers(data_dir)
