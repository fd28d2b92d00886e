"""Shared code does not name a vendor."""

import re
from collections.abc import Iterator

from house.tree import expect_none, files, read

NAMES = re.compile(
    r"lago|chargebee|highlevel|stripe|layer(?=_|\b.{0,12}dialect)|dialects\.layer", re.I
)

OWN_GROUND = (
    "src/polaris/dialects/",
    "src/polaris/upstream/",
    "src/polaris/imports/",
    "src/polaris/reference/",  # writes a page for each dialect
    "src/polaris/store/migrations/",  # names that columns once had
    "src/polaris/payments/stripe/",
)

MOUNTING = re.compile(r"^(from polaris\.(dialects|payments)\.|DIALECTS\b|PROVIDERS\b)")
MOUNTS = (
    "src/polaris/app.py",
    "src/polaris/dialect_settings.py",
    "src/polaris/payments/providers.py",
    "src/polaris/webhook_dialects.py",
)
"""The files that list the dialects or the payment providers, and the lines in them that may name
a vendor."""

ALLOWED = {
    "src/polaris/cli/tenants.py": "a numbering that is named after its vendor",
}
"""Files that may name a vendor, and why."""


def naming(path: str, text: str) -> Iterator[str]:
    """Yield the lines that name a vendor, except those that list the dialects."""
    for number, line in enumerate(text.splitlines(), start=1):
        mounts = path in MOUNTS and MOUNTING.match(line)
        if NAMES.search(line) and not mounts:
            yield f"{path}:{number}: names a vendor"


def shared() -> list[str]:
    found = files("src/polaris/", suffixes=(".py", ".sql", ".html", ".js", ".css"))
    return [path for path in found if not path.startswith(OWN_GROUND)]


def test_shared_ground_names_no_vendor() -> None:
    """Code that is named after one vendor is written again for the next one, and its rules would
    apply to tenants that do not use the vendor."""
    checked = [path for path in shared() if path not in ALLOWED]
    assert len(checked) > 100
    expect_none(wrong for path in checked for wrong in naming(path, read(path)))


def test_every_exception_is_still_needed() -> None:
    """An exception that is not needed any more would allow a new violation."""
    assert [path for path in ALLOWED if not any(naming(path, read(path)))] == []


def test_the_check_catches_what_it_forbids() -> None:
    seeded = (
        "from polaris.dialects.lago import app\nlago_setting = 1\nplayer = 'a layer of paint'\n"
    )
    assert list(naming("src/polaris/app.py", seeded)) == ["src/polaris/app.py:2: names a vendor"]
    named = ["class ChargebeeNote: ...", "HIGHLEVEL = 1", "import polaris.dialects.layer", "x.LAGO"]
    named += ["layer_key = 1", "# for the Layer dialect"]
    assert [one for one in named if not any(naming("src/polaris/a.py", one))] == []
