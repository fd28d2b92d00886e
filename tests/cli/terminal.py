"""Run the command line as users do: in its own process, with its output and exit code."""

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
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""The key that encrypts secrets, for databases on a server."""

ENVIRONMENT = os.environ | {"COLUMNS": "80", "POLARIS_ENCRYPTION_KEY": KEY}


class Ended(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document that the command printed."""
        return json.loads(self.out)


class Forking:
    """A program that has imported Polaris, and runs each command in a child process."""

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
            job = {"arguments": arguments, "out": out.name, "err": err.name}
            print(json.dumps(job), file=self.program.stdin, flush=True)
            code = int(self.program.stdout.readline())
            return Ended(code, out.read(), err.read())


@cache
def forking() -> Forking:
    """Return the forking program of this test process."""
    return Forking()


def polaris(*arguments: str) -> Ended:
    """Run a command to its end, in a forked process that has already imported Polaris."""
    ended = forking().run(*arguments)
    assert "Traceback" not in ended.err, ended.err
    return ended


def script(*arguments: str, env: dict[str, str] | None = None) -> Ended:
    """Run a command to its end with the installed script, as users do."""
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
    """A command that serves until it is stopped, on a port that is free unless it is given."""

    def __init__(self, *arguments: str, port: int = 0, env: dict[str, str] | None = None) -> None:
        self.program = subprocess.Popen(
            [POLARIS, *arguments, "--port", str(port)],
            env=ENVIRONMENT | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self._printed_url()
        self._wait_until_open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _printed_url(self) -> str:
        """Return the printed URL. The operating system chooses the port."""
        assert self.program.stderr
        for line in self.program.stderr:
            if "Uvicorn running on" in line:
                return line.split("Uvicorn running on ")[1].split()[0]
        raise AssertionError("the server ended before it answered")

    def _wait_until_open(self) -> None:
        """Wait for an answer: with several workers the URL is printed before they listen."""
        while self.program.poll() is None:
            with suppress(urllib.error.URLError):
                self.get("/healthz")
                return
            time.sleep(0.1)
        raise AssertionError("the server ended before it answered")

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and body of an answer."""
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and return the exit code."""
        self.program.send_signal(sign)
        self.program.communicate()
        return self.program.returncode
