"""The repository as the house rules see it: tracked files and parsed modules."""

import ast
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed Python file. Rules take modules, so that a test can make one from a string."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, text: str, path: str = "src/polaris/seed.py") -> "Module":
        return cls(path, text, ast.parse(text))

    def at(self, node: ast.stmt | ast.expr, complaint: str) -> str:
        """Return a complaint with file and line, in a format that editors understand."""
        return f"{self.path}:{node.lineno}: {complaint}"

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


Rule = Callable[[Module], Iterable[str]]


@cache
def tracked() -> tuple[str, ...]:
    """Return every file that is, or will be, part of the repository."""
    # Untracked files count too, so that a rule is checked before the commit.
    # git refuses to work if the owner is not the current user, such as root in a container.
    git = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others"]
    try:
        listed = subprocess.run(
            [*git, "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_walked()))
    return tuple(name for name in sorted(listed.stdout.splitlines()) if (ROOT / name).is_file())


def _walked() -> Iterator[str]:
    """Yield the same without git, as in an unpacked archive, without the leftovers of tools."""
    leftovers = {"__pycache__", "build", "dist", "var"}
    for folder, below, names in os.walk(ROOT):
        below[:] = [d for d in below if d not in leftovers and (d == ".ci" or d[0] != ".")]
        yield from (str((Path(folder) / name).relative_to(ROOT)) for name in names)


def files(*under: str, suffixes: tuple[str, ...] = ("",)) -> list[str]:
    """Return the tracked files in these folders (default: all) with one of these suffixes."""
    return [
        name
        for name in tracked()
        if name.endswith(suffixes) and (not under or name.startswith(under))
    ]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def _parsed(name: str) -> Module:
    return Module.of(read(name), name)


def modules(*under: str) -> list[Module]:
    return [_parsed(name) for name in files(*under, suffixes=(".py",))]


def complaints(rule: Rule, *under: str) -> list[str]:
    """Return the complaints of a rule about all modules in these folders."""
    return [complaint for module in modules(*under) for complaint in rule(module)]


def expect_none(found: Iterable[str]) -> None:
    """Fail if there are complaints, and print one per line."""
    complaining = list(found)
    assert not complaining, "\n" + "\n".join(complaining)
