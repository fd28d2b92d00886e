"""Tables of invoices, entries, events and refusals, for terminals of 80 columns or more."""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from polaris.audit.verify import AuditReport
from polaris.core.explain import Answer
from polaris.core.facts.event import Event
from polaris.core.facts.payment import Refund
from polaris.core.facts.task import OPENED_BY, Task
from polaris.core.ledger.posting import Entry
from polaris.core.refusals import Refusal
from polaris.imports.asking import CURRENCY
from polaris.imports.report import Report as Imported
from polaris.money import printed
from polaris.reports.ledger import Balance, Gap, LedgerReport, Misdated, Violation
from polaris.store.read.invoices import ListedInvoice, WholeInvoice
from polaris.store.read.tenants import ListedTenant

STATUS_STYLES = {"draft": "yellow", "finalized": "green", "voided": "magenta", "closed": "dim"}


def status(word: str) -> Text:
    """Return a status in its colour."""
    return Text(word, STATUS_STYLES.get(word, ""))


def columns(*names: str, right: Sequence[str] = ()) -> Table:
    """Return an empty table with these columns; those in `right` are right-aligned."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name in names:
        if name in right:
            table.add_column(name, justify="right", no_wrap=True)
        else:
            table.add_column(name, overflow="fold")
    return table


def pairs(named: dict[str, str]) -> Text:
    """Return names and values, one pair per line."""
    width = max(map(len, named), default=0)
    return Text("\n").join(
        Text.assemble((f"{name:{width}}  ", "dim"), value) for name, value in named.items()
    )


def tenants(listed: Iterable[ListedTenant]) -> Table:
    """Return a table of tenants, one per row."""
    table = columns("Tenant", "Name", "Currency", "Time zone")
    for one in listed:
        table.add_row(one.id, one.name, one.currency, one.timezone)
    return table


def invoices(listed: Iterable[ListedInvoice]) -> Table:
    """Return a table of invoices. A draft has no number, so its id is shown."""
    table = columns(
        "Invoice", "Status", "Customer", "Date", "Total", "Outstanding",
        right=("Total", "Outstanding"),
    )  # fmt: skip  # a row of names
    for one in listed:
        table.add_row(
            one.number or one.id,
            status(one.status),
            one.customer,
            str(one.issue_date or ""),
            printed(one.total_minor, one.currency),
            printed(one.outstanding_minor, one.currency),
        )
    return table


def whole(shown: WholeInvoice) -> RenderableType:
    """Return an invoice with its lines, settlements, credit notes and refunds."""
    return spaced(head(shown), lines(shown), *follow_ups(shown))


def spaced(*parts: RenderableType) -> Group:
    """Return the parts with an empty line between them."""
    between = (one for part in parts for one in ("", part))
    return Group(*list(between)[1:])


def follow_ups(shown: WholeInvoice) -> Iterator[RenderableType]:
    """Yield tables of the invoice's settlements, credit notes and refunds, if it has any."""
    if shown.settlements:
        yield settlements(shown)
    if shown.credit_notes:
        yield credit_notes(shown)
    if shown.refunds:
        yield refunds(shown.refunds)


def head(shown: WholeInvoice) -> RenderableType:
    """Return the invoice's number, id, status, customer and dates."""
    invoice = shown.invoice
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    grid.add_row("Invoice", Text.assemble((invoice.number or "no number yet", "bold")))
    grid.add_row("Id", invoice.id)
    grid.add_row("Status", status(invoice.status))
    grid.add_row("Customer", f"{shown.buyer.name} ({shown.customer.external_id})")
    if invoice.issue_date:
        grid.add_row("Issued", f"{invoice.issue_date}, due {invoice.due_date}")
    if invoice.void_reason or invoice.void_comment:
        why = " · ".join(filter(None, (invoice.void_reason, invoice.void_comment)))
        grid.add_row("Void reason", why)
    for name, other in (
        ("Replaces", invoice.regenerated_from),
        ("Replaced by", invoice.regenerated_as),
    ):
        if other:
            grid.add_row(name, other)
    return grid


def lines(shown: WholeInvoice) -> Table:
    """Return the invoice's lines with their taxes, and the totals."""
    currency = shown.invoice.currency
    table = columns("Line", "Quantity", "Net", "Tax", right=("Quantity", "Net", "Tax"))
    for line in shown.lines:
        tax = sum(tax.amount_minor for tax in shown.taxes if tax.line_id == line.id)
        table.add_row(
            line.description or line.code or f"line {line.position}",
            f"{line.quantity.normalize():f}",
            printed(line.net_minor, currency),
            printed(tax, currency),
        )
    table.add_section()
    for name, amount in (
        ("Total", shown.invoice.total_minor),
        ("Outstanding", shown.invoice.outstanding_minor),
    ):
        table.add_row(Text(name, "bold"), "", Text(printed(amount, currency), "bold"), "")
    return table


