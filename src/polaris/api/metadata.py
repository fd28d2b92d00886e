"""Metadata: pairs of the caller's own, kept with a row.

There are two forms. *Pairs by key* have routes of their own, which `add_routes` adds for any kind
of row. *Entries* are a list in which each pair has an id; `replaced` and `faults` serve the routes
that take such a list in a larger body.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from polaris.api.answers import Failure
from polaris.api.caller import Caller
from polaris.api.text import Text
from polaris.core.commands import Command
from polaris.core.commands.values import MetadataChange

C = TypeVar("C", bound=Caller)
E = TypeVar("E", bound="Entry")

Metadata = dict[Text, Text | None]
"""Pairs by key, as a field of a body."""

# ---------------------------------------------------------------- pairs by key


class MetadataBody(BaseModel):
    """Metadata, under their root."""

    metadata: Metadata


class WithMetadata(Protocol):
    """A row that metadata are kept with."""

    @property
    def metadata(self) -> Mapping[str, str | None] | None:
        """The pairs by key; None when none were ever kept, or they are deleted."""


@dataclass(frozen=True, kw_only=True)
class KeptWith(Generic[C]):
    """How the metadata of one kind of row are reached, changed and answered."""

    path: str  # of the row, as `/wallets/{wallet_id}`
    parameter: str  # in this path
    name: str  # of the row in the routes' descriptions, as `a wallet`
    caller: Callable[[Request], Awaitable[C]]  # who may write; a dependency
    find: Callable[[C, str], Awaitable[WithMetadata]]  # raises Failure when there is no such row
    save: Callable[[str, MetadataChange], Command]  # the row's id, what changes
    answer: Callable[[Mapping[str, object] | None], Response]
    missing: Callable[[], Failure]  # there are none

    async def change(self, call: C, row_id: str, change: MetadataChange) -> Response:
        """Change the metadata of a row that was found; answers what it has afterwards."""
        await call.perform(self.save(row_id, change))
        return self.answer((await self.find(call, row_id)).metadata)


def add_routes(router: APIRouter, kept: KeptWith[C]) -> None:
    """Add the routes that replace, merge and delete the metadata of a row."""
    path, name = f"{kept.path}/metadata", kept.name
    caller, row = Depends(kept.caller), Path(alias=kept.parameter)

    @router.post(path, description=f"Keep these metadata with {name} instead of those it has.")
    async def replace_metadata(
        body: MetadataBody, row_id: str = row, call: Any = caller
    ) -> Response:
        await kept.find(call, row_id)
        return await kept.change(call, row_id, MetadataChange(replace=True, pairs=body.metadata))

    @router.patch(path, description=f"Add metadata to those that {name} has.")
    async def merge_metadata(body: MetadataBody, row_id: str = row, call: Any = caller) -> Response:
        await kept.find(call, row_id)
        return await kept.change(call, row_id, MetadataChange(pairs=body.metadata))

    @router.delete(path, description=f"Delete all metadata of {name}.")
    async def delete_metadata(row_id: str = row, call: Any = caller) -> Response:
        if (await kept.find(call, row_id)).metadata is None:
            raise kept.missing()
        return await kept.change(call, row_id, MetadataChange(replace=True, pairs=None))

    @router.delete(f"{path}/{{key:path}}", description=f"Delete one of {name}'s metadata.")
    async def delete_metadata_key(
        row_id: str = row, key: str = Path(), call: Any = caller
    ) -> Response:
        await kept.find(call, row_id)
        return await kept.change(call, row_id, MetadataChange(remove=key))


# ---------------------------------------------------------------- entries of a list


class Entry(Protocol):
    """A pair as it is given; with the id of a stored one it changes that one."""

    @property
    def id(self) -> str | None:
        """The id of the stored entry that is meant, or None for a new one."""


class Limits(NamedTuple):
    """How many entries a row may have, and how long their texts may be, in characters."""

    most: int
    longest_key: int
    longest_value: int


class Fault(NamedTuple):
    """What is wrong with an entry, or with the list; `position` counts from 0."""

    position: int | None  # None: the list as a whole
    field: str  # key, value, metadata
    kind: str  # missing, long, repeated, many


def replaced(
    stored: Sequence[Mapping[str, Any]],
    given: Sequence[E],
    entry: Callable[[Mapping[str, Any] | None, E], dict[str, Any]],
    id_field: str,
) -> list[dict[str, Any]]:
    """The list as it shall be: `entry` makes each of what is stored under its id and what is given.

    What is stored and not given goes. The id of an entry is found under `id_field`.
    """
    known = {one[id_field]: one for one in stored}
    return [entry(known.get(one.id or ""), one) for one in given]


def faults(pairs: Sequence[tuple[object, object]], limits: Limits) -> Iterator[Fault]:
    """Everything that is wrong with these keys and values; which is answered first is not said."""
    if len(pairs) > limits.most:
        yield Fault(None, "metadata", "many")
    for position, (key, value) in enumerate(pairs):
        texts = (("key", key, limits.longest_key), ("value", value, limits.longest_value))
        for field, text, longest in texts:
            if not text:
                yield Fault(position, field, "missing")
            elif len(str(text)) > longest:
                yield Fault(position, field, "long")
    if len({key for key, _ in pairs}) < len(pairs):
        yield Fault(None, "key", "repeated")
