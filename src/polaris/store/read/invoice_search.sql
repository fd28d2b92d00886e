-- The search for invoices: filtered, in any order, page by page; see keyset.py.
-- `due_passed` is the condition in local_days.sql: the day of the buyer counts.

-- search_found --
select i.id::text, i.number, i.status,
       coalesce(i.payment_status_asserted,
         case when i.status = 'draft' or i.outstanding_minor > 0 or i.outstanding_at_void_minor > 0
              then 'pending' else 'succeeded' end),
       i.status = 'finalized' and i.dispute_lost_at is null and due_passed
         and coalesce(i.payment_status_asserted <> 'succeeded', i.outstanding_minor > 0),
       c.id::text, c.external_id, c.name, c.email, i.currency, i.total_minor, i.outstanding_minor,
       i.issue_date, i.due_date, i.created_at
  from invoice i
  join customer c on c.tenant_id = %(t)s and c.id = i.customer_id
 where i.tenant_id = %(t)s and i.id = any(%(ids)s::uuid[])

-- search_summed --
-- Counts and sums by the status that the console shows.
select case when i.status <> 'finalized' then i.status
            when i.dispute_lost_at is null and due_passed
              and coalesce(i.payment_status_asserted <> 'succeeded', i.outstanding_minor > 0)
              then 'overdue'
            when coalesce(i.payment_status_asserted,
              case when i.outstanding_minor > 0 then 'pending' else 'succeeded' end) = 'succeeded'
              then 'paid'
            else coalesce(i.payment_status_asserted, 'pending') end,
       i.currency, count(*), sum(i.total_minor)::bigint, sum(i.outstanding_minor)::bigint
  from invoice i
 where i.tenant_id = %(t)s
 group by 1, 2

-- search_shown --
-- Neither hidden nor a draft that was deleted.
select i.id from invoice i
 where i.tenant_id = %(t)s and i.hidden_at is null and i.status <> 'closed'

-- search_tab_draft --
select i.id from invoice i where i.tenant_id = %(t)s and i.status = 'draft'

-- search_tab_finalized --
select i.id from invoice i where i.tenant_id = %(t)s and i.status = 'finalized'

-- search_tab_voided --
select i.id from invoice i where i.tenant_id = %(t)s and i.status = 'voided'

-- search_tab_overdue --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and i.status = 'finalized' and i.dispute_lost_at is null and due_passed
   and coalesce(i.payment_status_asserted <> 'succeeded', i.outstanding_minor > 0)

-- search_tab_pending --
-- Neither paid nor overdue; the collection may have failed.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and i.status = 'finalized'
   and coalesce(i.payment_status_asserted <> 'succeeded', i.outstanding_minor > 0)
   and not (i.dispute_lost_at is null and due_passed)

-- search_tab_paid --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and i.status = 'finalized'
   and coalesce(i.payment_status_asserted = 'succeeded', i.outstanding_minor = 0)

-- search_currency --
select i.id from invoice i where i.tenant_id = %(t)s and i.currency = %(currency)s

-- search_customer_id --
select i.id from invoice i where i.tenant_id = %(t)s and i.customer_id = %(customer_id)s::uuid

-- search_issued_from --
select i.id from invoice i where i.tenant_id = %(t)s and i.issue_date >= %(issued_from)s::date

-- search_issued_to --
select i.id from invoice i where i.tenant_id = %(t)s and i.issue_date <= %(issued_to)s::date

-- search_due_from --
select i.id from invoice i where i.tenant_id = %(t)s and i.due_date >= %(due_from)s::date

-- search_due_to --
select i.id from invoice i where i.tenant_id = %(t)s and i.due_date <= %(due_to)s::date

-- search_total_from_minor --
select i.id from invoice i
 where i.tenant_id = %(t)s and i.total_minor >= %(total_from_minor)s::bigint

-- search_total_to_minor --
select i.id from invoice i
 where i.tenant_id = %(t)s and i.total_minor <= %(total_to_minor)s::bigint

-- search_text --
-- A part of the number, the internal id, or a customer's id, e-mail or part of a name.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and (strpos(lower(i.number), lower(%(text)s)) > 0
     or strpos(lower(i.external_number), lower(%(text)s)) > 0
     or i.id = (select case when %(text)s::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
       then %(text)s::text::uuid end)
     or i.customer_id in (select c.id from customer c
       where c.tenant_id = %(t)s
         and (strpos(lower(concat_ws(e'\n', c.name, c.external_id, c.email, c.first_name,
             c.last_name, c.legal_name)), lower(%(text)s)) > 0
           or c.id::text = lower(%(text)s))))

-- search_exactly --
-- The number, the internal id, or the customer's id, external id or e-mail, all of it.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and (i.number = %(exactly)s or i.external_number = %(exactly)s
     or i.id = (select case
       when %(exactly)s::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
       then %(exactly)s::text::uuid end)
     or i.customer_id in (select c.id from customer c
       where c.tenant_id = %(t)s
         and (c.external_id = %(exactly)s or c.id::text = lower(%(exactly)s)
           or lower(c.email) = lower(%(exactly)s))))

-- search_ids --
-- First the ids of a page, then what it shows. So a sort of all invoices reads no customers.
select i.id::text, (order_key)::text from invoice i where i.tenant_id = %(t)s

-- search_ids_with_customers --
-- The same, which can be ordered by the customer.
select i.id::text, (order_key)::text
  from invoice i join customer c on c.tenant_id = %(t)s and c.id = i.customer_id
 where i.tenant_id = %(t)s

-- search_by_issue_date --
-- A draft without a date comes after all dates.
select coalesce(i.issue_date, 'infinity'::date), %(from_key)s::date, i.id
  from invoice i where i.tenant_id = %(t)s

-- search_by_due_date --
select coalesce(i.due_date, 'infinity'::date), %(from_key)s::date, i.id
  from invoice i where i.tenant_id = %(t)s

-- search_by_created --
select i.created_at, %(from_key)s::timestamptz, i.id from invoice i where i.tenant_id = %(t)s

-- search_by_number --
select coalesce(i.number, ''), %(from_key)s::text, i.id from invoice i where i.tenant_id = %(t)s

-- search_by_customer --
select lower(c.name), %(from_key)s::text, i.id
  from invoice i join customer c on c.tenant_id = %(t)s and c.id = i.customer_id
 where i.tenant_id = %(t)s

-- search_by_total --
select i.total_minor, %(from_key)s::bigint, i.id from invoice i where i.tenant_id = %(t)s

-- search_by_outstanding --
select i.outstanding_minor, %(from_key)s::bigint, i.id from invoice i where i.tenant_id = %(t)s
