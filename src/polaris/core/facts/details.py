"""Values of a row that belong to one dialect. The core stores them and never reads them."""

from collections.abc import Mapping

Details = dict[str, dict[str, object]]
"""One object for each dialect, keyed by the dialect's name."""

Metadata = dict[str, str | None]
"""Key-value pairs that belong to the caller."""


def merged(before: Details, changes: Mapping[str, Mapping[str, object]]) -> Details:
    """Return the details with each dialect's changes merged into its own object, key by key."""
    return before | {name: {**before.get(name, {}), **own} for name, own in changes.items() if own}
