-- The journal: entries, newest day first, filtered and page by page; see keyset.py.

-- plan_for_values --
-- Engine connections plan once for all values. These selects must be planned for the values at
-- hand: one account has most of the postings, another has five. It lasts for this transaction.
select set_config('plan_cache_mode', 'force_custom_plan', true)

-- journal_ids --
select e.id::text, (order_key)::text from entry e where e.tenant_id = %(t)s

-- journal_by_day --
select e.accounting_date, %(from_key)s::date, e.id from entry e where e.tenant_id = %(t)s

-- journal_shown --
select e.id::text, e.kind, e.accounting_date, e.written_at, e.reverses::text, r.id::text,
       e.command_id::text, a.command, a.actor,
       (select json_agg(json_build_array(p.debit, p.credit, p.amount_minor, p.currency,
            p.customer_id, c.name, c.external_id, p.invoice_id, i.number) order by p.position)::text
          from posting p
          join customer c on c.tenant_id = %(t)s and c.id = p.customer_id
          left join invoice i on i.tenant_id = %(t)s and i.id = p.invoice_id
         where p.tenant_id = %(t)s and p.entry_id = e.id)
  from entry e
  left join entry r on r.tenant_id = %(t)s and r.reverses = e.id
  left join audit a on a.tenant_id = %(t)s and a.at = e.written_at
    and a.command_id = e.command_id and a.outcome = 'done'
 where e.tenant_id = %(t)s and e.id = any(%(ids)s::uuid[])

-- journal_account --
select e.id from entry e
 where e.tenant_id = %(t)s
   and e.id in (select p.entry_id from posting p
     where p.tenant_id = %(t)s and (p.debit = %(account)s or p.credit = %(account)s))

-- journal_kind --
select e.id from entry e where e.tenant_id = %(t)s and e.kind = %(kind)s

-- journal_from --
select e.id from entry e where e.tenant_id = %(t)s and e.accounting_date >= %(first_day)s::date

-- journal_to --
select e.id from entry e where e.tenant_id = %(t)s and e.accounting_date <= %(last_day)s::date

-- journal_entry --
-- An entry, and its reversal.
select e.id from entry e
 where e.tenant_id = %(t)s and (e.id = %(entry_id)s::uuid or e.reverses = %(entry_id)s::uuid)

-- journal_invoice --
-- The entries that name the invoice with this number or id, and those of its payments.
select e.id from entry e
 where e.tenant_id = %(t)s
   and e.id = any(array(
     select p.entry_id from posting p
      where p.tenant_id = %(t)s and p.invoice_id in (
        select i.id from invoice i
         where i.tenant_id = %(t)s
           and (i.number = %(invoice)s or i.external_number = %(invoice)s
             or i.id = %(invoice_id)s::uuid))))

-- journal_customer --
-- The entries of the customer with this external id, e-mail or id.
select e.id from entry e
 where e.tenant_id = %(t)s
   and e.id = any(array(
     select p.entry_id from posting p
      where p.tenant_id = %(t)s and p.customer_id in (
        select c.id from customer c
         where c.tenant_id = %(t)s
           and (c.external_id = %(customer)s or lower(c.email) = lower(%(customer)s)
             or c.id = %(customer_id)s::uuid))))


-- -------------------------------------------------------------------------- the single accounts

-- accounts_added --
select a.id, a.kind from account a where a.tenant_id = %(t)s order by a.id

-- account_page --
-- The postings of an account in one currency. An amount on the credit side is negative.
select e.id::text, p.position, e.accounting_date, e.kind, e.reverses is not null,
       case p.debit when %(account)s then p.credit else p.debit end,
       case p.debit when %(account)s then p.amount_minor else -p.amount_minor end,
       p.customer_id::text, c.name, c.external_id, p.invoice_id::text, i.number, (order_key)::text
  from posting p
  join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
  join customer c on c.tenant_id = %(t)s and c.id = p.customer_id
  left join invoice i on i.tenant_id = %(t)s and i.id = p.invoice_id
 where p.tenant_id = %(t)s and (p.debit = %(account)s or p.credit = %(account)s)
   and p.currency = %(currency)s
   and e.accounting_date >= %(first_day)s::date and e.accounting_date <= %(last_day)s::date

-- account_sums --
-- Of each currency: the balance before the first day, the debits and credits in the period, and
-- the balance before a posting. All balances are debits less credits. The days are only read of
-- what lies outside the period and before the posting, which is mostly little.
select s.currency, sum(s.opening)::bigint, sum(s.debit)::bigint, sum(s.credit)::bigint,
       sum(s.forward)::bigint
  from (
    select p.currency, 0 as opening,
           sum(case p.debit when %(account)s then p.amount_minor else 0 end) as debit,
           sum(case p.debit when %(account)s then 0 else p.amount_minor end) as credit,
           0 as forward
      from posting p
     where p.tenant_id = %(t)s and (p.debit = %(account)s or p.credit = %(account)s)
     group by p.currency
    union all
    select p.currency, 0,
           -sum(case p.debit when %(account)s then p.amount_minor else 0 end),
           -sum(case p.debit when %(account)s then 0 else p.amount_minor end), 0
      from entry e
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
     where e.tenant_id = %(t)s and e.accounting_date > %(last_day)s::date
       and (p.debit = %(account)s or p.credit = %(account)s)
     group by p.currency
    union all
    select p.currency,
           sum(case p.debit when %(account)s then p.amount_minor else -p.amount_minor end),
           -sum(case p.debit when %(account)s then p.amount_minor else 0 end),
           -sum(case p.debit when %(account)s then 0 else p.amount_minor end), 0
      from entry e
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
     where e.tenant_id = %(t)s and e.accounting_date < %(first_day)s::date
       and (p.debit = %(account)s or p.credit = %(account)s)
     group by p.currency
    union all
    select p.currency, 0, 0, 0,
           sum(case p.debit when %(account)s then p.amount_minor else -p.amount_minor end)
      from entry e
      join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
     where e.tenant_id = %(t)s
       and (e.accounting_date, e.id) <= (%(first_of_page_day)s::date, %(first_of_page_id)s::uuid)
       and (e.accounting_date, e.id, p.position)
         < (%(first_of_page_day)s::date, %(first_of_page_id)s::uuid, %(first_of_page_part)s::int)
       and (p.debit = %(account)s or p.credit = %(account)s)
     group by p.currency) s
 group by s.currency
 order by s.currency
