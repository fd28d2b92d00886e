"""When jobs run, in words, as cron lines and as times; and the table of jobs."""

from datetime import UTC, datetime

import pytest
from croniter import croniter  # type: ignore[import-untyped]  # it ships no types

from polaris.jobs.job import Schedule
from polaris.jobs.table import JOBS

AT = datetime(2026, 3, 10, 12, 2, 30, tzinfo=UTC)

NEXT = {
    Schedule(1): datetime(2026, 3, 10, 12, 3, tzinfo=UTC),
    Schedule(5): datetime(2026, 3, 10, 12, 5, tzinfo=UTC),
    Schedule(5, 2): datetime(2026, 3, 10, 12, 7, tzinfo=UTC),
    Schedule(15, 2): datetime(2026, 3, 10, 12, 17, tzinfo=UTC),
    Schedule(15, 3): datetime(2026, 3, 10, 12, 3, tzinfo=UTC),
    Schedule(60, 2): datetime(2026, 3, 10, 13, 2, tzinfo=UTC),
    Schedule(60, 59): datetime(2026, 3, 10, 12, 59, tzinfo=UTC),
}


@pytest.mark.parametrize("schedule", NEXT)
def test_the_next_time_is_that_of_the_cron_line(schedule: Schedule) -> None:
    assert schedule.next_after(AT) == NEXT[schedule]
    assert croniter(schedule.cron, AT).get_next(datetime) == NEXT[schedule]


def test_jobs_have_names_of_their_own_and_schedules_that_exist() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(60 % job.schedule.every_minutes == 0 for job in JOBS)
    assert all(job.schedule.at_minute < job.schedule.every_minutes for job in JOBS)
