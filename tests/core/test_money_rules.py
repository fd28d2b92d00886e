"""When payments, credit notes, wallets and the books may change."""

import pytest

from core.tables import Row, expect, rows

RECEIVING = """
    so far        | asked                                | refused
    billed        | pay                                  | -
    =             | pay amount=5000                      | -
    =             | pay apply_to={} customer_id=c1       | -
    =             | pay apply_to={}                      | value_missing
    =             | pay customer_id=nobody               | not_found customer_mismatch
    =             | pay customer_id=c2                   | customer_mismatch
    =             | pay apply_to={"nothing":5}           | not_found
    =             | pay currency=USD                     | currency_mismatch
    =             | pay currency=XXX                     | unknown_currency currency_mismatch
    =             | pay amount=0                         | amount_not_positive
    =             | pay amount=@vast                     | amount_too_large
    =             | pay fee=-1                           | amount_negative
    =             | pay fee=1200                         | -
    =             | pay fee=1201                         | amount_too_large
    =             | pay apply_to={"inv":-1}              | amount_negative
    =             | pay account=BANK                     | -
    =             | pay account=NOWHERE                  | unknown_account
    =             | pay account=RENT                     | unknown_account
    =             | pay account=ACCOUNTS_RECEIVABLE      | unknown_account
    =             | pay received_at=0001-01-01T00:00:00Z | date_not_possible
    =             | pay received_at=2026-01-01T00:00:00  | date_not_possible
    =             | pay state=in_progress                | -
    =             | pay state=failed                     | -
    =             | pay state=reversed                   | state_not_possible
    billed; pay   | pay                                  | already_exists
    billed; void  | pay                                  | -
    draft         | pay                                  | -
    draft; delete | pay                                  | -
"""

REPORTING = """
    so far                           | asked                                | refused
                                     | report                               | not_found
    coming                           | report                               | -
    =                                | report state=in_progress             | already_in_state
    =                                | report state=needs_attention         | -
    =                                | report state=failed                  | -
    =                                | report state=reversed                | -
    =                                | report fee=-1                        | amount_negative
    =                                | report fee=1201                      | amount_too_large
    =                                | report received_at=9999-01-01T00:00:00Z | date_not_possible
    coming; void                     | report                               | -
    billed; pay state=failed         | report                               | -
    billed; pay                      | report                               | already_in_state
    =                                | report state=in_progress             | state_not_possible
    =                                | report state=needs_attention         | state_not_possible
    =                                | report state=failed                  | -
    =                                | report state=reversed                | -
    billed; pay; void                | report state=reversed                | -
    billed; pay; report state=reversed | report                               | state_not_possible
    =                                | report state=failed                  | already_in_state
    =                                | report state=reversed                | already_in_state
    =                                | report state=in_progress             | state_not_possible
"""

APPLYING = """
    so far                           | asked                    | refused
    billed; spare                    | apply                    | -
    =                                | apply amount=1200        | -
    =                                | apply amount=1201    | outstanding_exceeded not_enough_unused
    =                                | apply amount=0           | amount_not_positive
    =                 | apply amount=@vast | amount_too_large outstanding_exceeded not_enough_unused
    =                                | apply payment_id=nothing | not_found
    =                                | apply for=nothing        | not_found
    =                                | remove                   | not_applied
    billed; spare amount=5           | apply amount=6           | not_enough_unused
    draft; pay                       | apply                    | not_finalized nothing_outstanding
    =                                | remove                   | not_finalized not_applied
    billed; pay                      | apply                 | nothing_outstanding not_enough_unused
    =                                | remove                   | -
    billed; void; spare              | apply                    | already_voided nothing_outstanding
    billed; void; pay                | remove                   | -
    coming                           | apply                | payment_not_received not_enough_unused
    billed; pay apply_to={} customer_id=c2 | apply                    | customer_mismatch
    billed; spare currency=USD       | apply                    | currency_mismatch
    billed; pay; credit credit=0 refund=600 | remove                   | payment_refunded
    billed; pay; void                | remove                   | -
    billed; pay; void; remove        | remove                   | not_applied
    billed; pay; void refund=1200    | remove                   | not_applied
"""

