-- The statement of a customer: how entries of the ledger changed what the customer owes.

-- statement_opening --
-- What the customer owed in each currency before a day.
select p.currency,
       (coalesce(sum(p.amount_minor) filter (where p.debit = any(%(accounts)s::text[])), 0)
         - coalesce(sum(p.amount_minor) filter (where p.credit = any(%(accounts)s::text[])), 0)
       )::bigint
  from posting p
  join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
 where p.tenant_id = %(t)s and p.customer_id = %(customer_id)s::uuid
   and e.accounting_date < %(since)s::date
 group by p.currency

-- statement_changes --
-- Entries that changed what the customer owes, the oldest first, with the document of each.
with change as (
  select e.id, e.accounting_date, e.written_at, e.kind, e.reverses is not null as reversal,
         e.invoice_id, p.currency,
         min(p.source) as source, min(p.source_id::text)::uuid as source_id,
         (coalesce(sum(p.amount_minor) filter (where p.debit = any(%(accounts)s::text[])), 0)
           - coalesce(sum(p.amount_minor) filter (where p.credit = any(%(accounts)s::text[])), 0)
         )::bigint as minor
    from posting p
    join entry e on e.tenant_id = %(t)s and e.id = p.entry_id
   where p.tenant_id = %(t)s and p.customer_id = %(customer_id)s::uuid
     and (%(since)s::date is null or e.accounting_date >= %(since)s::date)
     and (%(until)s::date is null or e.accounting_date <= %(until)s::date)
   group by e.id, e.accounting_date, e.written_at, e.kind, e.reverses, e.invoice_id, p.currency
)
select x.accounting_date, x.kind, x.reversal, x.currency, x.minor, x.invoice_id::text, i.number,
       n.id::text, n.number, coalesce(y.reference, y.method)
  from change x
  left join invoice i on i.tenant_id = %(t)s and i.id = x.invoice_id
  left join credit_note n on n.tenant_id = %(t)s and x.source = 'credit_note'
   and n.id = x.source_id
  left join payment y on y.tenant_id = %(t)s and x.source = 'payment' and y.id = x.source_id
 where x.minor <> 0
 order by x.accounting_date, x.written_at, x.id
