"""When an invoice may be drafted, finalized, recorded, voided, replaced, written off."""

import pytest

from core.tables import Row, expect, rows

DRAFTING = """
    so far        | asked                         | refused
                  | draft                         | -
    draft         | draft                         | already_exists
                  | draft customer_id=nobody      | not_found
                  | draft currency=XXX            | unknown_currency
                  | draft currency=eur            | unknown_currency
                  | draft price_type=inclusive    | state_not_possible
                  | draft payment_term_days=-1    | number_not_possible
                  | draft payment_term_days=10001 | number_not_possible
                  | draft payment_term_days=10000 | -
    draft         | edit payment_term_days=-1     | number_not_possible
    =             | edit memo=corrected           | -
    =             | edit lines=@two               | -
    =             | edit lines=@two revision=1    | -
    draft; edit lines=@two | edit revision=1      | edited_meanwhile
    =             | edit revision=2               | -
    billed        | edit                          | not_a_draft
    billed; void  | edit                          | not_a_draft
    draft; delete | edit                          | not_a_draft
    draft         | edit for=nothing              | not_found
    =             | delete                        | -
    billed        | delete                        | not_a_draft
    draft; delete | delete                        | not_a_draft
"""

FINALIZING = """
    so far                           | asked                          | refused
    draft                            | finalize                       | -
    =                                | finalize issue_date=9999-01-01 | date_not_possible
    =                                | finalize series=nothing        | unknown_series
    =                                | finalize series=note           | unknown_series
    =                                | finalize series=customer       | unknown_series
    =                                | finalize for=nothing           | not_found
    billed                           | finalize                       | already_finalized
    billed; void                     | finalize                       | not_a_draft
    draft; delete                    | finalize                       | not_a_draft
    draft; close                     | finalize                       | -
    =                                | finalize issue_date=2026-02-28 | period_closed
    =                                | finalize issue_date=2026-03-01 | -
    draft issue_date=2026-02-28; close | finalize                       | period_closed
"""

ISSUING = """
    so far | asked                        | refused
           | issue                        | -
           | issue lines=@free skip_zero=true | -
    draft  | issue                        | already_exists
           | issue customer_id=nobody     | not_found
           | issue currency=XXX           | unknown_currency
           | issue price_type=inclusive   | state_not_possible
           | issue payment_term_days=-1   | number_not_possible
           | issue series=note            | unknown_series
    close  | issue issue_date=2026-02-28  | period_closed
    =      | issue issue_date=2026-03-01  | -
"""

ANNOTATING = """
    so far        | asked                             | refused
    draft         | annotate                          | -
    =             | annotate payment_status=succeeded | -
    =             | annotate payment_status=paid      | state_not_possible
    =             | annotate for=nothing              | not_found
    billed        | annotate payment_status=failed    | -
    billed; void  | annotate payment_status=pending   | -
    draft; delete | annotate                          | invoice_closed
"""

DISPUTING = """
    so far                      | asked                    | refused
    draft                       | lose                     | not_finalized
    draft; delete               | lose                     | not_finalized
    billed                      | lose                     | -
    =                           | lose for=nothing         | not_found
    paid                        | lose                     | -
    billed; void                | lose                     | -
    billed; lose                | lose                     | already_disputed
    billed; lose; void          | lose                     | already_disputed
    billed; lose                | void                     | -
"""

BECOMING_OVERDUE = """
    so far                                 | asked               | refused
    draft                                  | overdue             | not_finalized not_overdue
    draft; delete               | overdue | not_finalized not_overdue nothing_outstanding
    billed                                 | overdue             | not_overdue
    late                                   | overdue             | -
    =                                      | overdue for=nothing | not_found
    late; pay amount=1199                  | overdue             | -
    late; pay                              | overdue             | nothing_outstanding
    late; annotate payment_status=succeeded | overdue            | nothing_outstanding
    late; annotate payment_status=failed   | overdue             | -
    late; lose                             | overdue             | already_disputed
    late; void                             | overdue             | already_voided
    late; overdue                          | overdue             | already_overdue
    late; overdue; pay; remove             | overdue             | -
"""

