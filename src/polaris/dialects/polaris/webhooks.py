"""The type of each event in a webhook: the event's own name. Nothing is sent yet."""

from polaris.core.facts.event import EventKind

TYPES: dict[EventKind, str] = {kind: str(kind) for kind in EventKind}
