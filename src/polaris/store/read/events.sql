-- Reads of events.

-- events_newest --
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
         v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s
 order by v.at desc, v.id desc
 limit %(limit)s

-- events_of_commands --
-- The events of the commands with these keys, in the order in which they were decided.
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
         v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s and v.command_id = any(array(
   select k.id from command k where k.tenant_id = %(t)s and k.key = any(%(keys)s::text[])))
 order by v.id

-- first_changes --
-- For each subject the first event after a given one. Ids sort by the time of the decision.
select distinct on (v.subject, v.subject_id)
       json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
         v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s and v.id > %(after)s::uuid
   and (v.subject_id = any(%(ids)s::uuid[]) or v.subject = any(%(tables)s::text[]))
 order by v.subject, v.subject_id, v.id