COLLECTING = """
    so far                           | asked               | refused
    draft                            | collect             | not_finalized nothing_outstanding
    draft; delete                    | collect             | not_finalized nothing_outstanding
    billed                           | collect             | -
    =                                | collect for=nothing | not_found
    partly                           | collect             | -
    paid                             | collect             | nothing_outstanding
    billed; void                     | collect             | already_voided nothing_outstanding
    coming                           | collect             | payment_under_way
    billed; pay state=needs_attention | collect            | payment_under_way
    billed; pay state=failed         | collect             | -
    coming; report state=failed      | collect             | -
    coming; draft for=two lines=@two; finalize for=two | collect for=two | -
"""

RECORDING = """
    so far | asked                        | refused
           | record                       | -
           | record number=OLD-7          | -
           | record status=draft          | -
           | record status=voided         | -
           | record status=closed         | state_not_possible
    record | record                       | already_exists
           | record customer_id=nobody    | not_found
           | record currency=XXX          | unknown_currency
           | record payment_term_days=-1  | number_not_possible
           | record parties=@nowhere      | unknown_timezone
           | record number=@empty         | value_missing
           | record number=@blank         | number_malformed
           | record number=@space_before  | number_malformed
           | record number=@space_after   | number_malformed
           | record number=@tab           | number_malformed
           | record number=@zero_width    | number_malformed
           | record number=@no_break      | number_malformed
           | record number=@space_inside  | -
           | record number=INV-000001     | number_of_series
           | record number=INV-1          | -
           | record number=INV-0000001    | -
           | record number=CN-000007      | number_of_series
           | record number=INV-000001 status=draft | -
    billed | record for=old lines=@two number=INV-000001 | number_taken
    record number=OLD-7 | record for=old lines=@two number=OLD-7 | number_taken
    close  | record issue_date=2026-02-28 | period_closed
    =      | record issue_date=2026-03-01 | -
"""

VOIDING = """
    so far                           | asked                                | refused
    draft                            | void                                 | not_finalized
    draft; delete                    | void                                 | not_finalized
    billed                           | void                                 | -
    billed; void                     | void                                 | already_voided
    billed                           | void for=nothing                     | not_found
    =                                | void credit=-1                       | amount_negative
    =                                | void refund=-1                       | amount_negative
    =                                | void credit=@vast   | amount_too_large credit_exceeds_invoice
    =                                | void credit=1200                     | -
    =                                | void credit=1201                     | credit_exceeds_invoice
    =                                | void refund=1                        | refund_exceeds_cash
    =                                | void dated=0001-01-01                | date_not_possible
    spent_top                        | void for=top refund=401              | credits_spent
    =                                | void for=top refund=400              | -
    =                                | void for=top refund=401 top_up=keep  | -
    billed                           | void refund=1                        | refund_exceeds_cash
    =                                | void note_id=one remainder_note_id=one | already_exists
    =                                | void                                 | -
    billed; credit                   | void note_id=note                    | already_exists
    =                                | void remainder_note_id=note          | already_exists
    =                                | void credit=600                      | -
    =                                | void credit=601                      | credit_exceeds_invoice
    billed; pay amount=300           | void refund=300                      | -
    =                                | void refund=301                      | refund_exceeds_cash
    =                                | void refund=300 credit=900           | -
    =                                | void refund=300 credit=901           | credit_exceeds_invoice
    billed; credit lines=@all credit=1200 | void                                 | already_credited
    billed; write_off                | void                                 | -
    billed                           | void dated=2026-03-09                | dated_before_cause
    =                                | void dated=2026-03-10                | -
    billed; close                    | void dated=2026-02-28                | period_closed
    record status=voided             | void                                 | already_voided
"""

REPLACING = """
    so far                   | asked                                | refused
    billed                   | regenerate                           | not_voided
    draft                    | regenerate                           | not_voided
    billed; void             | regenerate                           | -
    =                        | regenerate status=finalized          | -
    =                        | regenerate status=voided             | state_not_possible
    =                        | regenerate as=inv                    | already_exists
    =                        | regenerate for=nothing               | not_found
    billed; void; regenerate | regenerate as=third                  | already_regenerated
    billed                   | regenerate void_first=@void          | -
    =                        | regenerate void_first=@void_other    | state_not_possible not_found
    =                        | regenerate void_first=@void_too_much | credit_exceeds_invoice
    billed; void             | regenerate void_first=@void          | already_voided
    draft                    | regenerate void_first=@void          | not_finalized
    billed; void; close      | regenerate issue_date=2026-02-28     | period_closed
"""

