"""Functions and files are small, so that a reader can understand each as a whole."""

from collections.abc import Iterator

from house.tree import Function, Module, complaints, expect_none, files, modules, read

FUNCTION_HARD, FUNCTION_USUAL, FILE_LINES, LINE_WIDTH = 70, 35, 400, 100

CODE = (".py", ".sql", ".css", ".js", ".html")

LONG_ON_PURPOSE = {
    "src/polaris/store/schema.sql": "the whole schema, which is read from top to bottom",
    "src/polaris/store/migrations/versions/0001_books.sql": "the schema as it was at first",
    "src/polaris/store/engine/queries.sql": "a list of named blocks, each of which is read alone",
}


def lines_of(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def long_functions(module: Module) -> Iterator[str]:
    for function in module.functions():
        if (length := lines_of(function)) > FUNCTION_HARD:
            yield module.at(
                function, f"{function.name} has {length} lines, the limit is {FUNCTION_HARD}"
            )


def share_of_usual(lengths: list[int]) -> float:
    return sum(length <= FUNCTION_USUAL for length in lengths) / max(len(lengths), 1)


def wide_lines(path: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), start=1)
    return [f"{path}:{number}: too wide" for number, line in lines if len(line) > LINE_WIDTH]


def is_long(path: str, text: str) -> bool:
    return text.count("\n") > FILE_LINES and path not in LONG_ON_PURPOSE


def test_no_function_is_too_long() -> None:
    """A function of more than seventy lines cannot be read at a glance."""
    expect_none(complaints(long_functions, "src/", "tests/"))


def test_nine_in_ten_functions_are_short() -> None:
    """A limit alone would let every function grow up to it. Most functions must stay small."""
    lengths = [lines_of(function) for module in modules("src/") for function in module.functions()]
    assert not lengths or share_of_usual(lengths) >= 0.9


def test_no_file_is_too_long() -> None:
    """A file of more than four hundred lines contains two ideas."""
    expect_none(
        [name for name in files("src/", "tests/", suffixes=CODE) if is_long(name, read(name))]
    )


def test_no_line_is_too_wide() -> None:
    """Two files must fit side by side. The formatter checks only Python."""
    names = files("src/", "tests/", "bench/", suffixes=CODE)
    expect_none([complaint for name in names for complaint in wide_lines(name, read(name))])


def test_the_checks_catch_what_they_forbid() -> None:
    """A check that cannot fail protects nothing."""
    body = "\n".join("    x = 1" for _ in range(FUNCTION_HARD))
    assert list(long_functions(Module.of(f"def f():\n{body}\n"))) == [
        "src/polaris/seed.py:1: f has 71 lines, the limit is 70"
    ]
    assert share_of_usual([5, 5, 5, 36]) == 0.75
    assert is_long("src/a.py", "\n" * 401)
    assert not is_long("src/a.py", "\n" * 400)
    assert wide_lines("a.sql", "ok\n" + "x" * 101) == ["a.sql:2: too wide"]
