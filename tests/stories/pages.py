"""Run the commands of a page, as its reader would."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|.*?\| (?:add )?`([^`]+)`", re.MULTILINE)


class Page(NamedTuple):
    """A page, with the commands that its reader types."""

    text: str

    @classmethod
    def of(cls, name: str) -> "Page":
        return cls((ROOT / "docs" / name).read_text(encoding="utf-8"))

    def blocks(self, language: str = "sh") -> list[str]:
        return [block for kind, block in BLOCK.findall(self.text) if kind == language]

    def section(self, title: str) -> "Page":
        """Return the section under a heading."""
        _, _, rest = self.text.partition(f"\n## {title}\n")
        assert rest, title
        return Page(rest.partition("\n## ")[0])

    def choices(self) -> list[str]:
        """Return the commands and options in the rows of its tables."""
        return ROW.findall(self.text)


class Typed(NamedTuple):
    """The output of a script, and the exit code of its last command."""

    said: str
    code: int


class Reader(NamedTuple):
    """A user with a shell in a folder, and with Polaris on the PATH."""

    folder: Path
    url: str

    def types(self, script: str, **words: str) -> Typed:
        """Run a script, with some words of the page replaced."""
        for word, meant in words.items():
            script = re.sub(rf"\b{word}\b", meant, script)
        around = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "POLARIS_DATABASE_URL": self.url,
            "COLUMNS": "200",
            "LANG": "C.UTF-8",
        }
        done = subprocess.run(
            ["bash", "-uc", script],
            cwd=self.folder,
            env=around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Typed(done.stdout, done.returncode)
