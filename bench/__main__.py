"""`python -m bench`: measure the engine, and compare it with the ceilings of this machine."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.rounds import QUICK, Bench, Sizes
from polaris.store.server.embedded import open_server

LATEST = Path(__file__).with_name("results") / "latest.json"


def main(
    quick: Annotated[bool, typer.Option(help="Run a smaller benchmark, about a minute.")] = False,
    invoices: Annotated[
        int | None, typer.Option(help="Number of invoices to store before measuring.")
    ] = None,
    json: Annotated[Path, typer.Option(help="File for the figures, as JSON.")] = LATEST,
) -> None:
    """Fill new databases, measure the engine and its ceilings in turn, and compare them."""
    sizes = QUICK if quick else Sizes()
    sizes = sizes._replace(invoices=invoices or sizes.invoices)
    console = Console()
    columns = (TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn())
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="polaris-bench-")))
        folder.chmod(0o711)  # as root, the server runs as another user, who needs access
        server = opened.enter_context(open_server(folder / "server"))
        progress = opened.enter_context(
            Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))
        )
        figures = Bench(server, folder, sizes, progress, opened).run()
    figures.write(json)
    figures.show(console)
    console.print(f"The figures are in {json}.")


if __name__ == "__main__":
    typer.run(main)
