-- What happened to an invoice, and who asked for it.

-- audit_of_invoice --
-- The requests about the invoice, also refused ones, and those that had an event about it.
select a.id::text, a.command_id::text, a.at, a.actor, a.command, a.outcome, a.refusals,
       a.request::text,
       (select s.position from seal s where s.tenant_id = %(t)s and s.audit_id = a.id)
  from audit a
 where a.tenant_id = %(t)s
   and (a.subject_id = %(invoice_id)s::uuid
     or a.command_id in (select v.command_id from event v
       where v.tenant_id = %(t)s and v.invoice_id = %(invoice_id)s::uuid))
 order by a.at desc, a.id desc
 limit %(limit)s

-- events_of_invoice --
-- All events of the requests that had one about the invoice, such as those of a wallet.
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
         v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s
   and v.command_id in (select x.command_id from event x
     where x.tenant_id = %(t)s and x.invoice_id = %(invoice_id)s::uuid)
 order by v.at desc, v.position desc
 limit %(limit)s

-- changes_since --
-- What was done since a time to an invoice, its customer, or the settings of the tenant.
select a.at, a.actor, a.command
  from audit a
 where a.tenant_id = %(t)s and a.at >= %(since)s::timestamptz and a.outcome = 'done'
   and (a.subject_id = any(array[%(invoice_id)s, %(customer_id)s, %(t)s]::uuid[])
     or a.command_id in (select v.command_id from event v
       where v.tenant_id = %(t)s and v.at >= %(since)s::timestamptz
         and (v.invoice_id = %(invoice_id)s::uuid or v.customer_id = %(customer_id)s::uuid)))
 order by a.at desc, a.id desc
 limit %(limit)s

-- last_change_of --
-- The newest request that was done under this id, such as the one of a customer.
select a.at, a.actor, a.command
  from audit a
 where a.tenant_id = %(t)s and a.subject_id = %(subject_id)s::uuid and a.outcome = 'done'
 order by a.at desc, a.id desc
 limit 1
