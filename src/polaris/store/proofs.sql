-- The proofs of the books, the trial balance, and the chain of the audit log.
--
-- A proof selects rows of: currency, subject, expected amount, found amount. `tally` adds them up
-- by subject, so a proof may select rows and postings one by one. If the sums of a subject differ,
-- the proof is violated. For an upper or lower bound, the expected amount is the nearest amount
-- within the bound. `%(t)s` is the tenant; every table in a statement is restricted to it.


-- ----------------------------------------------------------------------------- how proofs are run

-- tally --
select f.currency, f.subject, sum(f.expected) as expected, sum(f.found) as found
  from fact f
 group by f.currency, f.subject

-- verdict --
select count(*), count(*) filter (where t.expected <> t.found),
  (select json_agg(json_build_array(w.currency, w.subject, w.expected, w.found))::text
     from (select v.currency, v.subject::text as subject, v.expected, v.found
             from told v
            where v.expected <> v.found
            order by v.currency, v.subject limit %(most)s) w)
  from told t


-- --------------------------------------------------------------------------------- the invoices

-- receivable --
select i.currency, i.id as subject, i.outstanding_minor as expected, 0 as found
  from invoice i
 where i.tenant_id = %(t)s
union all
select p.currency, p.invoice_id, 0,
  case p.debit when 'ACCOUNTS_RECEIVABLE' then p.amount_minor else -p.amount_minor end
  from posting p
 where p.tenant_id = %(t)s and 'ACCOUNTS_RECEIVABLE' in (p.debit, p.credit)

-- outstanding --
select i.currency, i.id as subject,
  case i.status when 'finalized' then i.total_minor else 0 end as expected,
  i.outstanding_minor as found
  from invoice i
 where i.tenant_id = %(t)s
union all
select i.currency, i.id, -s.amount_minor, 0
  from settlement s
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
 where s.tenant_id = %(t)s and s.removed_at is null

-- paid --
select i.currency, i.id as subject, 0 as expected, i.paid_minor as found
  from invoice i
 where i.tenant_id = %(t)s
union all
select i.currency, i.id, s.amount_minor, 0
  from settlement s
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
 where s.tenant_id = %(t)s and s.removed_at is null and s.kind = 'payment'

-- finalized --
select i.currency, i.id as subject, i.total_minor as expected, 0 as found
  from invoice i
 where i.tenant_id = %(t)s and i.status = 'finalized'
union all
select p.currency, e.invoice_id, 0, p.amount_minor
  from entry e
  join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
 where e.tenant_id = %(t)s and e.kind = 'finalized' and e.reverses is null
   and p.debit = 'ACCOUNTS_RECEIVABLE'
   and not exists (select from entry r where r.tenant_id = %(t)s and r.reverses = e.id)

-- voided --
select v.currency, v.invoice_id || ' ' || v.account as subject, 0 as expected, v.amount as found
  from (
    select p.currency, p.invoice_id, leg.account, sum(leg.amount) as amount
      from posting p
      join invoice i on i.tenant_id = %(t)s and i.id = p.invoice_id and i.status = 'voided'
     cross join lateral
       (values (p.debit, p.amount_minor), (p.credit, -p.amount_minor)) leg (account, amount)
     where p.tenant_id = %(t)s
     group by p.currency, p.invoice_id, leg.account) v
 where v.account not in ('CASH', 'PAYMENT_PROCESSOR_CLEARING', 'REFUND_LIABILITIES')
   and not starts_with(v.account, 'CUSTOMER_CREDITS:')
   and not starts_with(v.account, 'CREDITS_GRANTED')
   and v.account <> all (array(
     select distinct y.account from payment y where y.tenant_id = %(t)s))

