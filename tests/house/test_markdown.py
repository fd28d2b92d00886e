"""Pages have one title, no trailing spaces, and no dead links."""

import re
from collections.abc import Iterator
from pathlib import Path

from house.tree import ROOT, expect_none, files, read

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
LARGEST_PICTURE = 120_000
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|//|#")


def titles(text: str) -> int:
    return len(re.findall(r"^# \S", FENCE.sub("", text), re.MULTILINE))


def trailing(text: str) -> list[int]:
    lines = enumerate(text.splitlines(), start=1)
    return [number for number, line in lines if line != line.rstrip()]


def broken_links(text: str, folder: Path) -> list[str]:
    """Return the dead relative links. Links inside code do not count."""
    prose = CODE_SPAN.sub("", FENCE.sub("", text))
    targets = [target for target in LINK.findall(prose) if not ELSEWHERE.match(target)]
    return [target for target in targets if not (folder / target.partition("#")[0]).exists()]


def faults(name: str) -> Iterator[str]:
    text = read(name)
    if titles(text) != 1:
        yield f"{name}: {titles(text)} titles; it must have one"
    yield from (f"{name}:{number}: trailing space" for number in trailing(text))
    yield from (f"{name}: no {link}" for link in broken_links(text, (ROOT / name).parent))


def test_every_page_is_in_order() -> None:
    """A page without a title has no name in an index. Readers do not trust links after a dead
    one."""
    expect_none([fault for name in files(suffixes=(".md",)) for fault in faults(name)])


def test_each_picture_is_small_and_on_a_page() -> None:
    """A picture that no page shows gets outdated, and a large one makes each clone slow."""
    pages = "".join(read(name) for name in files(suffixes=(".md",)))
    pictures = files("docs/images/", suffixes=(".png",))
    sizes = {name: (ROOT / name).stat().st_size for name in pictures}
    expect_none([f"{name}: {size} bytes" for name, size in sizes.items() if size > LARGEST_PICTURE])
    expect_none([name for name in pictures if name.removeprefix("docs/") not in pages])


def test_the_checks_catch_what_they_forbid() -> None:
    assert titles("# One\n\n```sh\n# a comment\n```\n\n# Two\n") == 2
    assert trailing("fine\nnot \n") == [2]
    here = Path(__file__).parent
    page = "[a](tree.py) [b](gone.md#x) [c](https://a.example) [d](#e) `[f](g.md)`\n"
    assert broken_links(page, here) == ["gone.md#x"]
