"""Actions on a webhook endpoint that no command of the engine does, such as a new key.

Each writes a line in the audit log with its result, in the same database transaction. So a request
that is repeated with the same id is done once, and gets the first result again.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from polaris.core.facts.audit import AuditLine
from polaris.delivery.endpoints import EndpointRefused
from polaris.engine import now
from polaris.store.engine.write import write
from polaris.store.read.audit_log import logged_action
from polaris.store.server.database import EngineConnection
from polaris.store.webhooks import run

Result = Mapping[str, Any]


class Action(NamedTuple):
    """What is to be done with an endpoint, and by whom."""

    request_id: str
    actor: str
    name: str  # in the audit log
    endpoint_id: str
    asked: Mapping[str, Any] = {}  # its options, for the audit log

    def line(self, result: Result) -> AuditLine:
        """Return the line of the audit log. No secret may be in the result."""
        request = {"command": self.name, "webhook_endpoint_id": self.endpoint_id, **self.asked}
        return AuditLine(
            id=self.request_id,
            command_id=self.request_id,
            at=now(),
            actor=self.actor,
            command=self.name,
            subject_id=self.endpoint_id,
            outcome="done",
            request=msgspec.Raw(msgspec.json.encode({**request, "result": result})),
        )


def perform_once(
    connection: EngineConnection, tenant_id: str, action: Action, perform: Callable[[], Result]
) -> Result:
    """Perform the action with its line of the audit log, or return what it did the first time.

    Raises EndpointRefused if the id belongs to another request, and what `perform` raises.
    """
    with connection.transaction():
        run(connection, "lock_endpoint", t=tenant_id, endpoint=action.endpoint_id)
        first = first_result(connection, tenant_id, action)
        if first is not None:
            return first
        result = perform()
        write(connection, tenant_id, [action.line(result)])
    return result


def first_result(connection: EngineConnection, tenant_id: str, action: Action) -> Result | None:
    """Return what the action did when it was done before, or None.

    Raises EndpointRefused if the id belongs to another request.
    """
    line = logged_action(connection, tenant_id, action.request_id)
    if line is None:
        return None
    if (line.command, line.subject_id) != (action.name, action.endpoint_id):
        raise EndpointRefused("request_id", "Another request has this id already.")
    found: Result = msgspec.json.decode(line.request)["result"]
    return found
