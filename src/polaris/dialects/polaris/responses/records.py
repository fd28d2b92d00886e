"""Customers, operators and lines of the audit log as JSON."""

from polaris.core.facts.customer import Customer
from polaris.operators.operator import Operator
from polaris.store.read.audit_log import LoggedRequest


def customer(row: Customer) -> dict[str, object]:
    """Return one customer."""
    return {
        "id": row.id,
        "external_id": row.external_id,
        "name": row.name,
        "email": row.email,
        "currency": row.currency,
        "timezone": row.timezone,
        "legal_name": row.legal_name,
        "tax_number": row.tax_number,
        "address": row.address,
        "created_at": row.created_at,
        "deleted_at": row.deleted_at,
    }


def operator(row: Operator, tenant_id: str) -> dict[str, object]:
    """Return one operator with the role in this tenant; never the password."""
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "role": row.role_in(tenant_id),
        "has_second_factor": row.has_second_factor,
        "created_at": row.created_at,
        "disabled_at": row.disabled_at,
    }


def audited(row: LoggedRequest) -> dict[str, object]:
    """Return one line of the audit log. `sealed_as` is its position in the chain."""
    return {
        "id": row.id,
        "command_id": row.command_id,
        "at": row.at,
        "actor": row.actor,
        "command": row.command,
        "subject_id": row.subject_id,
        "outcome": row.outcome,
        "refusals": row.refusals,
        "request": row.request,
        "sealed_as": row.sealed_as,
        "hash": row.hash,
    }
