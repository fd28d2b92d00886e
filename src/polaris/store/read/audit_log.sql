-- The audit log: filtered, newest first, page by page; see keyset.py.

-- audit_page --
select a.id::text, a.at, a.actor, a.command, a.outcome, a.refusals, a.request::text,
       a.command_id::text, a.subject_id::text,
       (select i.number from invoice i where i.tenant_id = %(t)s and i.id = a.subject_id),
       s.position, encode(s.hash, 'hex'),
       (select c.refusals from command c
         where c.tenant_id = %(t)s and c.id = a.command_id and a.outcome = 'refused'),
       (order_key)::text
  from audit a
  left join lateral (
    select x.position, x.hash from seal x
     where x.tenant_id = %(t)s and x.audit_id = a.id offset 0) s on true
 where a.tenant_id = %(t)s

-- audit_by_time --
select a.at, %(from_key)s::timestamptz, a.id from audit a where a.tenant_id = %(t)s

-- audit_actor --
-- A part of the actor's name.
select a.id from audit a
 where a.tenant_id = %(t)s and strpos(lower(a.actor), lower(%(actor)s)) > 0

-- audit_command --
select a.id from audit a where a.tenant_id = %(t)s and a.command = any(%(commands)s::text[])

-- audit_outcome --
select a.id from audit a where a.tenant_id = %(t)s and a.outcome = %(outcome)s

-- audit_subject --
-- The id of the subject, or the number of an invoice.
select a.id from audit a
 where a.tenant_id = %(t)s
   and a.subject_id = any(array(
     select i.id from invoice i where i.tenant_id = %(t)s and i.number = %(subject)s
     union all select %(subject_id)s::uuid))

-- audit_command_id --
select a.id from audit a where a.tenant_id = %(t)s and a.command_id = %(command_id)s::uuid

-- audit_from --
select a.id from audit a where a.tenant_id = %(t)s and a.at >= %(first_moment)s::timestamptz

-- audit_to --
select a.id from audit a where a.tenant_id = %(t)s and a.at < %(end_moment)s::timestamptz

-- audit_line --
select a.command, a.subject_id::text, a.request::text
  from audit a where a.tenant_id = %(t)s and a.id = %(id)s::uuid
