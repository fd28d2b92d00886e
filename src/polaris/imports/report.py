"""What an import brought into the books, counted by the database."""

from decimal import Decimal
from typing import NamedTuple

import msgspec

from polaris.core.ledger import chart
from polaris.imports.register import Register, Totals


class Report(msgspec.Struct, kw_only=True):
    """What the books hold of one file. Amounts are minor units of its currency.

    It adds up when three things hold, each side counted apart from the other:

    - `billed − voided − credited − standalone = net`: the documents, as invoices and credit notes
      tell them, against what their entries brought to `SALES` and `CUSTOMER_REFUNDS`;
    - `net + rejected + rounding = file`: the books against quantity times unit price over every
      row of the file. `rounding` is what rounding each line, or each credit, to a whole minor unit
      left over; `rejected` are the rows not used. Both may have decimals, as prices may;
    - `rows = file_rows`: rows used by a document and rows rejected against all rows read.

    A row that cannot be read has no amount, and counts as a rejected row of nothing.
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
        """The report as one JSON document, all its amounts as numbers."""
        return _ENCODER.encode(self)


_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Became(NamedTuple):
    """All documents of a run that became one kind of thing."""

    documents: int = 0
    rows: int = 0
    exact_minor: Decimal = Decimal(0)  # of the rows used
    minor: int = 0  # as booked

    @property
    def rounding_minor(self) -> Decimal:
        """What rounding left over."""
        return self.exact_minor - self.minor


def report(register: Register, seconds: float) -> Report:
    """What the books hold of a finished run."""
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
    ((said,),) = register.ask("import_totals")
    totals = msgspec.json.decode(said, type=Totals)
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
