"""Write the reference pages, or list those that are out of date."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from polaris.reference.books import accounts, events, proofs
from polaris.reference.dialects import admin, lago
from polaris.reference.highlevel import highlevel
from polaris.reference.jobs import jobs
from polaris.reference.lifecycle import commands, lifecycle, refusals, rules
from polaris.reference.settings import settings

PLACE = Path(__file__).parents[3] / "docs" / "reference"


def cli() -> str:
    """Return the page about the command line. It is imported late, because loading it is slow."""
    from polaris.reference.cli import cli

    return cli()


PAGES: dict[str, Callable[[], str]] = {
    "lifecycle.md": lifecycle,
    "rules.md": rules,
    "refusals.md": refusals,
    "commands.md": commands,
    "events.md": events,
    "accounts.md": accounts,
    "proofs.md": proofs,
    "settings.md": settings,
    "jobs.md": jobs,
    "cli.md": cli,
    "dialects/lago.md": lago,
    "dialects/highlevel.md": highlevel,
    "dialects/polaris.md": admin,
}


def out_of_step(place: Path = PLACE) -> Iterator[str]:
    """Yield a sentence for each page in a folder that is missing, out of date or unknown."""
    there = {name: (place / name).read_text(encoding="utf-8") for name in sorted(pages_in(place))}
    for name, write in PAGES.items():
        if name not in there:
            yield f"{name} is missing."
        elif there[name] != write():
            yield f"{name} is out of date."
    yield from (f"{name} is not a generated page." for name in there if name not in PAGES)


def pages_in(place: Path) -> set[str]:
    """Return the paths of all pages below a folder."""
    return {path.relative_to(place).as_posix() for path in place.rglob("*.md")}


def write_all(place: Path = PLACE) -> None:
    """Write every page, and delete pages that are not generated any more."""
    for stale in pages_in(place) - PAGES.keys():
        (place / stale).unlink()
    for name, write in PAGES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(write(), encoding="utf-8")


def main() -> int:
    """Return 0 if the pages are up to date or were written, else 1."""
    parser = argparse.ArgumentParser(prog="python -m polaris.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only list outdated pages")
    if not parser.parse_args().check:
        write_all()
        return 0
    wrong = list(out_of_step())
    for complaint in wrong:
        print(f"docs/reference/{complaint}", file=sys.stderr)
    if wrong:
        print("Run `make docs` to write the pages again.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
