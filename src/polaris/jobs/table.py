"""The table of periodic jobs."""

from polaris.jobs.invoices import mark_overdue
from polaris.jobs.job import Job, Schedule
from polaris.jobs.leftovers import delete_ended_sign_ins, delete_old_idempotency_keys
from polaris.jobs.refunds import send_refunds
from polaris.jobs.wallets import expire_credits, expire_wallets
from polaris.jobs.webhooks import delete_old_webhooks, end_deliveries, pause_failing_endpoints

JOBS = (
    Job(
        "send_refunds",
        Schedule(1, every_seconds=5),
        send_refunds,
        "Sends refunds to the payment providers, and asks what became of earlier ones.",
    ),
    Job(
        "pause_failing_endpoints",
        Schedule(1),
        pause_failing_endpoints,
        "Pauses webhook endpoints that fail for too long.",
    ),
    Job(
        "end_deliveries",
        Schedule(1),
        end_deliveries,
        "Ends the deliveries that wait for an endpoint that was deleted.",
    ),
    Job(
        "expire_credits",
        Schedule(5),
        expire_credits,
        "Expires unspent wallet credits whose time is over.",
    ),
    Job(
        "expire_wallets",
        Schedule(5, 1),
        expire_wallets,
        "Closes wallets whose time is over.",
    ),
    Job(
        "mark_overdue",
        Schedule(15, 2),
        mark_overdue,
        "Announces invoices that have become overdue, by the day in their time zone.",
    ),
    Job(
        "delete_ended_sign_ins",
        Schedule(60, 7),
        delete_ended_sign_ins,
        "Deletes expired sessions and links of operators, and forgotten failures to sign in.",
    ),
    Job(
        "delete_old_idempotency_keys",
        Schedule(60, 17),
        delete_old_idempotency_keys,
        "Deletes idempotency keys and their answers 30 days after the call.",
    ),
    Job(
        "delete_old_webhooks",
        Schedule(60, 27),
        delete_old_webhooks,
        "Deletes webhooks with their attempts, `POLARIS_WEBHOOKS_KEEP_DAYS` after they ended.",
    ),
)
"""Every periodic job. No two that take long begin in the same minute."""
