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
    """One Python file, parsed. Rules take modules, so that a test can seed one from a string."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, text: str, path: str = "src/polaris/seed.py") -> "Module":
        return cls(path, text, ast.parse(text))

    def at(self, node: ast.stmt | ast.expr, complaint: str) -> str:
        """A complaint with its place, in the form that editors jump to."""
        return f"{self.path}:{node.lineno}: {complaint}"

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


Rule = Callable[[Module], Iterable[str]]


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is, or is about to be, part of the repository."""
    # Untracked files count too: a rule should speak before the commit, not after it.
    # The owner may differ from the user that tests (a container's root): git would refuse.
    git = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others"]
    try:
        asked = subprocess.run(
            [*git, "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_walked()))
    return tuple(name for name in sorted(asked.stdout.splitlines()) if (ROOT / name).is_file())


def _walked() -> Iterator[str]:
    """The same without git, as in an unpacked archive: all but what tools leave behind."""
    leftovers = {"__pycache__", "build", "dist", "var"}
    for folder, below, names in os.walk(ROOT):
        below[:] = [d for d in below if d not in leftovers and (d == ".ci" or d[0] != ".")]
        yield from (str((Path(folder) / name).relative_to(ROOT)) for name in names)


def files(*under: str, suffixes: tuple[str, ...] = ("",)) -> list[str]:
    """Tracked files in these folders (all of them if none is named), by the end of their names."""
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
    """What a rule says about every module in these folders."""
    return [complaint for module in modules(*under) for complaint in rule(module)]


def expect_none(found: Iterable[str]) -> None:
    """Fail with one complaint a line: whoever broke a rule reads nothing else."""
    said = list(found)
    assert not said, "\n" + "\n".join(said)