def settlements(shown: WholeInvoice) -> Table:
    """Return the invoice's settlements, including those that a void removed."""
    table = columns("Settled by", "Id", "Amount", "State", right=("Amount",))
    for row in shown.settlements:
        held = f", {printed(row.held_minor, shown.invoice.currency)} held" if row.held_minor else ""
        state = "applied" if row.live else f"removed{held}"
        words = row.kind.replace("_", " ")
        amount = printed(row.amount_minor, shown.invoice.currency)
        table.add_row(words, row.source_id, amount, state)
    return table


def credit_notes(shown: WholeInvoice) -> Table:
    """Return the credit notes of the invoice."""
    amounts = ("Offset", "Credit", "Refund", "Balance")
    table = columns("Credit note", "Status", *amounts, right=amounts)
    for note in shown.credit_notes:
        parts = note.offset_minor, note.credit_minor, note.refund_minor, note.balance_minor
        sums = (printed(part, note.currency).split()[0] for part in parts)
        table.add_row(note.number, status(note.status), *sums)
    return table


def refunds(requested: Iterable[Refund]) -> Table:
    """Return a table of refunds."""
    table = columns("Refund", "Amount", "State", right=("Amount",))
    for refund in requested:
        table.add_row(refund.id, printed(refund.amount_minor, refund.currency), refund.state)
    return table


def entries(booked: Sequence[Entry]) -> RenderableType:
    """Return journal entries with their postings: debit account, credit account, amount."""
    if not booked:
        return Text("Nothing was booked.", "dim")
    table = columns("Debit", "Credit", "Amount", right=("Amount",))
    for entry in booked:
        undone = "reversal: " if entry.reverses else ""
        words = Text(undone + entry.kind.replace("_", " "), "bold")
        table.add_row(words, Text(str(entry.accounting_date), "dim"))
        for posting in entry.postings:
            amount = printed(posting.amount_minor, posting.currency)
            table.add_row(f"  {posting.debit}", posting.credit, amount)
    return table


def events(emitted: Iterable[Event]) -> Table:
    """Return a table of events, one per row."""
    table = columns("Event", "About", "Time (UTC)")
    for event in emitted:
        table.add_row(event.kind, about(event), f"{event.at:%Y-%m-%d %H:%M:%S}")
    return table


def warnings(emitted: Iterable[Event]) -> list[Text]:
    """Return a sentence for each event that opened a task."""
    kinds = (event.kind for event in emitted if event.kind in OPENED_BY)
    return [Text.assemble(("Look at this: ", "bold yellow"), kind.sentence) for kind in kinds]


def tasks(listed: Iterable[Task]) -> Table:
    """Return a table of tasks, one per row."""
    table = columns("Task", "Kind", "Amount", "About", "Opened (UTC)", right=("Amount",))
    table.columns[0].no_wrap = True  # so that it can be copied whole
    for one in listed:
        day = f"{one.opened_at:%Y-%m-%d}"
        table.add_row(one.id, one.kind.replace("_", " "), in_question(one), one.subject, day)
    return table


def task(shown: Task) -> Text:
    """Return a task with what it is about, and how it was resolved."""
    named = {
        "Task": shown.id,
        "Kind": shown.kind.replace("_", " "),
        "Opened": f"{shown.opened_at:%Y-%m-%d %H:%M:%S} (UTC)",
        shown.subject.capitalize(): shown.subject_id,
        "Invoice": shown.invoice_id or "",
        "Customer": shown.customer_id,
        "Amount": in_question(shown),
        "Resolved": f"{shown.resolved_at:%Y-%m-%d %H:%M:%S} (UTC)" if shown.resolved_at else "no",
        "Resolved by": shown.resolved_by or "",
        "Resolution": shown.resolution or "",
    }
    return pairs({name: value for name, value in named.items() if value})


def in_question(task: Task) -> str:
    """Return the amount of a task, or an empty text if it is not known."""
    if task.amount_minor is None or task.currency is None:
        return ""
    return printed(task.amount_minor, task.currency)


def about(event: Event) -> str:
    """Return the subject of an event by its number or name, or else its amount, or else its id."""
    of = event.after
    subject = event.subject.replace("_", " ")
    if name := of.get("number") or of.get("external_id"):
        return f"{subject} {name}"
    match of:
        case {"amount_minor": int(amount), "currency": str(currency)}:
            return f"{subject} of {printed(amount, currency)}"
    return f"{subject} …{event.subject_id[-12:]}"


def refusals(refused: Iterable[Refusal], currency: str | None = None) -> RenderableType:
    """Return why a request was refused, and what to do instead."""
    return Group(*(_refusal(one, currency) for one in refused))


def _refusal(refusal: Refusal, currency: str | None) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    sentence = (
        refusal.sentence_with(lambda amount_minor: printed(amount_minor, currency))
        if currency
        else refusal.sentence
    )
    grid.add_row("Refused", Text.assemble((sentence, "bold red"), f" ({refusal.code})"))
    apart = ("field", "changes")
    details = {name: value for name, value in refusal.details.items() if name not in apart}
    because = ", ".join(_detail(*detail, currency) for detail in details.items())
    if because:
        field = str(refusal.details.get("field") or "")
        grid.add_row("Because", f"{field.removesuffix('_minor')} {because}".strip())
    if changes := refusal.details.get("changes"):
        grid.add_row("Changed", Text(str(changes)))
    grid.add_row("Instead", refusal.instead)
    return grid


