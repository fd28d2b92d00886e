"""The page about the command line, generated from its help texts."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, get_args

import typer

from polaris.cli import app
from polaris.cli.options import WHERE
from polaris.reference.markdown import code, page, table

Node = Any  # a command or parameter of typer, for which typer has no public type

EVERYWHERE = """\
A command exits with 0 on success, with 1 if it was refused or failed, and with 2 on wrong usage.
With `--json`, standard output contains one JSON document and nothing else. Every command also has
these options:
"""


def cli() -> str:
    """Return the page about all commands with their arguments and options."""
    root = typer.main.get_command(app)
    every = list(walk("polaris", root))
    anywhere = [one for one in every[0][1].params if common(one)]
    parts = [f"{help_of(root)}\n", EVERYWHERE, parameters(anywhere)]
    return page("Command line", "cli/__init__.py", *parts, *(described(*one) for one in every))


def walk(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield a command with its full name, or all commands of a group.

    A group that does something by itself is also a command.
    """
    below = getattr(node, "commands", None)
    if below is None or (node.invoke_without_command and node.params and name.count(" ")):
        yield name, node
    for word, one in (below or {}).items():
        if not one.hidden:
            yield from walk(f"{name} {word}", one)


def common(parameter: Node) -> bool:
    """True if every command has this option."""
    return getattr(parameter, "rich_help_panel", None) == WHERE


def described(name: str, command: Node) -> str:
    """Return the section about one command."""
    own = [one for one in command.params if not common(one)]
    return f"## {name}\n\n{help_of(command)}\n\n{parameters(own)}"


def parameters(takes: Iterable[Node]) -> str:
    """Return a table of arguments and options with their defaults and meanings."""
    rows = [(f"`{spelled(one)}`", default_of(one), meaning(one)) for one in takes]
    return table(("Argument or option", "Default", "Meaning"), *rows)


def help_of(command: Node) -> str:
    """Return a command's help text on one line."""
    return " ".join((command.help or "").split())


def spelled(parameter: Node) -> str:
    """Return an argument in capitals, or an option with the name of its value."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return " ".join(filter(None, ["/".join(parameter.opts), parameter.metavar]))


def meaning(parameter: Node) -> str:
    """Return a parameter's help text, with the allowed values if it is a choice."""
    annotation = parameter.type_descriptor.annotation
    chosen = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
    values = [member.value for one in chosen if issubclass(one, Enum) for member in one]
    return " ".join([parameter.help or "", *([f"One of {code(values)}."] if values else [])])


def default_of(parameter: Node) -> str:
    """Return a fixed default. The help text tells a default that depends on the environment."""
    if parameter.required:
        return "required"
    plain = isinstance(parameter.default, (str, int)) and not parameter.is_flag
    return f"`{parameter.default}`" if plain else ""
