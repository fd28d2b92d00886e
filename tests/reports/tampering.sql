-- What somebody could do to the books behind the engine's back; each a block that one proof, or
-- the proofs named in the test, must find. `%(t)s` is the tenant.

-- receivable --
-- A claim that the invoice does not know of.
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id, invoice_id)
select %(t)s, e.id, 99, 'ACCOUNTS_RECEIVABLE', 'SALES', 5, i.currency, i.customer_id, i.id
  from entry e, invoice i
 where e.tenant_id = %(t)s and e.kind = 'payment_received'
   and i.tenant_id = %(t)s and i.status = 'finalized' limit 1

-- outstanding --
update settlement s set amount_minor = s.amount_minor - 5
 where s.tenant_id = %(t)s and s.kind = 'write_off'

-- paid --
update invoice i set paid_minor = i.paid_minor - 5
 where i.tenant_id = %(t)s and i.paid_minor > 0

-- finalized --
-- The claim is booked, but no longer by the invoice's finalization.
update entry e set kind = 'written_off'
 where e.tenant_id = %(t)s and e.kind = 'finalized'
   and e.invoice_id = any(array(
     select i.id from invoice i where i.tenant_id = %(t)s and i.status = 'finalized' limit 1))

-- voided --
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id, invoice_id)
select %(t)s, e.id, 99, 'DISCOUNTS', 'SALES', 5, i.currency, i.customer_id, i.id
  from entry e
  join invoice i on i.tenant_id = %(t)s and i.id = e.invoice_id and i.status = 'voided'
 where e.tenant_id = %(t)s and e.kind = 'void_settled' limit 1

-- notes --
update credit_note n set balance_minor = n.balance_minor - 5
 where n.tenant_id = %(t)s and n.balance_minor > 5

-- notes_parked --
update settlement s set held_minor = s.held_minor - 5
 where s.tenant_id = %(t)s and s.kind = 'note' and s.held_minor > 5

-- wallets --
update lot l set left_minor = l.left_minor - 5
 where l.tenant_id = %(t)s and l.funding = 'purchased' and l.left_minor > 5

-- wallets_parked --
update settlement s set held_minor = s.held_minor - 5
 where s.tenant_id = %(t)s and s.kind = 'wallet' and s.held_minor > 5

-- unapplied --
update payment y set unused_minor = y.unused_minor - 5
 where y.tenant_id = %(t)s and y.unused_minor > 5

-- unapplied_held --
update settlement s set held_minor = s.held_minor - 5
 where s.tenant_id = %(t)s and s.kind = 'payment' and s.held_minor > 5

-- refunds --
update refund r set state = 'converted'
 where r.tenant_id = %(t)s and r.state = 'requested'

-- liabilities --
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id, invoice_id)
select %(t)s, e.id, 99, 'TIPS', 'SALES', 5, i.currency, i.customer_id, i.id
  from entry e, invoice i
 where e.tenant_id = %(t)s and e.kind = 'payment_received'
   and i.tenant_id = %(t)s and i.status = 'finalized' limit 1

-- customers_credit --
-- One customer's credit booked as another's: together the books are still even.
update posting p set customer_id = c.id
  from customer c
 where p.tenant_id = %(t)s and p.debit = 'CASH' and p.credit = 'CUSTOMER_CREDITS:UNAPPLIED'
   and c.tenant_id = %(t)s and c.id <> p.customer_id

-- money --
update payment y set fee_minor = y.fee_minor + 5
 where y.tenant_id = %(t)s and y.state = 'succeeded' and y.fee_minor > 0

-- money_came --
-- A payment that failed is said to have come.
update payment y set state = 'succeeded'
 where y.tenant_id = %(t)s and y.state = 'failed'

-- cash --
update settlement s set amount_minor = r.amount_minor - 5
  from refund r
 where s.tenant_id = %(t)s and s.removed_at is not null and s.held_minor = 0
   and r.tenant_id = %(t)s and r.settlement_id = s.id and r.state = 'requested'

-- payments --
-- A refund is said to come out of a payment that was smaller.
update refund r set payment_id = y.id
  from payment y
 where r.tenant_id = %(t)s and r.state = 'requested' and r.amount_minor = 700
   and y.tenant_id = %(t)s and y.currency = r.currency and y.amount_minor = 300

-- losses --
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id)
select %(t)s, p.entry_id, 99, 'DISCOUNTS', 'CREDITS_GRANTED', 1000000, p.currency, p.customer_id
  from posting p
 where p.tenant_id = %(t)s and p.credit = 'CUSTOMER_CREDITS:UNAPPLIED' limit 1

