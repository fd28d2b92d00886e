"""Events as read from the database, and histories with a minute between the steps."""

from collections.abc import Iterator
from copy import deepcopy

import msgspec

from core.asks import new_world, steps, told
from core.world import World
from polaris.core.facts.event import Event
from polaris.core.facts.row import Row

Rows = dict[type[Row], dict[str, Row]]


def stored(event: Event) -> Event:
    """Return the event as written and read again: its images are plain JSON."""
    return msgspec.json.decode(msgspec.json.encode(event), type=Event)


def step(world: World, *commands: str) -> list[Event]:
    """Return the stored events of commands, each performed one minute after the previous."""
    known = len(world.events)
    for command in (one for several in commands for one in steps(several)):
        world.wait(minutes=1)
        world.perform(told(command), administrator=True)
    return [stored(event) for event in world.events[known:]]


def chapters(world: World, story: str) -> Iterator[tuple[Event, Rows]]:
    """Return the last event of each step, with all rows as they were after the step."""
    for command in story.split("; "):
        for single in steps(command):
            events = step(world, single)
            if events:
                yield events[-1], deepcopy(world.rows())


def lived(story: str) -> World:
    """Return all facts at the end of a history."""
    world = new_world()
    step(world, *story.split("; "))
    return world