-- credited_whole --
-- SALES keeps what was billed; what notes take back of it, and its discounts, are on accounts of
-- their own. Older notes took everything back like this, so all revenue is proved together.
select l.currency, l.invoice_id || ' ' || l.account as subject, 0 as expected, l.amount as found
  from (
    select p.currency, p.invoice_id, sum(leg.amount) as amount,
      case when leg.account = any(%(liabilities)s::text[]) or leg.account = any(array(
             select a.id from account a where a.tenant_id = %(t)s and a.kind = 'liability'))
        then leg.account else 'revenue' end as account
      from (
        select i.id
          from invoice i
          join credited d on d.invoice_id = i.id and d.amount_minor = i.total_minor
         where i.tenant_id = %(t)s and i.status = 'finalized' and i.total_minor > 0) w
      join entry e on e.tenant_id = %(t)s and e.invoice_id = w.id
       and e.kind in ('finalized', 'note_issued', 'note_voided', 'top_up_landed')
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
     cross join lateral
       (values (p.credit, p.amount_minor), (p.debit, -p.amount_minor)) leg (account, amount)
     where leg.account <> 'ACCOUNTS_RECEIVABLE' and leg.account <> all(%(owed)s::text[])
     group by p.currency, p.invoice_id, 4) l


-- ----------------------------------------------------------------------------- what is owed back

-- notes --
select n.currency, n.customer_id as subject, n.balance_minor as expected, 0 as found
  from credit_note n
 where n.tenant_id = %(t)s
union all
select i.currency, s.customer_id, s.held_minor, 0
  from settlement s
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
 where s.tenant_id = %(t)s and s.kind = 'note' and s.held_minor > 0
union all
select p.currency, p.customer_id, 0,
  case p.credit when 'CUSTOMER_CREDITS:NOTES' then p.amount_minor else -p.amount_minor end
  from posting p
 where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:NOTES' in (p.debit, p.credit)

-- wallets --
select w.currency, l.customer_id as subject, l.left_minor as expected, 0 as found
  from lot l
  join wallet w on w.tenant_id = %(t)s and w.id = l.wallet_id
 where l.tenant_id = %(t)s and l.funding = 'purchased'
union all
select i.currency, s.customer_id, s.held_minor, 0
  from settlement s
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
  join lot l on l.tenant_id = %(t)s and l.id = s.source_id and l.funding = 'purchased'
 where s.tenant_id = %(t)s and s.kind = 'wallet' and s.held_minor > 0
union all
select p.currency, p.customer_id, 0,
  case p.credit when 'CUSTOMER_CREDITS:WALLETS' then p.amount_minor else -p.amount_minor end
  from posting p
 where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:WALLETS' in (p.debit, p.credit)

-- unapplied --
select y.currency, y.customer_id as subject, y.unused_minor as expected, 0 as found
  from payment y
 where y.tenant_id = %(t)s
union all
select i.currency, s.customer_id, s.held_minor, 0
  from settlement s
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
 where s.tenant_id = %(t)s and s.kind = 'payment' and s.held_minor > 0
union all
select p.currency, p.customer_id, 0,
  case p.credit when 'CUSTOMER_CREDITS:UNAPPLIED' then p.amount_minor else -p.amount_minor end
  from posting p
 where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:UNAPPLIED' in (p.debit, p.credit)

-- refunds --
select r.currency, r.customer_id as subject, r.amount_minor as expected, 0 as found
  from refund r
 where r.tenant_id = %(t)s and r.state in ('requested', 'sent', 'unknown', 'pending', 'failed')
union all
select p.currency, p.customer_id, 0,
  case p.credit when 'REFUND_LIABILITIES' then p.amount_minor else -p.amount_minor end
  from posting p
 where p.tenant_id = %(t)s and 'REFUND_LIABILITIES' in (p.debit, p.credit)

