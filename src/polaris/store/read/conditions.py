"""Statements that are narrowed by conditions. A condition is a select in a block of its own."""

from collections.abc import Iterable, Mapping


def narrowed(sql: str, blocks: Mapping[str, str], conditions: Iterable[str]) -> str:
    """Return the SQL with the text after the `where` of each condition added to its first one."""
    added = "".join(f"({blocks[name].partition('where ')[2]}) and " for name in conditions)
    return sql.replace("where ", f"where {added}", 1)
