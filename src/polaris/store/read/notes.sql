-- Credit notes to show: a list of them, and how they were used.

-- notes_found --
-- First the page, then what it shows: a sort of all notes does not read their customers.
select n.id::text, (order_key)::text from credit_note n where n.tenant_id = %(t)s

-- notes_shown --
select n.id::text, n.number, n.status, n.reason, n.customer_id::text,
       coalesce(nullif(c.name, ''), c.external_id), c.email, n.invoice_id::text, i.number,
       n.currency, n.total_minor, n.balance_minor, n.issue_date,
       array(select r.state from refund r
         where r.tenant_id = %(t)s and r.note_id = n.id order by r.state)
  from credit_note n
  join customer c on c.tenant_id = %(t)s and c.id = n.customer_id
  left join invoice i on i.tenant_id = %(t)s and i.id = n.invoice_id
 where n.tenant_id = %(t)s and n.id = any(%(ids)s::uuid[])

-- notes_summed --
-- Counts and sums by the tab that a note belongs to.
select case when n.status = 'voided' then 'voided'
            when n.balance_minor > 0 then 'available' else 'used' end,
       n.currency, count(*), sum(n.total_minor)::bigint, sum(n.balance_minor)::bigint
  from credit_note n
 where n.tenant_id = %(t)s
 group by 1, 2

-- notes_available --
select n.id from credit_note n
 where n.tenant_id = %(t)s and n.status = 'issued' and n.balance_minor > 0

-- notes_used --
select n.id from credit_note n
 where n.tenant_id = %(t)s and n.status = 'issued' and n.balance_minor = 0

-- notes_voided --
select n.id from credit_note n where n.tenant_id = %(t)s and n.status = 'voided'

-- notes_with_refund_owed --
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and n.id in (select r.note_id from refund r
     where r.tenant_id = %(t)s
       and r.state in ('requested', 'sent', 'unknown', 'pending', 'failed'))

-- notes_of_customer_id --
select n.id from credit_note n where n.tenant_id = %(t)s and n.customer_id = %(customer_id)s::uuid

-- notes_in_currency --
select n.id from credit_note n where n.tenant_id = %(t)s and n.currency = %(currency)s

-- notes_issued_from --
select n.id from credit_note n where n.tenant_id = %(t)s and n.issue_date >= %(issued_from)s::date

-- notes_issued_to --
select n.id from credit_note n where n.tenant_id = %(t)s and n.issue_date <= %(issued_to)s::date

-- notes_with_text --
-- A part of the number or of its invoice's, the internal id, or a customer's id, e-mail or name.
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and (strpos(lower(n.number), lower(%(text)s)) > 0 or n.id::text = lower(%(text)s)
     or n.invoice_id in (select b.id from invoice b
       where b.tenant_id = %(t)s and strpos(lower(b.number), lower(%(text)s)) > 0)
     or n.customer_id in (select x.id from customer x
       where x.tenant_id = %(t)s
         and (strpos(lower(concat_ws(e'\n', x.name, x.external_id, x.email, x.first_name,
             x.last_name, x.legal_name)), lower(%(text)s)) > 0
           or x.id::text = lower(%(text)s))))

-- notes_by_issue_date --
select n.issue_date, %(from_key)s::date, n.id from credit_note n where n.tenant_id = %(t)s

-- notes_by_number --
select n.number, %(from_key)s::text, n.id from credit_note n where n.tenant_id = %(t)s

-- notes_by_total --
select n.total_minor, %(from_key)s::bigint, n.id from credit_note n where n.tenant_id = %(t)s

-- notes_by_balance --
select n.balance_minor, %(from_key)s::bigint, n.id from credit_note n where n.tenant_id = %(t)s

-- note_uses --
-- What a note settled, the newest first: also what was removed later.
select s.invoice_id::text, i.number, s.kind, s.amount_minor, s.held_minor, s.at, s.removed_at
  from settlement s
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
 where s.tenant_id = %(t)s and s.source_id = %(note_id)s::uuid
 order by s.at desc, s.id desc
