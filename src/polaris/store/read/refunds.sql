-- Refunds to show: a list of them, and single ones. Also payments whose money is free or held.

-- refunds_listed --
select r.id::text, (order_key)::text from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id
 where r.tenant_id = %(t)s

-- refunds_in_states --
select r.id from refund r where r.tenant_id = %(t)s and r.state = any(%(states)s::text[])

-- refunds_by_provider --
select r.id from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id
 where p.provider = %(provider)s and r.tenant_id = %(t)s

-- refunds_not_by_provider --
select r.id from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id
 where p.provider <> %(not_provider)s and r.tenant_id = %(t)s

-- refunds_of_customer --
select r.id from refund r where r.tenant_id = %(t)s and r.customer_id = %(customer_id)s::uuid

-- refunds_of_invoice --
select r.id from refund r where r.tenant_id = %(t)s and r.invoice_id = %(invoice_id)s::uuid

-- refunds_by_request --
select r.requested_at, %(from_key)s::timestamptz, r.id from refund r where r.tenant_id = %(t)s

-- refunds_shown --
select r.id::text, r.state, r.customer_id::text, coalesce(nullif(c.name, ''), c.external_id),
       r.invoice_id::text, i.number, r.note_id::text, n.number, r.payment_id::text, p.provider,
       p.method, p.reference, r.currency, r.amount_minor, r.reason, r.reference, r.failure,
       r.requested_at, r.settled_at,
       (select count(*) from refund_attempt a
         where a.tenant_id = %(t)s and a.refund_id = r.id)
  from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id
  join customer c on c.tenant_id = %(t)s and c.id = r.customer_id
  left join invoice i on i.tenant_id = %(t)s and i.id = r.invoice_id
  left join credit_note n on n.tenant_id = %(t)s and n.id = r.note_id
 where r.tenant_id = %(t)s and r.id = any(%(ids)s::uuid[])

-- currency_of_source --
select p.currency from payment p where p.tenant_id = %(t)s and p.id::text = %(source_id)s
union all
select i.currency from invoice i where i.tenant_id = %(t)s and i.id::text = %(source_id)s
union all
select n.currency from credit_note n where n.tenant_id = %(t)s and n.id::text = %(source_id)s

-- available_listed --
select p.id::text, (order_key)::text from payment p
 where p.tenant_id = %(t)s
   and (p.unused_minor > 0
     or exists (select from settlement s
       where s.tenant_id = %(t)s and s.source_id = p.id and s.held_minor > 0))

-- available_by_receipt --
select p.received_at, %(from_key)s::timestamptz, p.id from payment p where p.tenant_id = %(t)s

-- available_shown --
-- One row for the unused money of a payment, and one for each invoice that holds some of it.
select p.id::text, p.customer_id::text, coalesce(nullif(c.name, ''), c.external_id), p.provider,
       p.reference, p.received_at, p.currency, p.unused_minor, null, null
  from payment p
  join customer c on c.tenant_id = %(t)s and c.id = p.customer_id
 where p.tenant_id = %(t)s and p.id = any(%(ids)s::uuid[]) and p.unused_minor > 0
union all
select p.id::text, p.customer_id::text, coalesce(nullif(c.name, ''), c.external_id), p.provider,
       p.reference, p.received_at, p.currency, s.held_minor, s.invoice_id::text, i.number
  from payment p
  join customer c on c.tenant_id = %(t)s and c.id = p.customer_id
  join settlement s on s.tenant_id = %(t)s and s.source_id = p.id and s.held_minor > 0
  join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
 where p.tenant_id = %(t)s and p.id = any(%(ids)s::uuid[])
 order by 6, 1, 9 nulls first
