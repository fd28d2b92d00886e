"""The form of a webhook endpoint: what is typed, the types to choose from, and what is wrong."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from starlette.datastructures import FormData

from polaris.delivery.dialect import WebhookDialect
from polaris.delivery.shape import Declined
from polaris.store.read.webhooks import EndpointState

ALL, SOME = "all", "some"


class TypeChoice(NamedTuple):
    """A type of webhooks, and what it reports."""

    name: str
    meaning: str


class EndpointForm(NamedTuple):
    """What is typed into the form."""

    url: str = ""
    name: str = ""
    signature: str = ""
    which: str = ALL  # or some: the types below
    types: tuple[str, ...] = ()

    @classmethod
    def of(cls, endpoint: EndpointState) -> "EndpointForm":
        """Return the form of an existing endpoint."""
        types = tuple(endpoint.event_types or ())
        name = endpoint.name or ""
        return cls(endpoint.url, name, endpoint.signature, SOME if types else ALL, types)

    @classmethod
    def sent(cls, form: FormData) -> "EndpointForm":
        """Return what was sent."""
        url, name, signature = (
            str(form.get(field, "")).strip() for field in ("url", "name", "signature")
        )
        which = SOME if form.get("which") == SOME else ALL
        types = tuple(str(one) for one in form.getlist("types"))
        return cls(url, name, signature, which, types)

    @property
    def chosen_types(self) -> tuple[str, ...]:
        """The types to save; none for all types."""
        return self.types if self.which == SOME else ()

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong before the engine sees it, by the name of the field."""
        if self.which == SOME and not self.types:
            return {"event_types": "Choose at least one type."}
        return {}


def type_groups(dialect: WebhookDialect, chosen: Iterable[str] = ()) -> dict[str, list[TypeChoice]]:
    """Return the types that Polaris sends in a dialect, by what they are about.

    They are in the order of the events. The chosen ones are listed also if they are never sent.
    """
    meanings: dict[str, str] = {}
    for kind, types in dialect.types.items():
        for name in () if isinstance(types, Declined) else types:
            meanings.setdefault(name, kind.sentence)
    groups: dict[str, list[TypeChoice]] = defaultdict(list)
    for name in (*meanings, *(one for one in chosen if one not in meanings)):
        about = name.partition(".")[0].replace("_", " ") if "." in name else "events"
        groups[about].append(TypeChoice(name, meanings.get(name, "")))
    return dict(groups)
