"""Customers as JSON."""

from polaris.core.facts.customer import Customer


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
