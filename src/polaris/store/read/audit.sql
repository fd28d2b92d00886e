-- Reads of the audit log.

-- audit_newest --
-- The requests about a subject, or about any, the newest first.
select a.id::text, a.command_id::text, a.at, a.actor, a.command, a.subject_id::text, a.outcome,
       a.refusals, a.request::text
  from audit a
 where a.tenant_id = %(t)s
   and (%(subject_id)s::uuid is null or a.subject_id = %(subject_id)s::uuid)
 order by a.at desc, a.id desc
 limit %(limit)s offset %(offset)s
