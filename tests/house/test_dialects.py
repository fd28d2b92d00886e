"""Every dialect has the same seven parts, and words for every refusal and event."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from house.tree import ROOT, expect_none
from polaris.api.idempotency import Idempotent
from polaris.core.facts.event import EventKind
from polaris.core.refusals import EVERY

FOLDER = ROOT / "src" / "polaris" / "dialects"
PARTS = {"app", "requests", "responses", "errors", "rules", "webhooks", "coverage"}
SHARED = ROOT / "src" / "polaris" / "delivery"
VENDORS = ("lago", "chargebee", "layerfi", "highlevel", "ghl")
TESTS = ROOT / "tests" / "dialects"
STORY = "test_story.py"

Importer = Callable[[str], Any]


def dialects(folder: Path = FOLDER) -> list[Path]:
    return [one for one in sorted(folder.iterdir()) if one.is_dir() and one.name != "__pycache__"]


def parts(dialect: Path) -> set[str]:
    """Return the names of the dialect's modules and packages."""
    below = [one for one in dialect.iterdir() if one.suffix == ".py" or one.is_dir()]
    return {one.stem for one in below} - {"__init__", "__pycache__"}


def misbuilt(dialect: Path) -> Iterator[str]:
    for name in sorted(PARTS - parts(dialect)):
        yield f"{dialect.name}: has no {name}"
    for name in sorted(parts(dialect) - PARTS):
        yield f"{dialect.name}: {name} belongs into one of {sorted(PARTS)}"


def wordless(dialect: str, imported: Importer = import_module) -> Iterator[str]:
    """Yield a complaint for each refusal without an error, and for each event without a webhook."""
    errors = imported(f"polaris.dialects.{dialect}.errors").TABLE
    for refusal in EVERY:
        if refusal not in errors:
            yield f"{dialect}: errors.TABLE lacks {refusal.__name__}"
    types = imported(f"polaris.dialects.{dialect}.webhooks").TYPES
    yield from (
        f"{dialect}: webhooks.TYPES lacks {kind}" for kind in EventKind if kind not in types
    )


def keyless(dialect: str, imported: Importer = import_module) -> Iterator[str]:
    """Yield a complaint if the dialect's application takes no idempotency key."""
    application = imported(f"polaris.dialects.{dialect}.app").build(None)
    if not any(one.cls is Idempotent for one in application.user_middleware):
        yield f"{dialect}: its application lacks Idempotent, so a repeated call is done twice"


def vendors_named(below: Path = SHARED) -> Iterator[str]:
    """Yield the lines of shared code that name a vendor."""
    for path in sorted(below.rglob("*.py")):
        for number, text in enumerate(path.read_text().splitlines(), 1):
            for vendor in VENDORS:
                if vendor in text.lower():
                    yield f"{path.name}:{number}: names {vendor}"


def each(check: Callable[[Path], Iterable[str]]) -> Iterator[str]:
    for dialect in dialects():
        yield from check(dialect)


def test_every_dialect_has_the_same_parts() -> None:
    """A reader who knows one dialect can read the others."""
    assert dialects()
    expect_none(each(misbuilt))


def test_every_refusal_and_every_event_has_a_word_in_every_dialect() -> None:
    """A refusal without words would be answered as a bug. If an event has no webhook, the table
    must say so."""
    expect_none(each(lambda dialect: wordless(dialect.name)))


def test_every_dialect_takes_idempotency_keys() -> None:
    """A caller that got no answer must be able to repeat any write, whatever vendor it knows."""
    expect_none(each(lambda dialect: keyless(dialect.name)))


def test_the_check_of_keys_catches_what_it_forbids() -> None:
    bare = SimpleNamespace(build=lambda _: SimpleNamespace(user_middleware=[]))
    assert [complaint.split(":")[0] for complaint in keyless("seed", lambda _: bare)] == ["seed"]


def test_what_dialects_share_names_no_vendor() -> None:
    """Shared code must work for every dialect, including the next one."""
    expect_none(vendors_named())


def test_the_check_of_vendors_catches_what_it_forbids(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "seed.py").write_text("X = 1\nHEADER = 'X-Lago-Signature'\n")
    assert list(vendors_named(tmp_path)) == ["seed.py:2: names lago"]


def without_story(dialect: Path, tests: Path = TESTS) -> Iterator[str]:
    """Yield a complaint if the tests of a dialect have no story."""
    if not (tests / dialect.name / STORY).is_file():
        yield f"{dialect.name}: its tests have no {STORY}"


def test_every_dialect_has_a_story() -> None:
    """`make test-quick` runs one story for each dialect, and finds it by its name."""
    expect_none(each(without_story))


def test_the_check_of_stories_catches_what_it_forbids(tmp_path: Path) -> None:
    for name in ("told", "untold"):
        (tmp_path / name).mkdir()
    (tmp_path / "told" / STORY).touch()
    found = [said for one in dialects(tmp_path) for said in without_story(one, tmp_path)]
    assert found == ["untold: its tests have no test_story.py"]


def test_the_check_of_parts_catches_what_it_forbids(tmp_path: Path) -> None:
    for name in PARTS - {"rules", "webhooks"}:
        (tmp_path / f"{name}.py").touch()
    (tmp_path / "__init__.py").touch()
    (tmp_path / "webhooks").mkdir()
    (tmp_path / "extras.py").touch()
    complaints = list(misbuilt(tmp_path))
    assert [complaint.split(": ")[1].split()[0:3] for complaint in complaints] == [
        ["has", "no", "rules"],
        ["extras", "belongs", "into"],
    ]


def test_the_check_of_words_catches_what_it_forbids() -> None:
    """With one entry less in each table, both missing entries are found."""
    refusals, events = dict.fromkeys(EVERY[1:]), dict.fromkeys(list(EventKind)[1:])
    tables = {"errors": SimpleNamespace(TABLE=refusals), "webhooks": SimpleNamespace(TYPES=events)}
    assert list(wordless("seed", lambda name: tables[name.rpartition(".")[2]])) == [
        f"seed: errors.TABLE lacks {EVERY[0].__name__}",
        f"seed: webhooks.TYPES lacks {next(iter(EventKind))}",
    ]
