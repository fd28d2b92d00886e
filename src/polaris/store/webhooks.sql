-- Webhooks: made from events, sent to endpoints, and recorded.


-- ------------------------------------------------------------------------------ made from events

-- lock_publishing --
-- One process at a time makes the webhooks of a tenant, so their ids are in the order of events.
select pg_try_advisory_xact_lock(hashtextextended('publish ' || %(t)s::text, 0))

-- subscriptions --
select w.id, w.dialect, w.event_types, coalesce(w.events_since, w.created_at) as since
  from webhook_endpoint w
 where w.tenant_id = %(t)s and w.deleted_at is null
 order by w.id

-- unpublished_events --
-- In the order of ids, which is the order of decisions. `offset 0` makes the check one index
-- look-up per event.
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
    v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s and v.id > %(after)s
   and not exists (
     select from published_event p where p.tenant_id = %(t)s and p.event_id = v.id offset 0)
 order by v.id limit %(most)s

-- events_between --
select json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
    v.subject, v.subject_id, v.before, v.after)::text
  from event v
 where v.tenant_id = %(t)s and v.at >= %(since)s and v.at < %(until)s and v.id > %(after)s
 order by v.id limit %(most)s

-- webhooks_of_events --
select w.id, w.event_id, w.dialect, w.position, w.type, '' as body, w.fault, w.created_at,
    w.invoice_id, w.ordered_by
  from webhook w
 where w.tenant_id = %(t)s and w.dialect = %(dialect)s and w.event_id = any(%(event_ids)s::uuid[])
 order by w.event_id, w.position

-- insert_webhooks --
insert into webhook (tenant_id, id, event_id, dialect, position, type, body, fault, created_at,
  invoice_id, ordered_by)
select %(t)s, id, event_id, dialect, position, type, body, fault, created_at, invoice_id, ordered_by
  from json_to_recordset(%(webhooks)s::json)
  as x(id uuid, event_id uuid, dialect text, position int, type text, body text, fault text,
       created_at timestamptz, invoice_id uuid, ordered_by uuid)

-- insert_deliveries --
-- A webhook without a body failed before it could be sent.
insert into webhook_delivery (tenant_id, id, webhook_id, endpoint_id, invoice_id, ordered_by, state,
  due_at, attempts, failures, created_at, ended_at)
select %(t)s, x.id, x.webhook_id, x.endpoint_id, w.invoice_id, w.ordered_by,
    case when w.fault is null then 'waiting' else 'failed' end,
    x.created_at, 0, 0, x.created_at, case when w.fault is not null then x.created_at end
  from json_to_recordset(%(deliveries)s::json)
  as x(id uuid, webhook_id uuid, endpoint_id uuid, created_at timestamptz)
  join webhook w on w.tenant_id = %(t)s and w.id = x.webhook_id
on conflict (tenant_id, webhook_id, endpoint_id) do nothing

-- insert_published --
insert into published_event (tenant_id, event_id, published_at)
select %(t)s, x.id, %(now)s from unnest(%(event_ids)s::uuid[]) as x(id)
on conflict (tenant_id, event_id) do nothing


-- -------------------------------------------------------------------------------- sent

-- endpoints_due --
-- The endpoints to which a webhook is due.
select w.id, w.dialect, w.url, w.signature
  from webhook_endpoint w
 where w.tenant_id = %(t)s and w.deleted_at is null and w.paused_at is null
   and exists (
     select from webhook_delivery d
      where d.tenant_id = %(t)s and d.endpoint_id = w.id and d.state = 'waiting'
        and d.due_at <= %(now)s)

-- claim --
-- Takes due deliveries until `until`: if this process ends, another one sends them again then.
with due as materialized (
  select d.id
    from webhook_delivery d
   where d.tenant_id = %(t)s and d.endpoint_id = %(endpoint)s and d.state = 'waiting'
     and d.due_at <= %(now)s
     and (not %(in_order)s or not exists (
       select from webhook_delivery e
        where e.tenant_id = %(t)s and e.endpoint_id = %(endpoint)s and e.state = 'waiting'
          and e.ordered_by = d.ordered_by and e.id < d.id))
   order by d.due_at, d.id limit %(most)s
     for update of d skip locked)
update webhook_delivery d set due_at = %(until)s
  from due
 where d.tenant_id = %(t)s and d.id = due.id
returning d.id, d.webhook_id, d.failures

-- bodies --
select w.id, w.type, w.body
  from webhook w
 where w.tenant_id = %(t)s and w.id = any(%(webhooks)s::uuid[])

-- secrets --
select s.id, s.kind, s.secret, s.public_key, s.created_at, s.expires_at
  from webhook_secret s
 where s.tenant_id = %(t)s and s.endpoint_id = %(endpoint)s
   and (s.expires_at is null or s.expires_at > %(now)s)
 order by s.created_at, s.id

