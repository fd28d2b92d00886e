"""No vendor's name outside of what is the vendor's: shared ground belongs to nobody."""

import re
from collections.abc import Iterator

from house.tree import expect_none, files, read

NAMES = re.compile(r"lago|chargebee|highlevel|layer(?=_|\b.{0,12}dialect)|dialects\.layer", re.I)

OWN_GROUND = (
    "src/polaris/dialects/",
    "src/polaris/upstream/",
    "src/polaris/imports/",
    "src/polaris/reference/",  # writes a page for each dialect
    "src/polaris/store/migrations/",  # names that columns once had
)

MOUNTING = re.compile(r"^(from polaris\.dialects\.|DIALECTS\b)")
MOUNTS = ("src/polaris/app.py", "src/polaris/cli/tenant_settings.py")
"""Where the dialects are listed, and the lines that list them."""

ALLOWED = {
    "src/polaris/cli/tenants.py": "numbering called after the vendor that numbers so",
}
"""Where a name still stands, and why."""


def naming(path: str, text: str) -> Iterator[str]:
    """Lines that name a vendor; where the dialects are listed those that list one may."""
    for number, said in enumerate(text.splitlines(), start=1):
        mounts = path in MOUNTS and MOUNTING.match(said)
        if NAMES.search(said) and not mounts:
            yield f"{path}:{number}: names a vendor"


def shared() -> list[str]:
    found = files("src/polaris/", suffixes=(".py", ".sql", ".html", ".js", ".css"))
    return [path for path in found if not path.startswith(OWN_GROUND)]


def test_shared_ground_names_no_vendor() -> None:
    """What is called after one vendor is written once more for the next; and its rules apply to
    tenants who never heard of it."""
    checked = [path for path in shared() if path not in ALLOWED]
    assert len(checked) > 100
    expect_none(said for path in checked for said in naming(path, read(path)))


def test_every_exception_is_still_needed() -> None:
    """An exception that outlives its reason is a hole."""
    assert [path for path in ALLOWED if not any(naming(path, read(path)))] == []


def test_the_check_catches_what_it_forbids() -> None:
    seeded = (
        "from polaris.dialects.lago import app\nlago_setting = 1\nplayer = 'a layer of paint'\n"
    )
    assert list(naming("src/polaris/app.py", seeded)) == ["src/polaris/app.py:2: names a vendor"]
    named = ["class ChargebeeNote: ...", "HIGHLEVEL = 1", "import polaris.dialects.layer", "x.LAGO"]
    named += ["layer_key = 1", "# for the Layer dialect"]
    assert [one for one in named if not any(naming("src/polaris/a.py", one))] == []
