-- The proofs of the books at the end of every day. They are run like those of proofs.sql.
--
-- A balance that is below zero at the end of a day was used before it was there. A subject that
-- fails names the first such day.

-- receivable_by_day --
select d.currency, concat_ws(' on ', d.invoice_id, min(d.day) filter (where d.balance < 0))
    as subject,
  greatest(min(d.balance), 0) as expected, min(d.balance) as found
  from (
    select p.currency, p.invoice_id, e.accounting_date as day,
      sum(sum(case p.debit when 'ACCOUNTS_RECEIVABLE'
            then p.amount_minor else -p.amount_minor end))
        over (partition by p.currency, p.invoice_id order by e.accounting_date) as balance
      from posting p
      join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
     where p.tenant_id = %(t)s and 'ACCOUNTS_RECEIVABLE' in (p.debit, p.credit)
     group by p.currency, p.invoice_id, e.accounting_date) d
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
        select p.currency, leg.account, leg.amount, e.accounting_date as day,
          case when leg.account = any(%(owed)s::text[]) then p.customer_id else p.invoice_id end
            as owner_id
          from posting p
          join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
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
        select p.currency, l.id as lot_id, e.accounting_date as day,
          case p.credit when 'CUSTOMER_CREDITS:WALLETS'
            then p.amount_minor else -p.amount_minor end as amount
          from posting p
          join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
          join lot l on l.tenant_id = %(t)s and l.funding = 'purchased'
           and l.id = case when p.source = 'lot' then p.source_id end
         where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:WALLETS' in (p.debit, p.credit)
        union all
        select p.currency, l.id, e.accounting_date, p.amount_minor
          from posting p
          join entry e on e.tenant_id = %(t)s and e.id = p.entry_id and e.kind = 'note_settled'
          join lot l on l.tenant_id = %(t)s and l.funding = 'purchased' and l.note_id = p.source_id
         where p.tenant_id = %(t)s and p.credit = 'CUSTOMER_CREDITS:WALLETS'
        union all
        select p.currency, l.id, e.accounting_date,
          case p.credit when 'CUSTOMER_CREDITS:WALLETS'
            then p.amount_minor else -p.amount_minor end
          from posting p
          join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
          join lot l on l.tenant_id = %(t)s and l.funding = 'purchased'
           and l.invoice_id = p.invoice_id
         where p.tenant_id = %(t)s and 'CUSTOMER_CREDITS:WALLETS' in (p.debit, p.credit)
           and p.source <> 'lot' and e.kind <> 'note_settled'
           and (e.kind <> 'void_settled' or p.credit in
             ('UNEARNED_REVENUE', 'CUSTOMER_CREDITS:UNAPPLIED', 'CREDITS_GRANTED'))
        union all
        select n.currency, l.id, min(e.accounting_date), l.amount_minor
          from lot l
          join credit_note n on n.tenant_id = %(t)s and n.id = l.note_id and n.purpose = 'void'
          join entry b on b.tenant_id = %(t)s and b.invoice_id = n.invoice_id
           and b.kind = 'finalized' and b.reverses is not null
          join entry e on e.tenant_id = %(t)s and e.invoice_id = n.invoice_id
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

-- dated --
-- An entry, and the latest day of what it reverses, settles, pays out or belongs to.
select null::text as currency, concat_ws(' of ', e.id, e.accounting_date) as subject,
  1 as expected, case when e.accounting_date >= max(c.day) then 1 else 0 end as found
  from entry e
  join (
    select r.id as entry_id, o.accounting_date as day
      from entry r
      join entry o on o.tenant_id = %(t)s and o.id = r.reverses
     where r.tenant_id = %(t)s
    union all
    select x.id, b.accounting_date
      from entry x
      join entry b on b.tenant_id = %(t)s and b.invoice_id = x.invoice_id
       and b.kind = 'finalized' and b.reverses is null
     where x.tenant_id = %(t)s
    union all
    select coalesce(s.entry_id, r.entry_id), m.accounting_date
      from entry m
      join posting p on p.tenant_id = %(t)s and p.entry_id = m.id and p.source = 'payment'
      left join settlement s on s.tenant_id = %(t)s and s.source_id = p.source_id
      left join refund r on r.tenant_id = %(t)s and r.payment_id = p.source_id
     where m.tenant_id = %(t)s and m.kind = 'payment_received') c on c.entry_id = e.id
 where e.tenant_id = %(t)s
 group by e.id, e.accounting_date
