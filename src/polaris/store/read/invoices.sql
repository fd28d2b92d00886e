-- Reads of invoices to show.

-- invoice_page --
-- An issued invoice keeps the customer's name, but for an empty one.
select i.id::text, i.number, i.status,
       case when i.parties is null then c.name
            else coalesce(i.parties->'buyer'->>'name', '') end,
       i.issue_date, i.due_date, i.currency, i.total_minor, i.outstanding_minor
  from invoice i
  join customer c on c.tenant_id = %(t)s and c.id = i.customer_id
 where i.tenant_id = %(t)s and i.hidden_at is null
   and (%(status)s::text is null or i.status = %(status)s)
 order by i.issue_date desc, i.created_at desc, i.id
 limit %(limit)s

-- invoices_numbered --
select i.id::text from invoice i where i.tenant_id = %(t)s and i.number = %(number)s
 union
select i.id::text from invoice i where i.tenant_id = %(t)s and i.external_number = %(number)s

-- numbers_of_invoices --
select i.id::text, i.number from invoice i
 where i.tenant_id = %(t)s and i.id = any(%(invoices)s::uuid[]) and i.number is not null

-- entries_of_customers --
select p.entry_id from posting p
 where p.tenant_id = %(t)s and p.customer_id = any(%(customers)s::uuid[])
