-- The journal: entries, newest day first, filtered and page by page. A filter is a select of its
-- own; the text after its `where` is added to the first `where` of the page.

-- plan_for_values --
-- Engine connections plan once for all values. These selects must be planned for the values at
-- hand: one account has most of the postings, another has five. It lasts for this transaction.
select set_config('plan_cache_mode', 'force_custom_plan', true)

-- journal_page --
with found as materialized (
  select e.id, e.kind, e.accounting_date, e.written_at, e.reverses, e.command_id, e.invoice_id
    from entry e
   where e.tenant_id = %(t)s
   order by e.accounting_date desc, e.id desc
   limit %(limit)s)
select f.id::text, f.kind, f.accounting_date, f.written_at, f.reverses::text, r.id::text,
       f.command_id::text, a.command, a.actor,
       (select json_agg(json_build_array(p.debit, p.credit, p.amount_minor, p.currency,
            p.customer_id, c.name, c.external_id, p.invoice_id, i.number) order by p.position)::text
          from posting p
          join customer c on c.tenant_id = %(t)s and c.id = p.customer_id
          left join invoice i on i.tenant_id = %(t)s and i.id = p.invoice_id
         where p.tenant_id = %(t)s and p.entry_id = f.id)
  from found f
  left join entry r on r.tenant_id = %(t)s and r.reverses = f.id
  left join audit a on a.tenant_id = %(t)s and a.at = f.written_at
    and a.command_id = f.command_id and a.outcome = 'done'
 order by f.accounting_date desc, f.id desc

-- journal_after --
select e.id from entry e
 where e.tenant_id = %(t)s
   and (e.accounting_date, e.id) < (%(place_day)s::date, %(place_id)s::uuid)

-- journal_before --
select e.id from entry e
 where e.tenant_id = %(t)s
   and (e.accounting_date, e.id) > (%(place_day)s::date, %(place_id)s::uuid)

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
-- The postings of an account in one currency, the oldest first. An amount on the credit side is
-- negative.
select e.id::text, p.position, e.accounting_date, e.kind, e.reverses is not null,
       case p.debit when %(account)s then p.credit else p.debit end,
       case p.debit when %(account)s then p.amount_minor else -p.amount_minor end,
       p.customer_id::text, c.name, c.external_id, p.invoice_id::text, i.number
  from posting p
  join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
  join customer c on c.tenant_id = %(t)s and c.id = p.customer_id
  left join invoice i on i.tenant_id = %(t)s and i.id = p.invoice_id
 where p.tenant_id = %(t)s and (p.debit = %(account)s or p.credit = %(account)s)
   and p.currency = %(currency)s
   and e.accounting_date >= %(first_day)s::date and e.accounting_date <= %(last_day)s::date
 order by e.accounting_date asc, e.id asc, p.position asc
 limit %(limit)s

-- account_after --
select e.id from entry e, posting p
 where e.tenant_id = %(t)s and p.tenant_id = %(t)s
   and (e.accounting_date, e.id, p.position)
     > (%(place_day)s::date, %(place_id)s::uuid, %(place_position)s::int)

-- account_before --
select e.id from entry e, posting p
 where e.tenant_id = %(t)s and p.tenant_id = %(t)s
   and (e.accounting_date, e.id, p.position)
     < (%(place_day)s::date, %(place_id)s::uuid, %(place_position)s::int)

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
       and (e.accounting_date, e.id) <= (%(place_day)s::date, %(place_id)s::uuid)
       and (e.accounting_date, e.id, p.position)
         < (%(place_day)s::date, %(place_id)s::uuid, %(place_position)s::int)
       and (p.debit = %(account)s or p.credit = %(account)s)
     group by p.currency) s
 group by s.currency
 order by s.currency
