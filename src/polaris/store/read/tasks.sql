-- Reads of tasks.

-- tasks_after --
-- A page of tasks, the oldest first, after the task with this time and id if they are given.
select k.id from task k
 where k.tenant_id = %(t)s
   and (%(after_at)s::timestamptz is null
        or (k.opened_at, k.id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
 order by k.opened_at, k.id limit %(limit)s

-- tasks_open_after --
select k.id from task k
 where k.tenant_id = %(t)s and k.resolved_at is null
   and (%(after_at)s::timestamptz is null
        or (k.opened_at, k.id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
 order by k.opened_at, k.id limit %(limit)s

-- tasks_resolved_after --
select k.id from task k
 where k.tenant_id = %(t)s and k.resolved_at is not null
   and (%(after_at)s::timestamptz is null
        or (k.opened_at, k.id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
 order by k.opened_at, k.id limit %(limit)s

-- task_with_id --
select k.id from task k where k.tenant_id = %(t)s and k.id = %(id)s::uuid
