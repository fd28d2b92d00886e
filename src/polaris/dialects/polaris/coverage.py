"""The routes of this dialect, for its reference page."""

ROUTES: dict[str, str] = {
    "POST /commands": "Perform the command in the body.",
    "POST /commands/preview": "Return what the command would change. Nothing is written.",
}
