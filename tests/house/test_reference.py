"""The reference pages match the code."""

import os
import re
import subprocess
import sys
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import iter_modules

import msgspec
import pytest

from house.tree import ROOT, expect_none
from polaris.core import rules
from polaris.core.commands import Command
from polaris.core.facts import tenant
from polaris.core.facts.event import EventKind
from polaris.core.ledger.chart import CHART
from polaris.core.ledger.posting import EntryKind
from polaris.core.lifecycle import LIFECYCLE, TRANSITIONS
from polaris.core.refusals import EVERY
from polaris.core.rules.requirement import Requirement
from polaris.dialects.highlevel.rules import HIGHLEVEL
from polaris.dialects.lago.coverage import CALLS
from polaris.dialects.lago.rules import LAGO
from polaris.reference.__main__ import PAGES, PLACE, out_of_step, write_all
from polaris.reference.books import recipes
from polaris.reference.lifecycle import given_by, ruled
from polaris.reference.markdown import beside
from polaris.reports.ledger import PROOFS
from polaris.settings import Settings

DIALECTS = (LAGO, HIGHLEVEL)
"""The dialects that ask for rules of the core that no command has."""
RULES = {
    f"{module.name}.{name}": one
    for module in iter_modules(rules.__path__)
    for name, one in vars(import_module(f"polaris.core.rules.{module.name}")).items()
    if isinstance(one, Requirement)
}


def page(name: str) -> str:
    return (PLACE / name).read_text(encoding="utf-8")


def kinds(of: type[Command] = Command) -> list[type[Command]]:
    every = [one for below in of.__subclasses__() for one in (below, *kinds(below))]
    return [one for one in every if one.__module__.startswith("polaris.")]  # tests have their own


def test_the_pages_are_in_step_with_the_code() -> None:
    """A wrong page is worse than none. `make docs` writes the pages."""
    expect_none(out_of_step())


def test_the_check_catches_what_it_forbids(tmp_path: Path) -> None:
    write_all(tmp_path)
    assert not list(out_of_step(tmp_path))
    (tmp_path / "events.md").unlink()
    (tmp_path / "rules.md").write_text("# Rules\n")
    (tmp_path / "gone.md").write_text("# Gone\n")
    assert sorted(out_of_step(tmp_path)) == [
        "events.md is missing.",
        "gone.md is not a generated page.",
        "rules.md is out of date.",
    ]
    write_all(tmp_path)
    assert not list(out_of_step(tmp_path))


def test_the_pages_depend_on_nothing_but_the_code(tmp_path: Path) -> None:
    """Every user gets the same pages, on every machine and with every order of sets."""
    around = {"HOME": str(tmp_path), "PYTHONHASHSEED": "1", "COLUMNS": "40", "LANG": "C"}
    around |= {"POLARIS_PORT": "1", "POLARIS_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    check = [sys.executable, "-m", "polaris.reference", "--check"]
    done = subprocess.run(check, env=around, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


PROMISED = [
    *product(["commands.md", "lifecycle.md"], [kind.__name__ for kind in kinds()]),
    *product(["rules.md"], [rule.name for rule, _, _ in ruled()]),
    *product(["refusals.md"], [kind.code for kind in EVERY]),
    *product(["events.md"], list(EventKind)),
    *product(["accounts.md"], [*CHART, *EntryKind, *(one.__name__ for one in recipes())]),
    *product(["proofs.md"], PROOFS),
    *product(["settings.md"], [f"POLARIS_{name.upper()}" for name in Settings.model_fields]),
    *product(["settings.md"], tenant.Settings.__struct_fields__),
    *product(["dialects/lago.md"], CALLS),
]


@pytest.mark.parametrize("name", sorted({name for name, _ in PROMISED}))
def test_every_name_is_on_its_page(name: str) -> None:
    """The reference must be complete."""
    words = set(re.findall(r"[\w.:]+", page(name)))
    assert not [word for there, word in PROMISED if there == name and word not in words]


def test_every_rule_is_asked_for() -> None:
    """A rule that no command has protects nothing."""
    asked_for = [rule for rule, _, _ in ruled()]
    asked_for += [rule for one in DIALECTS for rules in one.adds.values() for rule in rules]
    assert not [name for name, rule in RULES.items() if not any(rule is one for one in asked_for)]


def test_every_refusal_is_given_by_something() -> None:
    assert not [kind.code for kind in EVERY if not given_by(kind)]


def test_every_command_is_in_the_table_once() -> None:
    assert TRANSITIONS.keys() == set(kinds())
    assert len(LIFECYCLE) == len(TRANSITIONS)


def test_every_sentence_is_one() -> None:
    """A missing meaning is easy to overlook in the code, but is an empty cell on the page."""
    said = [kind.sentence for kind in EventKind]
    said += [field.description or "" for field in Settings.model_fields.values()]
    said += [rule.sentence for rule in RULES.values()]
    said += [text for kind in EVERY for text in ((kind.__doc__ or "").strip(), kind.instead)]
    assert not [text for text in said if not re.fullmatch(r"[A-Z].+\.", text, re.DOTALL)]
    settings = [field.name for field in msgspec.structs.fields(tenant.Settings)]
    assert beside(tenant.Settings).keys() == set(settings)


LINK = re.compile(r"\]\(([\w.]*)#([\w-]+)\)")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_within_the_reference_meet_a_heading(name: str) -> None:
    text = page(name)
    for target, anchor in LINK.findall(text):
        headings = re.findall(r"^#+ (.+)$", page(target) if target else text, re.MULTILINE)
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings]


def test_the_reference_lies_in_the_repository() -> None:
    assert PLACE == ROOT / "docs" / "reference"
