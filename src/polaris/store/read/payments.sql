-- Reads of payments that wait for a payment provider.

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
