"""Small functions in small files, so that a reader holds each in the head at once."""

from collections.abc import Iterator

from house.tree import Function, Module, complaints, expect_none, files, modules, read

FUNCTION_HARD, FUNCTION_USUAL, FILE_LINES, LINE_WIDTH = 70, 35, 400, 100

CODE = (".py", ".sql", ".css", ".js", ".html")

LONG_ON_PURPOSE = {
    "src/polaris/store/schema.sql": "the whole database, readable from top to bottom",
    "src/polaris/store/migrations/versions/0001_books.sql": "the schema as it was at first",
    "src/polaris/store/engine/queries.sql": "a list of named blocks; each is read alone",
}


def lines_of(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def long_functions(module: Module) -> Iterator[str]:
    for function in module.functions():
        if (length := lines_of(function)) > FUNCTION_HARD:
            yield module.at(function, f"{function.name} has {length} lines, {FUNCTION_HARD} is all")


def share_of_usual(lengths: list[int]) -> float:
    return sum(length <= FUNCTION_USUAL for length in lengths) / max(len(lengths), 1)


def wide_lines(path: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), start=1)
    return [f"{path}:{number}: too wide" for number, line in lines if len(line) > LINE_WIDTH]


def is_long(path: str, text: str) -> bool:
    return text.count("\n") > FILE_LINES and path not in LONG_ON_PURPOSE


def test_no_function_is_too_long() -> None:
    """Past seventy lines nobody sees the whole; a hard cap costs good Python about one in a
    hundred functions."""
    expect_none(complaints(long_functions, "src/", "tests/"))


def test_nine_in_ten_functions_are_short() -> None:
    """A cap alone lets every function drift up to it; the bulk has to stay small."""
    lengths = [lines_of(function) for module in modules("src/") for function in module.functions()]
    assert not lengths or share_of_usual(lengths) >= 0.9


def test_no_file_is_too_long() -> None:
    """A file that outgrows four hundred lines holds two ideas."""
    expect_none(
        [name for name in files("src/", "tests/", suffixes=CODE) if is_long(name, read(name))]
    )


def test_no_line_is_too_wide() -> None:
    """Two files fit side by side; the formatter holds Python, this holds the rest."""
    names = files("src/", "tests/", "bench/", suffixes=CODE)
    expect_none([complaint for name in names for complaint in wide_lines(name, read(name))])


def test_the_checks_catch_what_they_forbid() -> None:
    """A check that cannot fail protects nothing."""
    body = "\n".join("    x = 1" for _ in range(FUNCTION_HARD))
    assert list(long_functions(Module.of(f"def f():\n{body}\n"))) == [
        "src/polaris/seed.py:1: f has 71 lines, 70 is all"
    ]
    assert share_of_usual([5, 5, 5, 36]) == 0.75
    assert is_long("src/a.py", "\n" * 401)
    assert not is_long("src/a.py", "\n" * 400)
    assert wide_lines("a.sql", "ok\n" + "x" * 101) == ["a.sql:2: too wide"]
