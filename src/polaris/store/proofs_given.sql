-- The proofs that nobody gets back more than came in. See proofs.sql for the form of a proof.

-- losses --
-- Older books have no accounts beneath CREDITS_GRANTED, so it is proved with them.
select b.currency, b.account as subject, greatest(b.balance, 0) as expected, b.balance as found
  from (
    select p.currency, split_part(leg.account, ':', 1) as account, sum(leg.amount) as balance
      from posting p
     cross join lateral
       (values (p.debit, p.amount_minor), (p.credit, -p.amount_minor)) leg (account, amount)
     where p.tenant_id = %(t)s
       and (leg.account = 'BAD_DEBT' or starts_with(leg.account, 'CREDITS_GRANTED'))
     group by 1, 2) b

-- granted --
-- The grants of a voided invoice. Credits of a top-up that stay are booked against its sale, and
-- are not counted.
select i.currency, c.invoice_id as subject, c.expected, c.found
  from (
    select g.invoice_id, g.amount_minor as expected, 0 as found
      from grants g
    union all
    select p.invoice_id, 0,
      case when starts_with(p.debit, 'CREDITS_GRANTED') then p.amount_minor else 0 end
      - case when starts_with(p.credit, 'CREDITS_GRANTED') then p.amount_minor else 0 end
      from posting p
     where p.tenant_id = %(t)s and p.credit <> 'UNEARNED_REVENUE') c
  join invoice i on i.tenant_id = %(t)s and i.id = c.invoice_id and i.status = 'voided'

-- given_back --
-- What went back for an invoice: refunds, credit of its notes, what is still held, and the credits
-- of a voided top-up that stay. What came in for it: its total, or what settled it when it was
-- voided, with money that came later; and what was granted.
select i.currency, c.invoice_id as subject, least(c.back, c.came) as expected, c.back as found
  from (
    select m.invoice_id, sum(m.back) as back, sum(m.came) as came
      from (
        select r.invoice_id, r.amount_minor as back, 0 as came
          from refund r
         where r.tenant_id = %(t)s and r.state <> 'converted'
        union all
        select n.invoice_id, f.amount_minor, 0
          from funding f
          join credit_note n on n.tenant_id = %(t)s and n.id = f.note_id
         where f.tenant_id = %(t)s
        union all
        select s.invoice_id, s.held_minor,
          case when s.kind = 'payment' and s.entry_id is null then s.amount_minor
               when s.kind = 'offset' and s.removed_at is null then -s.amount_minor
               else 0 end
          from settlement s
         where s.tenant_id = %(t)s
        union all
        select p.invoice_id, p.amount_minor, 0
          from entry e
          join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
         where e.tenant_id = %(t)s and e.kind = 'void_settled'
           and p.credit = 'UNEARNED_REVENUE' and p.debit <> 'CUSTOMER_CREDITS:WALLETS'
        union all
        select d.invoice_id, 0, p.amount_minor
          from ended d
          join posting p on p.tenant_id = %(t)s and p.entry_id = d.entry_id
         where d.kind in ('payment_applied', 'note_applied', 'credits_consumed')
        union all
        select v.id, 0, v.total_minor
          from invoice v
         where v.tenant_id = %(t)s and v.status = 'finalized'
        union all
        select p.invoice_id, 0,
          case when starts_with(p.debit, 'CREDITS_GRANTED') then p.amount_minor else 0 end
          - case when starts_with(p.credit, 'CREDITS_GRANTED') then p.amount_minor else 0 end
          from posting p
         where p.tenant_id = %(t)s) m
     group by m.invoice_id) c
  join invoice i on i.tenant_id = %(t)s and i.id = c.invoice_id

-- granted_to_customer --
-- The same grants, and all that was booked as granted to the customer, on any invoice or none.
select c.currency, c.customer_id as subject, c.expected, c.found
  from (
    select i.currency, i.customer_id, g.amount_minor as expected, 0 as found
      from grants g
      join invoice i on i.tenant_id = %(t)s and i.id = g.invoice_id and i.status = 'voided'
    union all
    select p.currency, p.customer_id, 0,
      case when starts_with(p.debit, 'CREDITS_GRANTED') then p.amount_minor else 0 end
      - case when starts_with(p.credit, 'CREDITS_GRANTED') then p.amount_minor else 0 end
      from posting p
     where p.tenant_id = %(t)s and p.credit <> 'UNEARNED_REVENUE') c

