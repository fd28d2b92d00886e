-- Reads of tasks.

-- tasks_ids --
select k.id::text, (order_key)::text from task k where k.tenant_id = %(t)s

-- tasks_by_opening --
select k.opened_at, %(from_key)s::timestamptz, k.id from task k where k.tenant_id = %(t)s

-- tasks_open --
select k.id from task k where k.tenant_id = %(t)s and k.resolved_at is null

-- tasks_resolved --
select k.id from task k where k.tenant_id = %(t)s and k.resolved_at is not null

-- tasks_with_ids --
select k.id from task k where k.tenant_id = %(t)s and k.id = any(%(ids)s::uuid[])
