-- The proofs of the books at the end of every day. They are run like those of proofs.sql.
--
-- A balance that is below zero at the end of a day was used before it was there. A subject that
-- fails names the first such day.

-- receivable_by_day --
select d.currency, concat_ws(' on ', d.invoice_id, min(d.day) filter (where d.balance < 0))
    as subject,
  greatest(min(d.balance), 0) as expected, min(d.balance) as found
  from (
    select p.currency, p.invoice_id, e.day as day,
      sum(sum(case p.debit when 'ACCOUNTS_RECEIVABLE'
            then p.amount_minor else -p.amount_minor end))
        over (partition by p.currency, p.invoice_id order by e.day) as balance
      from posting p
      join effective e on e.id = p.entry_id
     where p.tenant_id = %(t)s and 'ACCOUNTS_RECEIVABLE' in (p.debit, p.credit)
     group by p.currency, p.invoice_id, e.day) d
 group by d.currency, d.invoice_id

-- liabilities_by_day --
-- Credit and money are owed to a customer; tax and sold credits are owed on an invoice.
select d.currency,
  concat_ws(' ', d.account, d.owner_id, 'on ' || min(d.day) filter (where d.balance < 0))
    as subject,
  greatest(min(d.balance), 0) as expected, min(d.balance) as found
  from (
    select b.currency, b.account, b.owner_id, b.day,
      sum(sum(b.amount)) over (partition by b.currency, b.account, b.owner_id order by b.day)
        as balance
      from (
        select p.currency, leg.account, leg.amount, e.day as day,
          case when leg.account = any(%(owed)s::text[]) then p.customer_id else p.invoice_id end
            as owner_id
          from posting p
          join effective e on e.id = p.entry_id
         cross join lateral
           (values (p.credit, p.amount_minor), (p.debit, -p.amount_minor)) leg (account, amount)
         where p.tenant_id = %(t)s
           and (leg.account = any(%(liabilities)s::text[]) or leg.account = any(array(
             select a.id from account a where a.tenant_id = %(t)s and a.kind = 'liability')))
      ) b
     where b.owner_id is not null
     group by b.currency, b.account, b.owner_id, b.day) d
 group by d.currency, d.account, d.owner_id

-- lots_by_day --
-- What the entries say about each lot of purchased credits. Credits that a void gave out of held
-- credits have no entry of their own; they came with the first reversal of the void.
select d.currency, concat_ws(' on ', d.lot_id, min(d.day) filter (where d.balance < 0))
    as subject,
  greatest(min(d.balance), 0) as expected, min(d.balance) as found
  from (
    select c.currency, c.lot_id, c.day,
      sum(sum(c.amount)) over (partition by c.lot_id order by c.day) as balance
      from (
        select p.currency, l.id as lot_id, e.day as day,
          case p.credit when 'CUSTOMER_CREDITS:WALLETS'
            then p.amount_minor else -p.amount_minor end as amount
          from posting p
          join effective e on e.id = p.entry_id
          join lot l on l.tenant_id = %(t)s and l.funding = 'purchased'
           and l.id = case when p.source = 'lot' then p.source_id end
         where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:WALLETS' in (p.debit, p.credit)
        union all
        select p.currency, l.id, e.day, p.amount_minor
          from posting p
          join effective e on e.id = p.entry_id and e.kind = 'note_settled'
          join lot l on l.tenant_id = %(t)s and l.funding = 'purchased' and l.note_id = p.source_id
         where p.tenant_id = %(t)s and p.credit = 'CUSTOMER_CREDITS:WALLETS'
        union all
        select p.currency, l.id, e.day,
          case p.credit when 'CUSTOMER_CREDITS:WALLETS'
            then p.amount_minor else -p.amount_minor end
          from posting p
          join effective e on e.id = p.entry_id
          join lot l on l.tenant_id = %(t)s and l.funding = 'purchased'
           and l.invoice_id = p.invoice_id
         where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:WALLETS' in (p.debit, p.credit)
           and p.source <> 'lot' and e.kind <> 'note_settled'
           and (e.kind <> 'void_settled' or p.credit in
             ('UNEARNED_REVENUE', 'CUSTOMER_CREDITS:UNAPPLIED', 'CREDITS_GRANTED'))
        union all
        select n.currency, l.id, min(e.day), l.amount_minor
          from lot l
          join credit_note n on n.tenant_id = %(t)s and n.id = l.note_id and n.purpose = 'void'
          join effective b on b.invoice_id = n.invoice_id
           and b.kind = 'finalized' and b.reverses is not null
          join effective e on e.invoice_id = n.invoice_id
           and e.command_id = b.command_id
         where l.tenant_id = %(t)s and l.funding = 'purchased'
         group by n.currency, l.id, l.amount_minor) c
     where not exists (
       select from lot g
         join credit_note n on n.tenant_id = %(t)s and n.id = g.note_id and n.purpose <> 'void'
         join invoice i on i.tenant_id = %(t)s and i.id = n.invoice_id and i.status = 'voided'
        where g.tenant_id = %(t)s and g.id = c.lot_id)
     group by c.currency, c.lot_id, c.day) d
 group by d.currency, d.lot_id