-- given_to_customer --
-- What a customer has back: refunds, credit, and money that is free or held. What is used: the
-- invoices less what notes took back. What came in: money, what is still owed, and what was given
-- by name: write-offs, granted credits that were spent, standalone notes, grants, and losses by
-- reversed payments. Sold credits are used when they are spent.
select c.currency, c.customer_id as subject, least(c.used, c.came) as expected, c.used as found
  from (
    select m.currency, m.customer_id, sum(m.used) as used, sum(m.came) as came
      from (
        select y.currency, y.customer_id, y.unused_minor as used,
          case y.state when 'succeeded' then y.amount_minor else 0 end as came
          from payment y
         where y.tenant_id = %(t)s and y.customer_id is not null
        union all
        select r.currency, r.customer_id, r.amount_minor, 0
          from refund r
         where r.tenant_id = %(t)s and r.state <> 'converted'
        union all
        select n.currency, n.customer_id, n.balance_minor,
          case n.purpose when 'standalone' then n.total_minor - n.voided_minor else 0 end
          from credit_note n
         where n.tenant_id = %(t)s
        union all
        select w.currency, l.customer_id, l.left_minor, 0
          from lot l
          join wallet w on w.tenant_id = %(t)s and w.id = l.wallet_id
         where l.tenant_id = %(t)s and l.funding = 'purchased'
        union all
        select i.currency, i.customer_id,
          case when l.funding = 'granted' then 0 else s.held_minor end,
          case when s.removed_at is null and (s.kind = 'write_off' or l.funding = 'granted')
            then s.amount_minor else 0 end
          from settlement s
          join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
          left join lot l on l.tenant_id = %(t)s
           and l.id = case s.kind when 'wallet' then s.source_id end
         where s.tenant_id = %(t)s
        union all
        select p.currency, p.customer_id, 0,
          case when starts_with(leg.account, 'CREDITS_GRANTED')
                 or (leg.account = 'BAD_DEBT' and leg.other <> 'ACCOUNTS_RECEIVABLE')
            then leg.amount else 0 end
          from posting p
         cross join lateral (values
           (p.debit, p.credit, p.amount_minor),
           (p.credit, p.debit, -p.amount_minor)) leg (account, other, amount)
         where p.tenant_id = %(t)s
        union all
        select i.currency, i.customer_id,
          case when i.status = 'finalized' and i.kind <> 'top_up'
            then greatest(i.total_minor - coalesce(d.amount_minor, 0), 0) else 0 end,
          i.outstanding_minor
          from invoice i
          left join credited d on d.invoice_id = i.id
         where i.tenant_id = %(t)s) m
     group by m.currency, m.customer_id) c

-- grants --
-- The grants behind the notes of invoices, and the refunds whose payment had left before the void.
select n.invoice_id, f.amount_minor
  from funding f
  join credit_note n on n.tenant_id = %(t)s and n.id = f.note_id
 where f.tenant_id = %(t)s and f.kind = 'grant'
union all
select r.invoice_id, r.amount_minor
  from refund r
  join settlement s on s.tenant_id = %(t)s and s.id = r.settlement_id
   and s.entry_id is not null
 where r.tenant_id = %(t)s and r.note_id is not null and r.state <> 'converted'
   and not exists (select from ended d where d.entry_id = s.entry_id)

-- credited --
-- What the notes of each invoice credit, less what their voiding took back.
select n.invoice_id, sum(n.total_minor - n.voided_minor
    - case when n.voided_at is null then 0 else n.offset_minor end) as amount_minor
  from credit_note n
 where n.tenant_id = %(t)s
 group by n.invoice_id

-- ended --
-- The entries that the void of their invoice reversed: it reversed the finalization as well.
select e.id as entry_id, e.invoice_id, e.kind
  from entry f
  join entry v on v.tenant_id = %(t)s and v.reverses = f.id
  join entry e on e.tenant_id = %(t)s and e.invoice_id = f.invoice_id and e.reverses is null
  join entry r on r.tenant_id = %(t)s and r.reverses = e.id and r.command_id = v.command_id
 where f.tenant_id = %(t)s and f.kind = 'finalized' and f.reverses is null
