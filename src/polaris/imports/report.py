"""The report of an import. The database computes it from the books."""

from decimal import Decimal
from typing import NamedTuple

import msgspec

from polaris.core.ledger import chart
from polaris.imports.register import Register, Totals


class Report(msgspec.Struct, kw_only=True):
    """What the books contain from one file. Amounts are in minor units of the file's currency.

    `adds_up` is true if three equations hold. Both sides of each are counted independently:

    - `billed − voided − credited − standalone = net`: the totals of the invoices and credit notes
      equal what their entries booked on `SALES` and `CUSTOMER_REFUNDS`.
    - `net + rejected + rounding = file`: the books equal quantity times unit price, summed over
      every row of the file. `rounding` is the difference from rounding each line, or each credit,
      to a whole minor unit. `rejected` is the amount of the unused rows. Both may have decimals,
      because prices may.
    - `rows = file_rows`: the used and the rejected rows are all rows of the file.

    A row that cannot be read has no amount, and counts as a rejected row with amount zero.
    """

    rows: int
    rejected_rows: dict[str, int]  # by reason
    invoices: int
    lines: int
    billed_minor: int
    voided: int
    voided_minor: int
    credit_notes: int
    credited_minor: int
    standalone: int
    standalone_minor: int
    net_minor: int
    rejected_minor: Decimal
    rounding_minor: Decimal
    file_rows: int
    file_minor: Decimal
    adds_up: bool
    seconds: float

    def json(self) -> bytes:
        """Return the report as one JSON document, with amounts as numbers."""
        return _ENCODER.encode(self)


_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Became(NamedTuple):
    """Sums over all documents of a run that became the same kind of object."""

    documents: int = 0
    rows: int = 0
    exact_minor: Decimal = Decimal(0)  # of the rows used
    minor: int = 0  # as booked

    @property
    def rounding_minor(self) -> Decimal:
        """The difference between the exact and the booked amount, in minor units."""
        return self.exact_minor - self.minor


def report(register: Register, seconds: float) -> Report:
    """Return the report of a finished run that took this many seconds."""
    outcomes = {became: Became(*sums) for became, *sums in register.ask("import_outcomes")}
    kinds = ("invoice", "void", "credit_note", "standalone_note")
    billed, voided, credited, standalone = (outcomes.get(kind, Became()) for kind in kinds)
    taken_back = (voided, credited, standalone)
    rejections = register.ask("import_rejections")
    rows = sum(one.rows for one in outcomes.values()) + sum(count for _, count, _ in rejections)
    rejected = sum((amount for *_, amount in rejections), Decimal(0))
    rounding = billed.rounding_minor - sum(one.rounding_minor for one in taken_back)
    ((lines,),) = register.ask("import_lines")
    ((net,),) = register.ask("import_booked", sales=chart.SALES, refunds=chart.CUSTOMER_REFUNDS)
    ((encoded,),) = register.ask("import_totals")
    totals = msgspec.json.decode(encoded, type=Totals)
    return Report(
        rows=rows,
        rejected_rows={reason: count for reason, count, _ in rejections},
        invoices=billed.documents,
        lines=lines,
        billed_minor=billed.minor,
        voided=voided.documents,
        voided_minor=voided.minor,
        credit_notes=credited.documents,
        credited_minor=credited.minor,
        standalone=standalone.documents,
        standalone_minor=standalone.minor,
        net_minor=net,
        rejected_minor=rejected,
        rounding_minor=rounding,
        file_rows=totals.rows,
        file_minor=totals.amount_minor,
        adds_up=billed.minor - sum(one.minor for one in taken_back) == net
        and net + rejected + rounding == totals.amount_minor
        and rows == totals.rows,
        seconds=round(seconds, 1),
    )
