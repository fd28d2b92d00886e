"""The order of a run: fill three databases, then measure every step in each round.

Steps that are compared follow each other, and every second round runs backwards, because the speed
of a shared machine changes over time.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rich.progress import Progress

from bench import ceilings, ours, web
from bench.caller import Called
from bench.deliveries import Mail, bare_rate
from bench.figures import Figures, memory_mib
from bench.sets import Perform, measured, perform_all
from bench.world import FINALIZE, VOID, World
from polaris.core.commands import FinalizeInvoice, VoidInvoice
from polaris.store.server.embedded import Embedded

CLIENTS, CALLERS = 16, 64
WEB = (1, 16, 64)


class Sizes(NamedTuple):
    """The number of invoices to store, and to measure in each round."""

    invoices: int = 1_000_000  # in the large database
    small: int = 10_000  # in the small database, at the beginning
    rounds: int = 7
    bulk: int = 6_000  # in sets, for each way
    single: int = 6_400  # one by one, by 16 clients or 64 callers
    lone: int = 400  # one by one, by one caller
    web: int = 3_200  # over HTTP; ten times as many for the route that does nothing
    webhooks: int = 14_000  # to one endpoint, and to fifty together: 100,000 in all rounds


QUICK = Sizes(
    invoices=30_000,
    small=5_000,
    rounds=3,
    bulk=4_000,
    single=3_200,
    lone=200,
    web=1_600,
    webhooks=2_000,
)


class Step(NamedTuple):
    """A measurement that each round repeats."""

    title: str
    measure: Callable[[], None]


class Bench:
    """Three databases of one server, and the steps on them. `folder` is for temporary files."""

    def __init__(
        self, server: Embedded, folder: Path, sizes: Sizes, progress: Progress, opened: ExitStack
    ) -> None:
        self.large, self.small = World(server, "large", opened), World(server, "small", opened)
        self.folder, self.sizes, self.progress = folder, sizes, progress
        self.figures = Figures()
        # The API servers have their own database: they seal its audit log during other steps.
        self.served = World(server, "served", opened)
        self.web = opened.enter_context(web.polaris(self.served))
        self.web_of_two = opened.enter_context(web.polaris(self.served, workers=2))
        self.mail = Mail(World(server, "mailed", opened))
        self.nothing = opened.enter_context(web.nothing())

    def run(self) -> Figures:
        """Fill the databases, run all rounds, and return the figures."""
        self.figures.tell(server=self.large.version(), **self.sizes._asdict())
        self._fill()
        steps = self._steps()
        measuring = self.progress.add_task("Measuring", total=self.sizes.rounds * len(steps))
        for number in range(self.sizes.rounds):
            for step in reversed(steps) if number % 2 else steps:
                self.progress.update(measuring, description=step.title)
                step.measure()
                self.progress.advance(measuring)
            memory = "first" if number == 0 else "last"
            self.figures.tell(**{f"memory_after_{memory}_round_mib": memory_mib()})
        for name, world in (("large", self.large), ("small", self.small), ("served", self.served)):
            self.figures.tell(**{f"{name}_at_the_end": world.stored().invoices})
        return self.figures

    def _fill(self) -> None:
        total = self.sizes.invoices + 2 * self.sizes.small
        filling = self.progress.add_task("Storing invoices", total=total)
        for world, count in (
            (self.large, self.sizes.invoices),
            (self.small, self.sizes.small),
            (self.served, self.sizes.small),
        ):
            world.fill(count, lambda stored: self.progress.advance(filling, stored))

    def _steps(self) -> list[Step]:
        steps = [self._engine(self.small, 2, "engine_2_small")]
        for lanes in (2, 1):
            steps += [self._engine(self.large, lanes, f"engine_{lanes}"), self._sql(lanes)]
        return [
            *steps,
            Step("Voids of 64 callers", self._shared),
            Step("Voids by pgbench, 16 clients", self._pgbench),
            Step("Voids by pgbench, 1 client", self._statement),
            Step("Lone voids", self._lone),
            *(Step(f"HTTP voids, {count} at once", partial(self._web, count)) for count in WEB),
            Step("HTTP voids, two workers", self._web_of_two),
            Step("HTTP shows", self._shows),
            Step("HTTP, empty route", self._nothing),
            Step("Webhooks to one endpoint", partial(self._webhooks, 1)),
            Step("Webhooks, without a database", self._bare_webhooks),
            Step("Webhooks to fifty endpoints", partial(self._webhooks, 50)),
            Step("Webhooks, twenty a second", self._webhook_lag),
        ]

    def _sql(self, lanes: int) -> Step:
        ways = [
            [ceilings.in_sets(self.large, sql) for _ in range(lanes)] for sql in (FINALIZE, VOID)
        ]
        return self._in_sets(f"sql_{lanes}", f"SQL in sets, {lanes} at once", self.large, *ways)

    def _engine(self, world: World, lanes: int, name: str) -> Step:
        ways = [[ours.in_sets(world, ask)] * lanes for ask in (FinalizeInvoice, VoidInvoice)]
        return self._in_sets(name, f"Engine in sets, {lanes} at once", world, *ways)

    def _in_sets(
        self, name: str, title: str, world: World, finalize: list[Perform], void: list[Perform]
    ) -> Step:
        def measure() -> None:
            sets = world.drafts(self.sizes.bulk)
            for verb, lanes in (("finalize", finalize), ("void", void)):
                count, seconds = self.sizes.bulk, world.server_seconds
                with measured(self.figures.add, f"{verb}_{name}", count, seconds):
                    perform_all(sets, lanes)

        return Step(title, measure)

    def _shared(self) -> None:
        each = self.sizes.single // CALLERS
        self.figures.add("void_shared", ours.shared_rate(self.large, CALLERS, each))

    def _pgbench(self) -> None:
        each = self.sizes.single // CLIENTS
        found = ceilings.one_by_one(self.large, CLIENTS, each, self.folder)
        self.figures.add("void_pgbench_16", found.rate)

    def _statement(self) -> None:
        found = ceilings.one_by_one(self.large, 1, self.sizes.lone, self.folder)
        self.figures.add("void_pgbench_1", found.rate)
        self.figures.add("void_pgbench_1_ms", found.median_ms)

    def _web(self, connections: int) -> None:
        count = self.sizes.web if connections > 1 else self.sizes.lone
        self._called(f"void_{connections}", self.web.void(self.served, count, connections))

    def _web_of_two(self) -> None:
        called = self.web_of_two.void(self.served, self.sizes.web, WEB[-1])
        self._called("void_64_workers_2", called)

    def _shows(self) -> None:
        self._called("show_64", self.web.show(self.served, self.sizes.web, WEB[-1]))

    def _nothing(self) -> None:
        self._called("empty_64", self.nothing.empty(self.sizes.web * 10, WEB[-1]))

    def _called(self, name: str, called: Called) -> None:
        self.figures.add(f"http_{name}", called.rate)
        self.figures.add(f"http_{name}_p50_ms", called.p50_ms)
        self.figures.add(f"http_{name}_p99_ms", called.p99_ms)

    def _webhooks(self, endpoints: int) -> None:
        sent = self.mail.send(max(1, self.sizes.webhooks // endpoints), endpoints)
        self.figures.add(f"webhooks_{endpoints}", sent.rate)
        self.figures.add(f"webhooks_{endpoints}_memory_mib", sent.memory_mib)

    def _bare_webhooks(self) -> None:
        self.figures.add("webhooks_bare", bare_rate(self.sizes.webhooks))

    def _webhook_lag(self) -> None:
        seconds = 5 if self.sizes.webhooks > 1_000 else 1
        self.figures.add("webhooks_lag_p99_ms", self.mail.lag_p99_ms(20, seconds))

    def _lone(self) -> None:
        self.figures.add("void_lone_ms", ours.lone_median_ms(self.large, self.sizes.lone))