CREDITING = """
    so far                           | asked                                | refused
    draft                            | credit                               | not_finalized
    billed                           | credit                               | -
    =                                | credit offset=600 credit=0           | -
    =                                | credit lines=[]                 | no_lines parts_do_not_match
    =                            | credit lines=@none_of_it | amount_not_positive parts_do_not_match
    =     | credit lines=@less_than_nothing | amount_not_positive amount_negative parts_do_not_match
    =                                | credit lines=@too_much  | amount_too_large line_over_credited
    =                        | credit lines=@too_much_together | amount_too_large line_over_credited
    =                                | credit lines=@more_than_is_left      | line_over_credited
    =                                | credit lines=@twice_500 credit=1200  | -
    =                                | credit lines=@twice_501              | line_over_credited
    =                                | credit lines=@of_another             | unknown_line
    =                              | credit lines=@alone_two_names | tax_code_ambiguous unknown_line
    =                                | credit dated=0001-01-01              | date_not_possible
    =                                | credit credit=599                    | parts_do_not_match
    =                                | credit credit=-1         | amount_negative parts_do_not_match
    =             | credit credit=@vast | amount_too_large credit_exceeds_invoice parts_do_not_match
    =                               | credit credit=1201 | credit_exceeds_invoice parts_do_not_match
    =                                | credit credit=0 refund=600           | refund_exceeds_cash
    =                                | credit for=nothing                   | not_found
    billed; credit                   | credit                               | already_exists
    =                                | credit of=more                       | -
    =            | credit of=more lines=@all credit=1200 | credit_exceeds_invoice line_over_credited
    billed; pay amount=800           | credit offset=401 credit=199     | offset_exceeds_outstanding
    =                                | credit offset=200 credit=200 refund=200 | -
    =                                | credit credit=0 refund=600           | -
    refunded                         | credit of=more credit=399 refund=201 | refund_exceeds_cash
    billed; void                     | credit                               | -
    =                                | credit offset=600 credit=0       | offset_exceeds_outstanding
    =                                | credit credit=0 refund=600           | refund_exceeds_cash
    billed; pay; void                | credit credit=0 refund=600           | -
    billed; close                    | credit dated=2026-02-28              | period_closed
    =                                | credit dated=2026-03-09              | dated_before_cause
    =                                | credit dated=2026-03-10              | -
    landed; draft; finalize apply=@wallet | credit for=top lines=@of_top credit=300 | credits_spent
    sold                             | credit for=top lines=@of_top credit=300 | -
"""

ALONE = """
    so far     | asked                             | refused
               | standalone                        | -
    standalone | standalone                        | already_exists
               | standalone customer_id=nobody     | not_found
               | standalone currency=XXX           | unknown_currency
               | standalone lines=[]               | no_lines
               | standalone lines=@none_of_it      | amount_not_positive
               | standalone lines=@alone_below     | amount_negative
               | standalone lines=@alone_huge      | amount_too_large
               | standalone lines=@alone_two_names | tax_code_ambiguous
               | standalone lines=@alone_kept      | unknown_account
               | standalone lines=@alone_rent      | -
               | standalone dated=0001-01-01       | date_not_possible
    close      | standalone dated=2026-02-28       | period_closed
    =          | standalone                        | -
"""

NOTES = """
    so far                           | asked                            | refused
                                     | void_note                        | not_found
    billed; credit                   | void_note                        | -
    billed; credit; void_note        | void_note                       | note_voided nothing_to_void
    billed; credit credit_to=wallet  | void_note                        | nothing_to_void
    billed; credit offset=600 credit=0 | void_note                        | -
    billed; credit offset=600 credit=0; void | void_note                        | nothing_to_void
    standalone                       | void_note of=alone               | -
    billed; credit                   | annotate_note                    | -
    =                                | annotate_note refund_status=pending | -
    =                                | annotate_note refund_status=settled | -
    =                                | annotate_note refund_status=failed | -
    =                                | annotate_note refund_status=requested | state_not_possible
    =                                | annotate_note refund_status=converted | state_not_possible
    =                                | annotate_note of=nothing         | not_found
    billed; credit; void_note        | annotate_note                    | -
    billed; credit; void             | annotate_note                    | -
    billed; credit                   | apply_note                       | note_of_same_invoice
    billed; credit; billed_two       | apply_note for=two               | -
    =                                | apply_note for=nothing           | not_found
    =                                | remove_note                      | not_applied
    billed; standalone               | apply_note of=alone              | -
    =                                | apply_note of=alone amount=600   | -
    =                                | apply_note of=alone amount=601   | not_enough_unused
    =                                | apply_note of=alone amount=0     | amount_not_positive
    =                     | apply_note of=alone amount=1201 | outstanding_exceeded not_enough_unused
    =   | apply_note of=alone amount=@vast | amount_too_large outstanding_exceeded not_enough_unused
    =                                | apply_note of=nothing for=inv    | not_found
    draft; standalone                | apply_note of=alone       | not_finalized nothing_outstanding
    =                                | remove_note of=alone             | not_finalized not_applied
    billed; standalone; void         | apply_note of=alone      | already_voided nothing_outstanding
    billed; standalone; pay          | apply_note of=alone              | nothing_outstanding
    billed; standalone customer_id=c2 | apply_note of=alone              | customer_mismatch
    billed; standalone currency=USD  | apply_note of=alone              | currency_mismatch
    billed; standalone; apply_note of=alone | remove_note of=alone             | -
    =                                | void_note of=alone               | nothing_to_void
"""

