-- What the page of a tenant's settings shows beside them.

-- tenant_wide_series --
select s.id, s.next from series s where s.tenant_id = %(t)s and s.owner_id is null

-- tenant_changes --
-- The newest requests that changed the tenant.
select a.id::text, a.at, a.actor, a.request::text
  from audit a
 where a.tenant_id = %(t)s and a.subject_id = %(t)s
   and a.command = 'SaveTenant' and a.outcome = 'done'
 order by a.at desc, a.id desc
 limit %(limit)s
