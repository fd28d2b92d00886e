"""Metadata: the caller's own key-value pairs, stored with a row.

There are two forms. *Pairs by key* have their own routes, which `add_routes` adds for any kind of
row. *Entries* are a list in which each pair has an id; `merge_entries` and `find_faults` are for
routes that receive such a list in a larger body.
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
"""The type of a body's field that holds pairs by key."""

# ---------------------------------------------------------------- pairs by key


class MetadataBody(BaseModel):
    """A body that holds metadata."""

    metadata: Metadata


class WithMetadata(Protocol):
    """A row that can have metadata."""

    @property
    def metadata(self) -> Mapping[str, str | None] | None:
        """The pairs by key; None if the row never had any, or they are deleted."""


@dataclass(frozen=True, kw_only=True)
class KeptWith(Generic[C]):
    """How to find, change and answer the metadata of one kind of row."""

    path: str  # of the row, like `/wallets/{wallet_id}`
    parameter: str  # the path parameter with the row's id
    name: str  # of the row in the routes' descriptions, like `a wallet`
    caller: Callable[[Request], Awaitable[C]]  # the dependency that checks the write scope
    find: Callable[[C, str], Awaitable[WithMetadata]]  # raises Failure if there is no such row
    save: Callable[[str, MetadataChange], Command]  # from the row's id and the change
    answer: Callable[[Mapping[str, object] | None], Response]
    missing: Callable[[], Failure]  # the answer if the row has no metadata to delete

    async def change(self, call: C, row_id: str, change: MetadataChange) -> Response:
        """Change the metadata of an existing row, and answer with its metadata afterwards."""
        await call.perform(self.save(row_id, change))
        return self.answer((await self.find(call, row_id)).metadata)


def add_routes(router: APIRouter, kept: KeptWith[C]) -> None:
    """Add the routes that replace, merge and delete the metadata of a row."""
    path, name = f"{kept.path}/metadata", kept.name
    caller, row = Depends(kept.caller), Path(alias=kept.parameter)

    @router.post(path, description=f"Replace all metadata of {name}.")
    async def replace_metadata(
        body: MetadataBody, row_id: str = row, call: Any = caller
    ) -> Response:
        await kept.find(call, row_id)
        return await kept.change(call, row_id, MetadataChange(replace=True, pairs=body.metadata))

    @router.patch(path, description=f"Add or change metadata of {name}.")
    async def merge_metadata(body: MetadataBody, row_id: str = row, call: Any = caller) -> Response:
        await kept.find(call, row_id)
        return await kept.change(call, row_id, MetadataChange(pairs=body.metadata))

    @router.delete(path, description=f"Delete all metadata of {name}.")
    async def delete_metadata(row_id: str = row, call: Any = caller) -> Response:
        if (await kept.find(call, row_id)).metadata is None:
            raise kept.missing()
        return await kept.change(call, row_id, MetadataChange(replace=True, pairs=None))

    @router.delete(f"{path}/{{key:path}}", description=f"Delete one metadata key of {name}.")
    async def delete_metadata_key(
        row_id: str = row, key: str = Path(), call: Any = caller
    ) -> Response:
        await kept.find(call, row_id)
        return await kept.change(call, row_id, MetadataChange(remove=key))


# ---------------------------------------------------------------- entries of a list


class Entry(Protocol):
    """An entry as the caller sends it. With the id of a stored entry, it changes that entry."""

    @property
    def id(self) -> str | None:
        """The id of the stored entry to change, or None for a new entry."""


class Limits(NamedTuple):
    """How many entries a row may have, and the longest key and value, in characters."""

    most: int
    longest_key: int
    longest_value: int


class Fault(NamedTuple):
    """An error in an entry or in the list. `position` counts from 0."""

    position: int | None  # None: the list as a whole
    field: str  # key, value, metadata
    kind: str  # missing, long, repeated, many


def merge_entries(
    stored: Sequence[Mapping[str, Any]],
    given: Sequence[E],
    entry: Callable[[Mapping[str, Any] | None, E], dict[str, Any]],
    id_field: str,
) -> list[dict[str, Any]]:
    """Return the new list. `entry` makes each entry from the stored one, or None, and the given.

    Stored entries that are not given are dropped. `id_field` names the id in a stored entry.
    """
    by_id = {old[id_field]: old for old in stored}
    return [entry(by_id.get(new.id or ""), new) for new in given]


def find_faults(pairs: Sequence[tuple[object, object]], limits: Limits) -> Iterator[Fault]:
    """Yield all errors in these keys and values. The caller decides which it answers first."""
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
