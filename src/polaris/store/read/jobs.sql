-- The background jobs of all tenants.

-- jobs --
-- The latest job of each name: one that runs, or else the last one.
select distinct on (j.task_name) j.task_name, j.status::text, j.attempts, e.at
  from jobs.procrastinate_jobs j
  left join lateral (
    select max(x.at) as at from jobs.procrastinate_events x where x.job_id = j.id) e on true
 order by j.task_name, (j.status = 'doing') desc, j.id desc

-- failed_jobs --
select j.task_name, count(*)
  from jobs.procrastinate_jobs j
 where j.status = 'failed'
 group by j.task_name

-- webhook_counts --
select count(*) filter (where d.state = 'waiting'),
       count(*) filter (where d.state = 'waiting' and d.failures > 0),
       count(*) filter (where d.state = 'failed')
  from webhook_delivery d
 where d.tenant_id = %(t)s and d.state in ('waiting', 'failed')
