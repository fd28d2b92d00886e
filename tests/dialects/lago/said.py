"""What an error's body must be, to the letter."""

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
