"""Ledger → Proofs: run every proof of the ledger, and show each result as soon as it is known."""

from collections.abc import AsyncIterator

from starlette.responses import Response

from polaris.console.access import Visit, action, page
from polaris.console.pages.ledger import TABS
from polaris.console.rendering import render
from polaris.console.streaming import rendered, streamed
from polaris.operators.roles import Role
from polaris.reports.ledger import PROOFS
from polaris.services.verification import VERIFY_LEDGER, last_verification, prove_ledger

PATH = "/ledger/proofs"


async def show_proofs(visit: Visit) -> Response:
    """Show what is proved, and when it was last proved."""
    last = await last_verification(visit.caller, VERIFY_LEDGER)
    return render(visit, "ledger_proofs.html", tabs=TABS, proofs=PROOFS, last=last)


async def run_proofs(visit: Visit) -> Response:
    """Run all proofs. The page is sent row by row."""
    return streamed(visit, "ledger_proofs_run.html", _rows(visit), tabs=TABS)


async def _rows(visit: Visit) -> AsyncIterator[str]:
    total, done, wrong = len(PROOFS), 0, 0
    yield rendered(visit, "ledger_proofs_step.html", done=0, total=total)
    async for proof in prove_ledger(visit.caller):
        done, wrong = done + 1, wrong + (not proof.ok)
        yield rendered(visit, "ledger_proof.html", proof=proof)
        if done < total:
            yield rendered(visit, "ledger_proofs_step.html", done=done, total=total)
    yield rendered(visit, "ledger_proofs_end.html", total=total, wrong=wrong)


ROUTES = [page(PATH, show_proofs), action(f"{PATH}/run", run_proofs, Role.VIEWER)]