-- liabilities --
-- Money is owed to a certain customer, so it is proved for each customer. Tax and similar accounts
-- are proved in total, because a standalone credit note may take back more tax than its customer
-- was billed here.
select b.currency, concat_ws(' ', b.account, b.customer_id) as subject,
  greatest(b.balance, 0) as expected, b.balance as found
  from (
    select p.currency, leg.account, sum(leg.amount) as balance,
      case when leg.account = any(%(owed)s::text[]) then p.customer_id end as customer_id
      from posting p
     cross join lateral
       (values (p.credit, p.amount_minor), (p.debit, -p.amount_minor)) leg (account, amount)
     where p.tenant_id = %(t)s
       and (leg.account = any(%(liabilities)s::text[]) or leg.account = any(array(
         select a.id from account a where a.tenant_id = %(t)s and a.kind = 'liability')))
       and (p.invoice_id is not null or leg.account = any(%(owed)s::text[]))
     group by p.currency, leg.account, 4) b


-- ---------------------------------------------------------------------------------------- money

-- money --
select y.currency, y.account as subject,
  case y.state
    when 'succeeded' then y.amount_minor - y.fee_minor
    when 'reversed' then -y.fee_minor
    else 0 end as expected,
  0 as found
  from payment y
 where y.tenant_id = %(t)s
union all
select r.currency, y.account, -r.amount_minor, 0
  from refund r
  join payment y on y.tenant_id = %(t)s and y.id = r.payment_id
 where r.tenant_id = %(t)s and r.state = 'settled'
union all
select p.currency, leg.account, 0, leg.amount
  from posting p
 cross join lateral
   (values (p.debit, p.amount_minor), (p.credit, -p.amount_minor)) leg (account, amount)
 where p.tenant_id = %(t)s
   and (leg.account in ('CASH', 'PAYMENT_PROCESSOR_CLEARING') or leg.account = any(array(
     select distinct y.account from payment y where y.tenant_id = %(t)s)))

-- cash --
select i.currency, c.invoice_id as subject, least(c.went, c.came) as expected, c.went as found
  from (
    select m.invoice_id, sum(m.went) as went, sum(m.came) as came
      from (
        select r.invoice_id, r.amount_minor as went, 0 as came
          from refund r
         where r.tenant_id = %(t)s and r.invoice_id is not null and r.state <> 'converted'
        union all
        select s.invoice_id, 0, s.amount_minor
          from settlement s
         where s.tenant_id = %(t)s and s.kind = 'payment') m
     group by m.invoice_id) c
  join invoice i on i.tenant_id = %(t)s and i.id = c.invoice_id and i.kind <> 'top_up'

-- payments --
select c.currency, c.id as subject, least(c.went, c.came) as expected, c.went as found
  from (
    select y.currency, y.id,
      case when y.state in ('succeeded', 'reversed') then y.amount_minor else 0 end as came,
      y.unused_minor + coalesce(sum(r.amount_minor), 0) as went
      from payment y
      left join refund r
        on r.tenant_id = %(t)s and r.payment_id = y.id and r.state <> 'converted'
     where y.tenant_id = %(t)s
     group by y.tenant_id, y.id) c


-- -------------------------------------------------------------------------------------- reversals

-- mirrored --
-- The postings that should be mirrored, and those that are. Missing and extra ones are counted too.
select coalesce(o.currency, r.currency) as currency, coalesce(o.reversal, r.reversal) as subject,
  1 as expected,
  case when (r.debit, r.credit, r.amount_minor, r.currency, r.customer_id)
          = (o.credit, o.debit, o.amount_minor, o.currency, o.customer_id)
        and r.invoice_id is not distinct from o.invoice_id then 1 else 0 end as found
  from (
    select e.id as reversal, p.position, p.debit, p.credit, p.amount_minor, p.currency,
      p.customer_id, p.invoice_id
      from entry e
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
     where e.tenant_id = %(t)s and e.reverses is not null) r
  full join (
    select e.id as reversal, p.position, p.debit, p.credit, p.amount_minor, p.currency,
      p.customer_id, p.invoice_id
      from entry e
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.reverses
     where e.tenant_id = %(t)s and e.reverses is not null) o
    on o.reversal = r.reversal and o.position = r.position

