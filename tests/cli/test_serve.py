"""The server and other commands share a data directory, and the server stops on a signal."""

import json
import signal
import time
from pathlib import Path

import psycopg
import pytest

from cli.terminal import Serving, script
from faults.programs import servers
from faults.world import customers, opened, scalar, tenant
from polaris.engine import Engine


def created(data_dir: Path) -> str:
    """Create a tenant. Return its id."""
    made = script("tenant", "create", "Serving", "--json", "--data-dir", str(data_dir))
    return str(made.json["tenant_id"])


def test_commands_work_while_a_server_runs(data_dir: Path) -> None:
    """The last process that uses the database stops it."""
    with Serving("serve", "--data-dir", str(data_dir)) as serving:
        assert serving.get("/healthz") == (200, '{"alive":true}')
        assert serving.get("/readyz")[0] == 200
        tenant_id = created(data_dir)
        listed = script("tenant", "list", "--json", "--data-dir", str(data_dir))
        assert [one["id"] for one in listed.json] == [tenant_id]
        assert servers(data_dir)
        assert serving.get("/healthz")[0] == 200
        assert serving.stop() == 0
    assert not servers(data_dir)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_every_worker_stops_with_the_server(data_dir: Path, sign: signal.Signals) -> None:
    with Serving("serve", "--workers", "2", "--data-dir", str(data_dir)) as serving:
        assert serving.get("/readyz")[0] == 200
        assert serving.stop(sign) == 0
    assert not servers(data_dir)


def test_a_server_has_a_home_page_and_metrics(own_database_url: str) -> None:
    with Serving("serve", "--database-url", own_database_url) as serving:
        status, home = serving.get("/")
        assert status == 200
        assert "Polaris" in home
        status, metrics = serving.get("/metrics")
        assert status == 200
        for name in ("polaris_commands", "polaris_set_requests", "polaris_set_seconds"):
            assert f"# HELP {name}" in metrics


def test_a_server_is_not_ready_without_its_database(own_database_url: str) -> None:
    """A load balancer must not send requests to a server whose database is missing or outdated."""
    with Serving("serve", "--database-url", own_database_url) as serving:
        with psycopg.connect(own_database_url) as connection:
            connection.execute("delete from alembic_version")
        status, body = serving.get("/readyz")
        assert status == 503
        assert "polaris migrate" in json.loads(body)["missing"]
        assert serving.get("/healthz")[0] == 200


def test_the_audit_is_sealed_while_it_serves(own_database_url: str) -> None:
    """The server also seals audit lines that other processes write."""
    with Serving("serve", "--database-url", own_database_url), opened(own_database_url) as database:
        tenant_id = tenant(database)
        customers(Engine(database, connections=1), tenant_id, 3)
        missing = "select count(*) from audit a where not exists (select from seal s where"
        missing += " s.tenant_id = a.tenant_id and s.audit_id = a.id)"
        while scalar(database, missing):
            time.sleep(0.1)
        assert scalar(database, "select count(*) from seal") == 3