WALLETS = """
    so far                           | asked                                | refused
                                     | wallet                               | -
    wallet                           | wallet                               | already_exists
                                     | wallet customer_id=nobody            | not_found
                                     | wallet currency=XXX                  | unknown_currency
                                     | wallet rate=0                        | amount_not_positive
                                     | wallet rate=NaN                      | amount_not_positive
                                     | wallet priority=51                   | number_not_possible
                                     | wallet expires_at=9999-01-01T00:00:00Z | date_not_possible
                                     | wallet purchase_min_minor=0          | number_not_possible
                           | wallet purchase_min_minor=5 purchase_max_minor=4 | number_not_possible
    wallet                           | change_wallet                        | -
    =                                | change_wallet purchase_max_minor=-1  | number_not_possible
    wallet purchase_max_minor=4      | change_wallet purchase_min_minor=5   | number_not_possible
    =                | change_wallet purchase_min_minor=5 purchase_max_minor=6 | -
    wallet                           | change_wallet priority=1 name=Gifts  | -
    =                                | change_wallet priority=0             | number_not_possible
    =                                | change_wallet priority=51            | number_not_possible
    =                            | change_wallet expires_at=9999-01-01T00:00:00Z | date_not_possible
    =                                | change_wallet wallet_id=nothing      | not_found
    wallet; terminate                | change_wallet                        | wallet_terminated
    wallet                           | grant                                | -
    =                                | grant amount=0                       | amount_not_positive
    =                                | grant amount=@vast                   | amount_too_large
    =                                | grant priority=0                     | number_not_possible
    =                                | grant wallet_id=nothing              | not_found
    =                                | grant expires_at=2026-01-01T00:00:00 | date_not_possible
    wallet; grant                    | grant                                | already_exists
    wallet; terminate                | grant                                | wallet_terminated
    =                                | buy                                  | wallet_terminated
    =                                | terminate                            | wallet_terminated
    wallet                           | terminate                            | -
    =                                | terminate wallet_id=nothing          | not_found
    =                                | expire_wallet                        | wallet_not_expired
    =                                | expire_wallet wallet_id=nothing      | not_found
    wallet expires_at=2026-03-10T12:00:01Z | expire_wallet                  | wallet_not_expired
    wallet expires_at=2026-03-10T12:00:00Z | expire_wallet                  | -
    wallet expires_at=2026-03-10T12:00:00Z; terminate | expire_wallet       | wallet_terminated
    wallet                           | terminate                            | -
    =                                | buy                                  | -
    =                                | buy taxes=@vat                       | -
    wallet purchase_min_minor=501    | buy                                  | purchase_too_small
    =                                | buy amount=501                       | -
    =                                | buy ignore_limits=true               | -
    wallet purchase_max_minor=499    | buy                                  | purchase_too_large
    =                                | buy amount=499                       | -
    =                                | buy ignore_limits=true               | -
    wallet                           | buy                                  | -
    =                                | buy taxes=@below_zero                | amount_negative
    =                                | buy taxes=@above_1000                | amount_too_large
    =                                | buy taxes=@code_twice                | tax_code_ambiguous
    =                                | buy amount=0                         | amount_not_positive
    =                                | buy amount=@vast                     | amount_too_large
    =                                | buy issue_date=9999-01-01            | date_not_possible
    =                                | buy wallet_id=nothing                | not_found
    wallet; buy                      | buy                                  | already_exists
    wallet; close                    | buy issue_date=2026-02-28            | period_closed
    wallet                           | draft kind=top_up lines=@sold        | -
    =                                | draft kind=top_up lines=@sold_cheaper | unsuitable_top_up
    =                                | draft kind=top_up lines=@sold_elsewhere | unsuitable_top_up
    =                                | draft kind=top_up lines=@sold_nowhere | unsuitable_top_up
    =                                | draft kind=top_up lines=@sold_with_more | unsuitable_top_up
    =                               | draft kind=top_up lines=@sold currency=USD | unsuitable_top_up
    wallet; their_wallet             | draft kind=top_up lines=@sold_to_another | unsuitable_top_up
    spent                            | restore                              | -
    =                                | restore for=nothing                  | not_found
    billed                           | restore                              | not_applied
    draft                            | restore                           | not_finalized not_applied
    spent; void give_back=@parked    | restore                              | -
    spent; void                      | restore                              | not_applied
    wallet; grant                    | void_wallet                          | -
    =                                | void_wallet amount=301               | credits_spent
    =                                | void_wallet amount=0                 | amount_not_positive
    =                                | void_wallet amount=@vast     | amount_too_large credits_spent
    =                                | void_wallet wallet_id=nothing        | not_found
    wallet; grant; grant lot_id=more | void_wallet amount=600               | -
    wallet; grant; terminate         | void_wallet                          | wallet_terminated
    wallet; grant expires_at=2026-03-10T12:00:00Z | void_wallet           | credits_spent
    wallet                           | void_wallet amount=1                 | credits_spent
    wallet; grant                    | void_credits                         | -
    =                                | void_credits amount=300              | -
    =                                | void_credits amount=301              | credits_spent
    =                                | void_credits amount=0                | amount_not_positive
    =                                | void_credits amount=@vast    | amount_too_large credits_spent
    =                                | void_credits lot_id=nothing          | not_found
    =                                | expire                               | not_expired
    wallet; grant; void_credits      | void_credits                         | credits_spent
    =                                | expire                            | credits_spent not_expired
    wallet; grant expires_at=2026-03-10T12:00:00Z | expire                               | -
    wallet; grant expires_at=2026-03-10T12:00:01Z | expire                             | not_expired
"""

