"""The exact bodies of refusals, for comparison."""

from typing import Any

TITLES = {
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    422: "Unprocessable Entity",
}


def error(status: int, code: str, /, **details: list[str]) -> dict[str, object]:
    """The whole body of a refusal."""
    body: dict[str, object] = {"status": status, "error": TITLES[status], "code": code}
    return {**body, "error_details": details} if details else body


def invalid(**details: list[str]) -> dict[str, object]:
    """The whole body of a 422."""
    return error(422, "validation_errors", **details)


def timeless(shown: Any) -> Any:
    """Return the answer without ids and times, so that two invoices can be compared."""
    if isinstance(shown, list):
        return [timeless(one) for one in shown]
    if not isinstance(shown, dict):
        return shown
    own = ("lago_id", "lago_invoice_id", "created_at", "updated_at", "from_date", "to_date")
    return {name: timeless(one) for name, one in shown.items() if name not in own}
