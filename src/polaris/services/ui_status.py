"""The status that the console shows."""


def ui_status(status: str, payment_status: str | None, payment_overdue: bool) -> str:
    if status != "finalized":
        return status
    if payment_overdue:
        return "overdue"
    return {"succeeded": "paid", "pending": "pending", "failed": "failed"}[
        payment_status or "pending"
    ]
