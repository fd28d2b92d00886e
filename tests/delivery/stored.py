"""Events as they come back from the database, and stories in which time passes at each step."""

from collections.abc import Iterator
from copy import deepcopy

import msgspec

from core.asks import new_world, steps, told
from core.world import World
from polaris.core.facts.event import Event
from polaris.core.facts.row import Row

Rows = dict[type[Row], dict[str, Row]]


def stored(event: Event) -> Event:
    """The event after it was written and read again: its images hold plain JSON."""
    return msgspec.json.decode(msgspec.json.encode(event), type=Event)


def step(world: World, *commands: str) -> list[Event]:
    """The stored events of commands, each done a minute after the one before."""
    known = len(world.events)
    for command in (one for several in commands for one in steps(several)):
        world.wait(minutes=1)
        world.perform(told(command), administrator=True)
    return [stored(event) for event in world.events[known:]]


def chapters(world: World, story: str) -> Iterator[tuple[Event, Rows]]:
    """The last event of each step of a story, with every row as the step left it."""
    for command in story.split("; "):
        for single in steps(command):
            events = step(world, single)
            if events:
                yield events[-1], deepcopy(world.rows())


def lived(story: str) -> World:
    """The world at the end of a story."""
    world = new_world()
    step(world, *story.split("; "))
    return world