WRITING_OFF = """
    so far                     | asked                      | refused
    draft                      | write_off                  | not_finalized nothing_outstanding
    billed                     | write_off                  | -
    =                          | write_off amount=1200      | -
    =                          | write_off amount=1201      | outstanding_exceeded
    =                          | write_off amount=0         | amount_not_positive
    =                          | write_off amount=-1        | amount_not_positive
    =                          | write_off amount=@vast     | amount_too_large outstanding_exceeded
    =                          | write_off dated=0001-01-01 | date_not_possible
    =                          | write_off dated=2026-03-09 | dated_before_cause
    =                          | write_off dated=2026-03-11 | -
    billed; close              | write_off dated=2026-02-28 | period_closed
    =                          | write_off account=NOWHERE  | unknown_account
    =                          | write_off account=CASH     | unknown_account
    =                          | write_off account=RENT     | -
    billed; pay                | write_off                  | nothing_outstanding
    billed; void               | write_off                  | already_voided nothing_outstanding
    billed; write_off amount=5 | write_off                  | already_exists
    =                          | unwrite                    | -
    billed; write_off; unwrite | unwrite                    | already_reversed
    billed; write_off; void    | unwrite                    | already_reversed
                               | unwrite                    | not_found
"""

LINES = """
    so far | asked                       | refused
           | … lines=[]                  | no_lines
           | … lines=@most               | -
           | … lines=@too_many           | too_many
           | … lines=@unknown_item       | not_found
           | … lines=@unknown_tax        | unknown_tax_code
           | … lines=@negative           | amount_negative
           | … lines=@negative_price     | amount_negative
           | … lines=@negative_rate      | amount_negative
           | … lines=@negative_tax       | amount_negative
           | … lines=@huge               | amount_too_large
           | … lines=@huge_together      | amount_too_large
           | … lines=@huge_price         | amount_too_large
           | … lines=@huge_tax           | amount_too_large
           | … lines=@not_a_number       | amount_too_large
           | … lines=@price_not_a_number | amount_too_large
           | … lines=@too_fine           | amount_too_large
           | … lines=@rate_over_1000     | amount_too_large
           | … lines=@discount_too_large | discount_too_large
           | … lines=@unknown_account    | unknown_account
           | … lines=@kept_account       | unknown_account
           | … lines=@own_account        | -
           | … lines=@one_id_twice       | already_exists
           | … lines=@taken_id           | already_exists
           | … lines=@repeats_unknown    | unknown_line
           | … lines=@two_names          | tax_code_ambiguous
           | … lines=@credits            | unsuitable_top_up
           | … lines=@charge_into_wallet | unsuitable_top_up
           | … lines=@two                | -
           | … issue_date=0001-01-01     | date_not_possible
"""

TABLES = (
    DRAFTING,
    FINALIZING,
    ISSUING,
    ANNOTATING,
    DISPUTING,
    BECOMING_OVERDUE,
    COLLECTING,
    RECORDING,
    VOIDING,
    REPLACING,
    WRITING_OFF,
)

WITH_LINES = (
    "draft; wallet | draft for=other lines=@two",
    "draft; wallet | edit",
    "draft; wallet | issue for=other lines=@two",
    "draft; wallet | record for=other lines=@two",
    "billed; wallet; void | regenerate",
)


def of_lines() -> list[Row]:
    """The table of lines for every command that has some."""
    found = []
    for one in WITH_LINES:
        so_far, name = one.split(" | ")
        steps = tuple(so_far.split("; "))
        found += [Row(steps, row.asked.replace("…", name), row.refused) for row in rows(LINES)]
    return found


ROWS = [*(row for table in TABLES for row in rows(table)), *of_lines()]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_command_is_allowed_or_refused(row: Row) -> None:
    expect(row)