-- reversed_once --
select null::text as currency, o.id as subject,
  case when o.reverses is null then 1 else 0 end as expected, count(*) as found
  from entry e
  join entry o on o.tenant_id = %(t)s and o.id = e.reverses
 where e.tenant_id = %(t)s
 group by o.id, o.reverses


-- ------------------------------------------------------------------------------ what it comes to

-- trial_balance --
-- All postings, less those after the day. Mostly there are few of these, so only few entries are
-- read for their day. The sums of each pair of accounts come first: there are few pairs.
select leg.account, s.currency, sum(leg.debit), sum(leg.credit)
  from (
    select p.debit, p.credit, p.currency, sum(p.amount_minor) as amount_minor
      from posting p
     where p.tenant_id = %(t)s
     group by p.debit, p.credit, p.currency
    union all
    select p.debit, p.credit, p.currency, -sum(p.amount_minor)
      from entry e
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
     where e.tenant_id = %(t)s and e.accounting_date > %(through)s::date
     group by p.debit, p.credit, p.currency) s
 cross join lateral
   (values (s.debit, s.amount_minor, 0), (s.credit, 0, s.amount_minor))
     leg (account, debit, credit)
 group by leg.account, s.currency
having sum(leg.debit) <> 0 or sum(leg.credit) <> 0
 order by leg.account, s.currency


-- -------------------------------------------------------------------------- the audit's chain

-- part_audit_line --
-- The text of an audit line that is hashed: all its columns, independent of session settings.
(select jsonb_build_array(a.tenant_id, a.id, a.command_id, a.at at time zone 'UTC', a.actor,
   a.command, a.subject_id, a.outcome, a.refusals::text, a.request::text)::text)

-- lock_chain --
-- Sealers of one tenant take turns; its commands never wait for them. A plan that was made before
-- there were seals would later read all seals for each line, so the planner must use the index.
select pg_advisory_xact_lock(hashtextextended('seal ' || %(t)s::text, 0)),
       set_config('enable_seqscan', 'off', true)

-- chain_end --
select s.position, s.hash
  from seal s
 where s.tenant_id = %(t)s
 order by s.position desc limit 1

-- unsealed --
-- In the order of the requests, from a given position. `offset 0` makes it one index look-up per
-- line; as a join, every batch would read all seals.
select a.at, a.id, %(line)s
  from audit a
 where a.tenant_id = %(t)s and (a.at, a.id) > (%(at)s, %(id)s)
   and not exists (
     select from seal s where s.tenant_id = %(t)s and s.audit_id = a.id offset 0)
 order by a.at, a.id limit %(most)s

-- insert_seal --
insert into seal (tenant_id, position, audit_id, hash, previous)
select %(t)s, x.position, x.audit_id, decode(x.hash, 'hex'), decode(x.previous, 'hex')
  from json_to_recordset(%(seals)s::json)
  as x(position bigint, audit_id uuid, hash text, previous text)

-- asked_since --
select 1 from audit a
 where a.tenant_id = %(t)s and a.at >= %(since)s limit 1

-- audit_counts --
select (select count(*) from seal s where s.tenant_id = %(t)s),
  (select count(*)
     from audit a
    where a.tenant_id = %(t)s
      and not exists (select from seal s where s.tenant_id = %(t)s and s.audit_id = a.id))

-- chain_of_lines --
-- The seals of some audit lines, with the lines as they are now.
select s.position, s.audit_id::text, s.hash, s.previous, %(line)s
  from seal s
  join audit a on a.tenant_id = %(t)s and a.id = s.audit_id
 where s.tenant_id = %(t)s and s.audit_id = any(%(audit_ids)s::uuid[])

-- chain --
select s.position, s.audit_id::text, s.hash, s.previous,
  case when a.id is not null then %(line)s end
  from seal s
  left join audit a on a.tenant_id = %(t)s and a.id = s.audit_id
 where s.tenant_id = %(t)s
 order by s.position
