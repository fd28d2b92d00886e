"""A page's commands, typed as its reader would type them."""

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
    """What a page tells its reader to type, in order."""

    text: str

    @classmethod
    def of(cls, name: str) -> "Page":
        return cls((ROOT / "docs" / name).read_text(encoding="utf-8"))

    def blocks(self, language: str = "sh") -> list[str]:
        return [block for kind, block in BLOCK.findall(self.text) if kind == language]

    def section(self, title: str) -> "Page":
        """What stands under a heading."""
        _, _, rest = self.text.partition(f"\n## {title}\n")
        assert rest, title
        return Page(rest.partition("\n## ")[0])

    def choices(self) -> list[str]:
        """What the rows of its tables say to type."""
        return ROW.findall(self.text)


class Typed(NamedTuple):
    """What came of it: everything printed, and the exit code of the last command."""

    said: str
    code: int


class Reader(NamedTuple):
    """Somebody with a terminal in a folder, and with Polaris on the path."""

    folder: Path
    url: str

    def types(self, script: str, **words: str) -> Typed:
        """Type a script with other words in place of a page's own."""
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
