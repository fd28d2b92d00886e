-- Reads of events.

-- events_newest --
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
         v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s
 order by v.at desc, v.id desc
 limit %(limit)s
