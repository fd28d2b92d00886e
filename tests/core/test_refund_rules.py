"""When refunds, and the tasks about them, may change."""

import pytest

from core.tables import Row, expect, rows

REFUNDING = """
    so far                           | asked                           | refused
    billed; pay amount=1300          | refund                          | -
    =                                | refund amount=101               | not_refundable
    =                                | refund amount=0                 | amount_not_positive
    =                                | refund amount=@vast         | amount_too_large not_refundable
    =                                | refund payment_id=null          | value_missing not_found
    =                                | refund payment_id=nothing       | not_found
    =                                | refund for=inv                  | not_refundable
    billed; pay amount=1300; refund amount=50 | refund amount=50                | already_exists
    billed; pay; void                | refund for=inv amount=1200      | -
    =                                | refund for=inv amount=1201      | not_refundable
    =                                | refund for=inv payment_id=null  | -
    =                                | refund for=inv payment_id=other | not_refundable
    billed; credit                   | refund note_id=note             | not_refundable
    billed; pay; credit              | refund note_id=note amount=600  | -
    =                                | refund note_id=note amount=601  | not_refundable
    standalone                       | refund of=alone                 | not_refundable
                                     | report_refund                   | not_found
    billed; pay amount=1300; refund  | report_refund                   | -
    =                                | report_refund state=pending     | -
    =                                | report_refund state=failed      | -
    =                          | report_refund state=requested | already_in_state state_not_possible
    =                                | report_refund state=converted   | state_not_possible
    =                                | convert                         | -
    =                                | report_refund state=sent        | -
    =                                | report_refund state=unknown     | state_not_possible
    sending                          | report_refund                   | -
    =                                | report_refund state=sent        | already_in_state
    =                                | report_refund state=unknown     | -
    =                                | report_refund state=pending     | -
    =                                | convert                         | refund_under_way
    unclear                          | convert                         | refund_under_way
    =                                | report_refund state=sent        | state_not_possible
    =                                | report_refund state=failed      | -
    =                                | report_refund                   | -
    sending; report_refund state=pending | convert                     | refund_under_way
    =                                | report_refund state=unknown     | state_not_possible
    billed; pay amount=1300; refund; report_refund | report_refund                | already_in_state
    =                                | report_refund state=sent        | state_not_possible
    =                                | report_refund state=failed      | -
    =                                | report_refund state=pending     | state_not_possible
    =                                | convert                         | refund_ended
    billed; pay amount=1300; refund; convert | report_refund                   | refund_ended
    =                                | convert                         | already_exists refund_ended
    billed; pay amount=1300; refund; report_refund state=failed | convert                        | -
    =                                | report_refund                   | -
    =                                | report_refund state=sent        | state_not_possible
    billed; pay amount=1300          | record_refund                   | -
    =                                | record_refund amount=1301       | not_refundable
    =                                | record_refund amount=0          | amount_not_positive
    =                                | record_refund amount=@vast | amount_too_large not_refundable
    =                                | record_refund state=pending     | -
    =                                | record_refund state=failed      | state_not_possible
    =                                | record_refund payment_id=nothing | not_found
    billed; pay amount=1300; refund amount=50 | record_refund          | already_exists
    billed; pay; void                | record_refund amount=1200       | -
"""

TASKS = """
    so far                           | asked                                | refused
                                     | resolve                              | not_found
    spare; refund; report_refund state=failed | resolve                     | -
    =                                | resolve resolution=@empty            | value_missing
    =                                | resolve task_id=other                | not_found
    spare; refund; report_refund state=failed; resolve | resolve            | task_resolved
    spare; refund; report_refund state=failed; report_refund | resolve      | task_resolved
"""

ROWS = [row for table in (REFUNDING, TASKS) for row in rows(table)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_refund_or_task_changes_or_is_refused(row: Row) -> None:
    expect(row)