-- insert_secrets --
insert into webhook_secret (tenant_id, id, endpoint_id, kind, secret, public_key, created_at)
select %(t)s, id, %(endpoint)s, kind, secret, public_key, %(now)s
  from json_to_recordset(%(secrets)s::json)
  as x(id uuid, kind text, secret text, public_key text)

-- expire_secrets --
update webhook_secret s set expires_at = %(until)s
 where s.tenant_id = %(t)s and s.endpoint_id = %(endpoint)s and s.created_at < %(now)s
   and (s.expires_at is null or s.expires_at > %(until)s)

-- lock_endpoint --
select 1 from webhook_endpoint w where w.tenant_id = %(t)s and w.id = %(endpoint)s for update


-- -------------------------------------------------------------------------------- recorded

-- insert_attempts --
-- What was delivered once stays delivered, even if it is sent again.
with ended as materialized (
  select * from json_to_recordset(%(attempts)s::json)
  as x(id uuid, delivery_id uuid, started_at timestamptz, ended_at timestamptz, duration_ms int,
       status int, error text, response_body text, delivered boolean, due_at timestamptz)),
changed as (
  update webhook_delivery d
     set state = case when x.delivered or d.state = 'delivered' then 'delivered'
                      when x.due_at is null then 'failed' else 'waiting' end,
         due_at = coalesce(x.due_at, d.due_at),
         attempts = d.attempts + 1,
         failures = d.failures + case when x.delivered then 0 else 1 end,
         ended_at = case when x.delivered or d.state = 'delivered' or x.due_at is null
                         then coalesce(d.ended_at, x.ended_at) end
    from ended x
   where d.tenant_id = %(t)s and d.id = x.delivery_id
  returning d.id, d.attempts)
insert into webhook_attempt (tenant_id, id, delivery_id, number, started_at, duration_ms, status,
  error, response_body)
select %(t)s, x.id, x.delivery_id, d.attempts, x.started_at, x.duration_ms, x.status, x.error,
    x.response_body
  from ended x join changed d on d.id = x.delivery_id

-- save_health --
insert into webhook_endpoint_health as h (tenant_id, endpoint_id, succeeded_at, failed_at,
  failing_since, gone_at)
select %(t)s, endpoint_id, succeeded_at, failed_at,
    case when succeeded_at is null then failed_at end, gone_at
  from json_to_recordset(%(health)s::json)
  as x(endpoint_id uuid, succeeded_at timestamptz, failed_at timestamptz, gone_at timestamptz)
on conflict (tenant_id, endpoint_id) do update
   set succeeded_at = greatest(h.succeeded_at, excluded.succeeded_at),
       failed_at = greatest(h.failed_at, excluded.failed_at),
       failing_since = case when excluded.succeeded_at is null
                            then coalesce(h.failing_since, excluded.failed_at) end,
       gone_at = excluded.gone_at

-- endpoints_to_pause --
-- Endpoints that fail for too long, or that want no more webhooks. A resumed endpoint begins anew.
select w.id, h.gone_at is not null as gone
  from webhook_endpoint w
  join webhook_endpoint_health h on h.tenant_id = %(t)s and h.endpoint_id = w.id
 where w.tenant_id = %(t)s and w.deleted_at is null and w.paused_at is null
   and h.failed_at > coalesce(w.resumed_at, '-infinity')
   and (h.gone_at is not null or h.failing_since is not null
     and greatest(h.failing_since, w.resumed_at) < %(since)s)

-- end_deliveries --
update webhook_delivery d set state = 'failed', ended_at = %(now)s
 where d.tenant_id = %(t)s and d.state = 'waiting'
   and d.endpoint_id in (
     select w.id from webhook_endpoint w where w.tenant_id = %(t)s and w.deleted_at is not null)

-- redeliver --
update webhook_delivery d
   set state = 'waiting', due_at = %(now)s, failures = 0, ended_at = null
 where d.tenant_id = %(t)s and d.id = any(%(deliveries)s::uuid[]) and d.state <> 'waiting'
   and exists (
     select from webhook w
      where w.tenant_id = %(t)s and w.id = d.webhook_id and w.fault is null)

-- redeliver_webhooks --
update webhook_delivery d
   set state = 'waiting', due_at = %(now)s, failures = 0, ended_at = null
 where d.tenant_id = %(t)s and d.endpoint_id = %(endpoint)s and d.state <> 'waiting'
   and d.webhook_id = any(%(webhooks)s::uuid[])
   and exists (
     select from webhook w
      where w.tenant_id = %(t)s and w.id = d.webhook_id and w.fault is null)

-- redeliver_failed --
update webhook_delivery d
   set state = 'waiting', due_at = %(now)s, failures = 0, ended_at = null
 where d.tenant_id = %(t)s and d.endpoint_id = %(endpoint)s and d.state = 'failed'
   and d.ended_at >= %(since)s
   and exists (
     select from webhook w
      where w.tenant_id = %(t)s and w.id = d.webhook_id and w.fault is null)