-- losses_bad_debt --
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id)
select %(t)s, p.entry_id, 99, 'DISCOUNTS', 'BAD_DEBT', 1000000, p.currency, p.customer_id
  from posting p
 where p.tenant_id = %(t)s and p.credit = 'CUSTOMER_CREDITS:UNAPPLIED' limit 1

-- granted --
-- Credit that nothing was received for is said to be funded by another note.
update funding f set kind = 'notes'
  from credit_note n
 where f.tenant_id = %(t)s and f.kind = 'grant' and f.amount_minor > 0
   and n.tenant_id = %(t)s and n.id = f.note_id and n.purpose = 'void'

-- given_back --
-- A note is said to have given more than came in.
update funding f set amount_minor = f.amount_minor + 1000000
  from credit_note n
 where f.tenant_id = %(t)s and f.kind = 'cash'
   and n.tenant_id = %(t)s and n.id = f.note_id and n.invoice_id is not null

-- mirrored --
-- A reversal that says more, and elsewhere, than what it reverses.
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id)
select %(t)s, e.id, 99, 'DISCOUNTS', 'SALES', 5, p.currency, p.customer_id
  from entry e
  join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
 where e.tenant_id = %(t)s and e.reverses is not null limit 1

-- mirrored_amount --
update posting p set amount_minor = p.amount_minor + 5
  from entry e
 where p.tenant_id = %(t)s and p.entry_id = e.id and p.credit = 'DISCOUNTS:PROMOTIONAL'
   and e.tenant_id = %(t)s and e.reverses is not null

-- reversed_once --
insert into entry (tenant_id, id, kind, accounting_date, written_at, reverses, command_id)
select %(t)s, gen_random_uuid(), e.kind, e.accounting_date, e.written_at, e.reverses, e.command_id
  from entry e
 where e.tenant_id = %(t)s and e.reverses is not null limit 1

-- reversed_twice_over --
-- What reverses is itself reversed.
insert into entry (tenant_id, id, kind, accounting_date, written_at, reverses, command_id)
select %(t)s, gen_random_uuid(), e.kind, e.accounting_date, e.written_at, e.id, e.command_id
  from entry e
 where e.tenant_id = %(t)s and e.reverses is not null limit 1

-- numbers --
update invoice i set number = 'INV-999999'
 where i.tenant_id = %(t)s and i.number = 'INV-000002'

-- numbers_out_of_format --
update credit_note n set number = 'X'
 where n.tenant_id = %(t)s and n.number = 'CN-000002'

-- numbers_lost --
update series s set next = s.next + 1
 where s.tenant_id = %(t)s and s.id = 'note'

-- given_late --
-- Credit notes take revenue back before they give anything for it.
update entry e set accounting_date = e.accounting_date + 30
 where e.tenant_id = %(t)s and e.kind = 'note_settled'

-- received_late --
-- Money is applied to invoices before it comes.
update entry e set accounting_date = e.accounting_date + 30
 where e.tenant_id = %(t)s and e.kind = 'payment_received'

-- lots_by_day --
-- Credits are spent before they are bought.
update entry e set accounting_date = e.accounting_date + 30
 where e.tenant_id = %(t)s and e.kind = 'top_up_landed'

-- dated --
-- An entry is reversed before it is booked.
update entry e set accounting_date = e.accounting_date - 30
 where e.tenant_id = %(t)s and e.kind = 'payment_applied' and e.reverses is not null

-- tasks --
delete from task k where k.tenant_id = %(t)s and k.kind = 'refund_failed'

-- tasks_open_too_long --
-- The refund is not failed any more, but somebody opens its task again.
update task k set resolved_at = null, resolved_by = null, resolution = null
 where k.tenant_id = %(t)s and k.kind = 'refund_failed'

-- credited_whole --
-- A note is said to have taken its tip out of sales.
update posting p set debit = 'CUSTOMER_REFUNDS'
  from entry e
 where p.tenant_id = %(t)s and p.entry_id = e.id and p.debit = 'TIPS'
   and e.tenant_id = %(t)s and e.kind = 'note_issued'

-- granted_to_customer --
-- Credit is granted to a customer without an invoice.
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id)
select %(t)s, p.entry_id, 99, 'CREDITS_GRANTED', 'DISCOUNTS', 5, p.currency, p.customer_id
  from posting p
 where p.tenant_id = %(t)s and p.credit = 'CUSTOMER_CREDITS:UNAPPLIED' limit 1

-- given_to_customer --
-- A customer's payment is said to have been another customer's.
update payment y set customer_id = c.id
  from customer c
 where y.tenant_id = %(t)s and y.state = 'succeeded' and y.unused_minor = 0
   and c.tenant_id = %(t)s and c.id <> y.customer_id
