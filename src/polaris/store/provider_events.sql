-- The events that payment providers sent, and the rows that they are about.

-- insert_provider_event --
insert into provider_event (tenant_id, provider, id, kind, subject_id, state, created_at,
  received_at)
values (%(t)s, %(provider)s, %(id)s, %(kind)s, %(subject_id)s, %(state)s, %(created_at)s,
  %(received_at)s)
on conflict do nothing

-- provider_event_result --
select v.result from provider_event v
 where v.tenant_id = %(t)s and v.provider = %(provider)s and v.id = %(id)s

-- end_provider_event --
update provider_event v set result = %(result)s
 where v.tenant_id = %(t)s and v.provider = %(provider)s and v.id = %(id)s

-- payments_with_reference --
select p.id from payment p
 where p.tenant_id = %(t)s and p.provider = %(provider)s
   and p.reference = any(%(references)s::text[])

-- payment_with_id --
select p.id from payment p where p.tenant_id = %(t)s and p.id = %(id)s::uuid

-- refunds_with_reference --
select r.id from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id and p.provider = %(provider)s
 where r.tenant_id = %(t)s and r.reference = %(reference)s

-- invoices_paid_with --
select distinct s.invoice_id::text from settlement s
 where s.tenant_id = %(t)s and s.kind = 'payment' and s.source_id = %(payment_id)s::uuid
   and (s.removed_at is null or s.held_minor > 0)
 order by 1