def _detail(name: str, value: str | int | None, currency: str | None) -> str:
    words = name.removesuffix("_minor").replace("_", " ")
    if currency and name.endswith("_minor") and isinstance(value, int):
        return f"{words} {printed(value, currency)}"
    return f"{words} {value}"


def answers(given: Iterable[Answer]) -> Table:
    """Return a table of commands: allowed now or not, and if not, why and what to do instead."""
    table = columns("Command", "Allowed", "Why not, and what to do instead")
    for answer in given:
        why = "\n".join(f"{one.sentence} {one.instead}" for one in answer.refusals)
        word = Text("yes", "green") if answer.allowed else Text("no", "red")
        table.add_row(answer.command, word, Text(why, "dim"))
    return table


def proofs(report: LedgerReport) -> RenderableType:
    """Return each proof and whether it holds, with its first violations."""
    table = Table.grid(padding=(0, 2))
    for proof in report.proofs:
        mark = Text("holds", "green") if proof.ok else Text("FAILS", "bold red")
        table.add_row(mark, proof.sentence, Text(f"{proof.looked_at:,}", "dim", justify="right"))
        for wrong in proof.violations:
            table.add_row("", Text(_violation(wrong), "red"))
    return table


def misdated(entries: Iterable[Misdated]) -> Table:
    """Return a table of entries that are dated before their cause."""
    table = columns("Entry", "Kind", "Dated", "Belongs to")
    for one in entries:
        table.add_row(one.entry_id, one.kind, str(one.day), str(one.right_day))
    return table


def gaps(found: Sequence[Gap]) -> RenderableType:
    """Return a table of the numbers without a live document."""
    if not found:
        return Text("Every number has a live document.", "dim")
    table = columns("Number", "Why", "Document")
    for gap in found:
        number = gap.number or f"{gap.series} {gap.counted}"  # a missing one was never printed
        table.add_row(number, gap.why, gap.subject_id or "")
    return table


def _violation(wrong: Violation) -> str:
    def amount(value: int) -> str:
        return printed(value, wrong.currency) if wrong.currency else f"{value:,}"

    return f"{wrong.subject}: {amount(wrong.found)} instead of {amount(wrong.expected)}"


def trial_balance(balances: Iterable[Balance]) -> RenderableType:
    """Return every account with its debit or credit balance, and the totals per currency."""
    table = columns("Account", "Debit", "Credit", right=("Debit", "Credit"))
    sums: dict[str, tuple[int, int]] = {}
    for row in balances:
        debit, credit = side = (max(row.balance_minor, 0), max(-row.balance_minor, 0))
        shown = "" if credit else printed(debit, row.currency)
        table.add_row(row.account, shown, printed(credit, row.currency) if credit else "")
        before = sums.get(row.currency, (0, 0))
        sums[row.currency] = (before[0] + side[0], before[1] + side[1])
    if not sums:
        return Text("Nothing has been booked yet.", "dim")
    table.add_section()
    for currency, both in sums.items():
        table.add_row(
            Text("Total", "bold"), *(Text(printed(one, currency), "bold") for one in both)
        )
    return table


def chain(report: AuditReport) -> Text:
    """Return whether the audit chain is intact, and how many lines are sealed."""
    if report.fault:
        return Text(report.fault.sentence, "bold red")
    end = f" The last hash is {report.end}." if report.end else ""
    return Text(f"The audit chain is intact: {report.sealed:,} lines are sealed.{end}")


def imported(report: Imported) -> RenderableType:
    """Return what an import wrote, what it rejected, and whether the sums add up."""
    table = columns("", "Documents", "Amount", right=("Documents", "Amount"))
    for name, count, amount in (
        ("Billed", report.invoices, report.billed_minor),
        ("Voided", report.voided, -report.voided_minor),
        ("Credited", report.credit_notes, -report.credited_minor),
        ("Credited, no invoice", report.standalone, -report.standalone_minor),
    ):
        table.add_row(name, f"{count:,}", printed(amount, CURRENCY))
    table.add_section()
    table.add_row(Text("Net", "bold"), "", Text(printed(report.net_minor, CURRENCY), "bold"))
    rejected = Text(
        f"{sum(report.rejected_rows.values()):,} of {report.rows:,} rows were rejected."
    )
    reasons = columns("Reason", "Rows", right=("Rows",))
    for reason, count in report.rejected_rows.items():
        reasons.add_row(reason.replace("_", " "), f"{count:,}")
    sound = "The sums add up." if report.adds_up else "THE SUMS DO NOT ADD UP."
    end = Text(f"{sound} {report.lines:,} lines were imported in {report.seconds:,} seconds.")
    return Group(table, rejected, *([reasons] if report.rejected_rows else []), end)
