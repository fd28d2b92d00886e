-- What people and ports look at, one page at a time. Nothing here locks or writes.


-- ------------------------------------------------------------------------- what people look at

-- tenants --
-- cross-tenant: the list of tenants itself
select t.id::text, t.name, t.currency, t.timezone, t.created_at from tenant t
 order by t.created_at, t.id

-- invoice_page --
select i.id::text, i.number, i.status, c.name, i.issue_date, i.due_date, i.currency,
       i.total_minor, i.outstanding_minor
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

-- entries_of_customers --
select p.entry_id from posting p
 where p.tenant_id = %(t)s and p.customer_id = any(%(customers)s::uuid[])

-- taxes_by_default --
select x.id from tax_code x
 where x.tenant_id = %(t)s and x.applied_by_default and x.deleted_at is null

-- events_newest --
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
         v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s
 order by v.at desc, v.id desc
 limit %(limit)s


-- ------------------------------------------------------------------- what waits for somebody else
-- Found by its state, whoever was asked before.

-- refunds_to_ask --
select r.id from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id
 where r.tenant_id = %(t)s and r.state = 'requested' and p.provider = any(%(providers)s::text[])

-- payments_to_cancel --
select p.id from payment p, json_object_keys(p.intended) as intended (invoice_id)
  join event v on v.tenant_id = %(t)s and v.invoice_id = intended.invoice_id::uuid
 where p.tenant_id = %(t)s and p.state in ('in_progress', 'needs_attention')
   and p.provider = any(%(providers)s::text[])
   and v.subject_id = p.id and v.kind = 'payment.cancel_requested'

-- payments_to_collect --
select p.id from payment p
 where p.tenant_id = %(t)s and p.state = 'in_progress' and p.reference is null
   and p.provider = any(%(providers)s::text[])
