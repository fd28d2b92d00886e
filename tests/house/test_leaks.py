"""The repository names no package registry and no path of a developer's machine."""

import re

import pytest

from house.tree import expect_none, files, read

REGISTRIES = re.compile(
    r"(?:pypi|pythonhosted|npmjs|rubygems|deb\.debian|proxy\.golang)\.(?:org|com)|index\.crates\.io"
)
MACHINE_PATHS = re.compile(r"(?<![\w.~:/-])/(?:home|root|work|Users)/[\w.]")

BINARY = (".png", ".ico", ".woff2", ".gz", ".xz", ".pdf")


def leaks(path: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), start=1)
    return [
        f"{path}:{number}: {found[0]}"
        for number, line in lines
        if (found := REGISTRIES.search(line) or MACHINE_PATHS.search(line))
    ]


def test_no_file_names_a_registry_or_a_machine() -> None:
    """A lock file that names a registry cannot be installed behind a mirror. A path of one machine
    does not exist on others."""
    names = [name for name in files() if not name.endswith(BINARY)]
    expect_none([leak for name in names for leak in leaks(name, read(name))])


@pytest.mark.parametrize(
    "pieces",
    [
        ("https://files.python", "hosted.org/a.whl"),
        ("--index-url https://py", "pi.org/simple"),
        ("registry.npm", "js.org"),
        ("see /wo", "rk/main/a.py"),
        ('open("/ho', 'me/me/a.csv")'),
    ],
)
def test_the_check_catches_what_it_forbids(pieces: tuple[str, str]) -> None:
    # Cut in two, so that this file does not break the rule itself.
    assert leaks("seed", "".join(pieces))


@pytest.mark.parametrize(
    "text", ["src/work/a.py", "a work/life balance", "https://a.example/home/x"]
)
def test_ordinary_words_are_no_leak(text: str) -> None:
    assert not leaks("seed", text)
