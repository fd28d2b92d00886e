"""The command line as its users run it: a program of its own, with its output and exit code."""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

POLARIS = Path(sys.executable).with_name("polaris")
ENVIRONMENT = os.environ | {"COLUMNS": "80"}


class Ended(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed: one document, and nothing else."""
        return json.loads(self.out)


class Forking:
    """A program that has imported Polaris, and runs each command in a child of its own."""

    def __init__(self) -> None:
        self.program = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forking.py")],
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.program.communicate)

    def run(self, *arguments: str) -> Ended:
        """Run a command to its end."""
        assert self.program.stdin
        assert self.program.stdout
        with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
            asked = {"arguments": arguments, "out": out.name, "err": err.name}
            print(json.dumps(asked), file=self.program.stdin, flush=True)
            code = int(self.program.stdout.readline())
            return Ended(code, out.read(), err.read())


@cache
def forking() -> Forking:
    """The one of this test process."""
    return Forking()


def polaris(*arguments: str) -> Ended:
    """Run a command to its end, one at a time: in a process of its own, which need not import."""
    ended = forking().run(*arguments)
    assert "Traceback" not in ended.err, ended.err
    return ended


def script(*arguments: str, env: dict[str, str] | None = None) -> Ended:
    """Run a command to its end by the installed script, as its users do."""
    ended = subprocess.run(
        [POLARIS, *arguments],
        env=ENVIRONMENT | (env or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr)


class Serving:
    """A command that serves until it is told to stop."""

    def __init__(self, *arguments: str) -> None:
        self.program = subprocess.Popen(
            [POLARIS, *arguments, "--port", "0"],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self._told_url()
        self._wait_until_open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _told_url(self) -> str:
        """Wait until it says where it listens; the port was the system's choice."""
        assert self.program.stderr
        for line in self.program.stderr:
            if "Uvicorn running on" in line:
                return line.split("Uvicorn running on ")[1].split()[0]
        raise AssertionError("it ended before it served")

    def _wait_until_open(self) -> None:
        """With several workers the url is known before anybody listens there."""
        while self.program.poll() is None:
            with suppress(urllib.error.URLError):
                self.get("/healthz")
                return
            time.sleep(0.1)
        raise AssertionError("it ended before it served")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of an answer."""
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code."""
        self.program.send_signal(sign)
        self.program.communicate()
        return self.program.returncode
