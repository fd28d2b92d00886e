"""The page about the command line, from the command line's own help."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, get_args

import typer

from polaris.cli import app
from polaris.cli.options import WHERE
from polaris.reference.markdown import code, page, table

Node = Any  # a command or parameter as typer makes it, which has no public type

EVERYWHERE = """\
A command exits with 0 when it was done, 1 when it was refused or failed, 2 when it was used
wrongly. With `--json`, one JSON document and nothing else is on standard output. Every command also
takes:
"""


def cli() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    every = list(walk("polaris", root))
    anywhere = [one for one in every[0][1].params if common(one)]
    parts = [f"{said(root)}\n", EVERYWHERE, parameters(anywhere)]
    return page("Command line", "cli/__init__.py", *parts, *(described(*one) for one in every))


def walk(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    """A command by its whole name, or those of a group."""
    below = getattr(node, "commands", None)
    if below is None:
        yield name, node
    for word, one in (below or {}).items():
        if not one.hidden:
            yield from walk(f"{name} {word}", one)


def common(parameter: Node) -> bool:
    """Whether every command takes it."""
    return getattr(parameter, "rich_help_panel", None) == WHERE


def described(name: str, command: Node) -> str:
    """One command under its own heading."""
    own = [one for one in command.params if not common(one)]
    return f"## {name}\n\n{said(command)}\n\n{parameters(own)}"


def parameters(takes: Iterable[Node]) -> str:
    """Arguments and options, with what is taken when they are not given."""
    rows = [(f"`{spelled(one)}`", default_of(one), meaning(one)) for one in takes]
    return table(("Takes", "Default", "Meaning"), *rows)


def said(command: Node) -> str:
    """A command's own help, on one line."""
    return " ".join((command.help or "").split())


def spelled(parameter: Node) -> str:
    """An argument in capitals, an option with what follows it."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return " ".join(filter(None, ["/".join(parameter.opts), parameter.metavar]))


def meaning(parameter: Node) -> str:
    """A parameter's own help, and what there is to choose from."""
    annotation = parameter.type_descriptor.annotation
    chosen = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
    values = [member.value for one in chosen if issubclass(one, Enum) for member in one]
    return " ".join([parameter.help or "", *([f"One of {code(values)}."] if values else [])])


def default_of(parameter: Node) -> str:
    """A default; one that is worked out when the command runs is told in its help."""
    if parameter.required:
        return "required"
    plain = isinstance(parameter.default, (str, int)) and not parameter.is_flag
    return f"`{parameter.default}`" if plain else ""
