"""The how-to page about webhooks is correct: its receiver verifies what the server sends."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.terminal import ENVIRONMENT, KEY, POLARIS, Serving
from stories.pages import Page, Reader

PAGE = Page.of("how-to/receive-webhooks.md")
ALLOWED = {"POLARIS_WEBHOOKS_ALLOW_PRIVATE": "true"}


@pytest.fixture
def reader(tmp_path: Path, own_database_url: str) -> Reader:
    return Reader(tmp_path, own_database_url)


def types(reader: Reader, script: str, **words: str) -> str:
    """Run a script that must succeed. Return what it prints."""
    done = reader.types(f"set -e\nexport POLARIS_ENCRYPTION_KEY={KEY}\n{script}", **words)
    assert done.code == 0, done.said
    return done.said


def free_port() -> str:
    """A port on which nobody listens now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return str(bound.getsockname()[1])


@contextmanager
def started(*command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program, and stop it at the end."""
    unbuffered = ENVIRONMENT | {"PYTHONUNBUFFERED": "1"}
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=unbuffered)
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def printed(program: subprocess.Popen[str], word: str) -> str:
    """Return the next line of the program that has this word."""
    assert program.stdout
    for line in program.stdout:
        if word in line:
            return line
    raise AssertionError(f"the program ended before it printed {word}")


def test_receiving_webhooks(reader: Reader) -> None:
    made = types(reader, "polaris tenant create Stationer --currency GBP --json")
    serving, adding, listening, testing = PAGE.section("Receive one").blocks()
    assert set(ALLOWED) == {word.partition("=")[0] for word in serving.split() if "=" in word}
    words = {"TENANT": json.loads(made)["tenant_id"], "9000": free_port()}
    with Serving("serve", "--database-url", reader.url, env=ALLOWED):
        added = types(reader, adding, **words)
        [secret] = re.findall(r"whsec_\S+", added)
        [words["ENDPOINT"]] = re.findall(r"Endpoint\s+([0-9a-f-]{36})", added)

        (program,) = PAGE.section("Verify it in your program").blocks("python")
        told = program.replace("SECRET", secret).replace("9000", words["9000"])
        (reader.folder / "receiver.py").write_text(told)
        with started(sys.executable, reader.folder / "receiver.py") as receiver:
            sent = types(reader, testing, **words)
            assert printed(receiver, "invoice.voided")
        [words["DELIVERY"]] = re.findall(r"delivery show ([0-9a-f-]{36})", sent)

        *_, again, failed, replayed = PAGE.section("Send again").blocks()[0].splitlines()
        options = listening.split()[1:]
        filled = [words.get(one, one).replace("SECRET", secret) for one in options]
        with started(POLARIS, *filled) as listener:
            assert printed(listener, "Listening")
            types(reader, again, **words)
            assert printed(listener, "Verified.")
        types(reader, f"{failed}\n{replayed}", **words)

    pausing, rotating = (
        PAGE.section(title).blocks()[0]
        for title in ("What your receiver must expect", "Change the secret")
    )
    types(reader, pausing, **words)
    assert re.search(r"whsec_\S+", types(reader, rotating, **words))
    shown = re.findall(r"`(polaris [^`]+)`", PAGE.section("If nothing arrives").text)[0]
    assert "invoice.voided" in types(reader, shown, **words)
