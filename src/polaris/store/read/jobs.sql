-- The background jobs of all tenants.

-- jobs --
-- The latest job of each name: one that runs, or else the last one. With it, when any job of the
-- name last began, and how many have failed.
select distinct on (j.task_name) j.task_name, j.status::text, j.attempts,
       (select max(x.at) from jobs.procrastinate_events x where x.job_id = j.id) as at,
       (select max(x.at)
          from jobs.procrastinate_events x
          join jobs.procrastinate_jobs k on k.id = x.job_id
         where k.task_name = j.task_name and x.type = 'started') as ran_at,
       (select count(*) from jobs.procrastinate_jobs k
         where k.task_name = j.task_name and k.status = 'failed') as failed
  from jobs.procrastinate_jobs j
 order by j.task_name, (j.status = 'doing') desc, j.id desc

-- webhook_counts --
select count(*) filter (where d.state = 'waiting'),
       count(*) filter (where d.state = 'waiting' and d.failures > 0),
       count(*) filter (where d.state = 'failed')
  from webhook_delivery d
 where d.tenant_id = %(t)s and d.state in ('waiting', 'failed')
