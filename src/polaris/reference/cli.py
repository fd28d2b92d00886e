"""The page about the command line, from the command line's own help."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer

from polaris.reference.markdown import page, table

Command = Any  # what typer makes; it has no public type of its own


def cli() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(import_module("polaris.cli").app)
    return page("Command line", "cli.py", f"{said(root)}\n", *walk("polaris", root))


def walk(name: str, command: Command) -> Iterator[str]:
    """A command, or those of a group."""
    below = getattr(command, "commands", None)
    if below is None:
        yield described(name, command)
    for word, one in (below or {}).items():
        if not one.hidden:
            yield from walk(f"{name} {word}", one)


def described(name: str, command: Command) -> str:
    """One command under its own heading."""
    takes = [one for one in command.params if not getattr(one, "hidden", False)]
    rows = [(f"`{spelled(one)}`", default_of(one), one.help or "") for one in takes]
    listed = table(("Takes", "Default", "Meaning"), *rows) if rows else ""
    return f"## {name}\n\n{said(command)}\n\n{listed}"


def said(command: Command) -> str:
    """A command's own help, on one line."""
    return " ".join((command.help or "").split())


def spelled(parameter: Command) -> str:
    """An argument in capitals, an option with all its spellings."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return "` `".join([*parameter.opts, *parameter.secondary_opts])


def default_of(parameter: Command) -> str:
    """A default; one that is worked out when the command runs is told in its help."""
    if parameter.required:
        return "required"
    plain = isinstance(parameter.default, (str, int)) and not parameter.is_flag
    return f"`{parameter.default}`" if plain else ""
