"""A comment that silences a tool names the code and gives a reason on the same line."""

import io
import re
import tokenize
from collections.abc import Iterator

from house.tree import Module, complaints, expect_none

SILENCER = re.compile(
    r"#\s*(?:type:\s*ignore(?P<typed>\[[\w, -]+\])?"
    r"|noqa(?P<linted>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?"
    r"|(?P<whole>fmt:\s*(?:off|skip)|pragma:\s*no cover))"
    r"(?P<reason>.*)"
)
ENOUGH_WORDS = 3


def comments(module: Module) -> Iterator[tuple[int, str]]:
    """Yield the comments with their lines. The tokenizer ignores `#` inside strings."""
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def silences(module: Module) -> Iterator[str]:
    """Yield a complaint for each silencing comment without a code or a reason."""
    for line, comment in comments(module):
        if not (found := SILENCER.match(comment)):
            continue
        coded = found["typed"] or found["linted"] or found["whole"]
        if not coded or len(re.findall(r"\w+", found["reason"])) < ENOUGH_WORDS:
            yield f"{module.path}:{line}: {comment} names no code or gives no reason"


def test_every_silencer_has_a_code_and_a_reason() -> None:
    """A silencing comment without a code also hides later mistakes. Without a reason, nobody dares
    to remove it."""
    expect_none(complaints(silences, "src/", "tests/", "bench/"))


def test_the_check_catches_what_it_forbids() -> None:
    seeded = Module.of(
        "a = 1  # type: ignore\n"
        "b = 1  # type: ignore[attr-defined]\n"
        "c = 1  # noqa\n"
        "d = 1  # noqa: E501\n"
        "e = 1  # fmt: skip\n"
    )
    assert [complaint.split(":")[1] for complaint in silences(seeded)] == list("12345")
    reasoned = Module.of(
        "a = 1  # type: ignore[attr-defined]  # the stubs lack this name\n"
        "b = 1  # noqa: E501, B008  # the table reads better whole\n"
        "c = '# noqa'\n"
    )
    assert not list(silences(reasoned))