-- causes --
-- Each entry with the days of what it reverses, settles, pays out or belongs to.
select r.id as entry_id, o.day
  from effective r
  join effective o on o.id = r.reverses
union all
select x.id, b.day
  from effective x
  join effective b on b.invoice_id = x.invoice_id and b.kind = 'finalized' and b.reverses is null
union all
select coalesce(s.entry_id, r.entry_id), m.day
  from effective m
  join posting p on p.tenant_id = %(t)s and p.entry_id = m.id and p.source = 'payment'
  left join settlement s on s.tenant_id = %(t)s and s.source_id = p.source_id
  left join refund r on r.tenant_id = %(t)s and r.payment_id = p.source_id
 where m.kind = 'payment_received'

-- dated --
select null::text as currency, concat_ws(' of ', e.id, e.day) as subject,
  1 as expected, case when e.day >= max(c.day) then 1 else 0 end as found
  from effective e
  join causes c on c.entry_id = e.id
 group by e.id, e.day

-- effective --
-- The entries, each on its own day or on the day to which it was corrected.
select e.id, e.kind, e.reverses, e.command_id, e.invoice_id,
  coalesce(c.day, e.accounting_date) as day
  from entry e
  left join (
    select p.source_id as entry_id, max(x.accounting_date) as day
      from entry x
      join posting p on p.tenant_id = %(t)s and p.entry_id = x.id
     where x.tenant_id = %(t)s and x.kind = 'corrected'
     group by p.source_id) c on c.entry_id = e.id
 where e.tenant_id = %(t)s and e.kind <> 'corrected'

-- misdated --
-- The entries that are dated before their cause, or that use a balance before it is there, each
-- with the first day on which it belongs.
select m.id::text, m.kind, m.day, max(m.right_day)
  from (
    select e.id, e.kind, e.day, c.day as right_day
      from effective e
      join causes c on c.entry_id = e.id
     where c.day > e.day
    union all
    select u.entry_id, u.kind, u.day, w.right_day
      from uses u
      join (
        select d.currency, d.account, d.owner_id, min(d.day) filter (where d.balance < 0) as first,
          max(d.day) filter (where d.balance < 0) as last,
          min(d.day) filter (where d.day > d.last_day) as right_day
          from (
            select b.*, max(b.day) filter (where b.balance < 0)
                over (partition by b.currency, b.account, b.owner_id) as last_day
              from (
                select u.currency, u.account, u.owner_id, u.day,
                  sum(sum(u.amount)) over (partition by u.currency, u.account, u.owner_id
                    order by u.day) as balance
                  from uses u
                 group by u.currency, u.account, u.owner_id, u.day) b) d
         group by d.currency, d.account, d.owner_id) w
        on w.currency = u.currency and w.account = u.account and w.owner_id = u.owner_id
       and u.day between w.first and w.last
     where u.amount < 0 and w.right_day is not null) m
 group by m.id, m.kind, m.day
 order by m.day, m.id

-- uses --
-- What each entry adds to a receivable or a liability, or takes from it.
select p.currency, leg.account, e.id as entry_id, e.kind, e.day, leg.amount,
  case when leg.account = any(%(owed)s::text[]) then p.customer_id else p.invoice_id end
    as owner_id
  from posting p
  join effective e on e.id = p.entry_id
 cross join lateral (values
   (p.credit, case p.credit when 'ACCOUNTS_RECEIVABLE'
     then -p.amount_minor else p.amount_minor end),
   (p.debit, case p.debit when 'ACCOUNTS_RECEIVABLE'
     then p.amount_minor else -p.amount_minor end)) leg (account, amount)
 where p.tenant_id = %(t)s
   and (leg.account = 'ACCOUNTS_RECEIVABLE' or leg.account = any(%(liabilities)s::text[])
     or leg.account = any(array(
       select a.id from account a where a.tenant_id = %(t)s and a.kind = 'liability')))