BOOKS = """
    so far | asked                                | refused
           | customer                             | -
           | customer external_id=@unset            | value_missing
           | customer external_id=x1              | already_exists
           | customer customer_id=c1 external_id=x1 | -
           | customer external_id=x1              | already_exists
           | customer customer_id=c1 external_id=x1 | -
           | customer customer_id=c1 external_id= | value_missing
           | customer external_id=x1 upsert=true | -
           | customer tax_codes=["nothing"]       | unknown_tax_code
           | customer currency=XXX                | unknown_currency
           | customer timezone=Nowhere            | unknown_timezone
           | customer timezone=Europe/Berlin      | -
           | customer payment_term_days=-1        | number_not_possible
           | delete_customer                      | -
           | delete_customer customer_id=nobody   | not_found
    billed | delete_customer                      | -
    delete_customer | delete_customer             | not_found
    =      | customer customer_id=c1              | not_found
    =      | customer external_id=x1              | -
    =      | draft                                | not_found
    =      | issue                                | not_found
    =      | record                               | not_found
    =      | standalone                           | not_found
    =      | wallet                               | not_found
    =      | pay apply_to={} customer_id=c1       | -
    billed; delete_customer | void                | -
    =      | pay                                  | -
           | close                                | -
           | close through=2026-03-09             | -
           | close through=2026-03-10             | period_not_over
    close  | close                                | books_already_closed
    =      | close through=2026-02-27             | books_would_move_back
    =      | reopen                               | -
    =      | clerk reopen                         | administrator_required
    =      | reopen through=2026-02-27            | -
    =      | reopen through=2026-02-28            | books_would_move_forward
           | reopen                               | books_would_move_forward
    wallet | correct                              | not_found
    billed | correct                              | -
    =      | clerk correct                        | administrator_required
    =      | correct day=2026-03-10               | date_not_possible
    =      | correct day=0001-01-01               | date_not_possible
    billed; correct | correct entry_id=row-8 day=2026-03-13 | already_exists
"""

TABLES = (RECEIVING, REPORTING, APPLYING, CREDITING, ALONE, NOTES, WALLETS, BOOKS)

ROWS = [row for table in TABLES for row in rows(table)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_command_is_allowed_or_refused(row: Row) -> None:
    expect(row)
