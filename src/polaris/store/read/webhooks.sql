-- Webhook endpoints, deliveries and attempts, to be looked at.

-- part_failing_since --
-- Since when every attempt has failed. A resumed endpoint begins anew.
(select case
   when h.failed_at > coalesce(w.resumed_at, '-infinity') and h.failing_since is not null
   then greatest(h.failing_since, w.resumed_at) end)

-- endpoint_states --
-- The endpoints that are not deleted, the newest first, with their health and what is left to send.
select w.id::text, w.name, w.url, w.dialect, w.signature, w.event_types, w.created_at,
    w.paused_at, w.paused_reason, h.succeeded_at, h.failed_at,
    %(failing_since)s,
    (select count(*) from webhook_delivery d
      where d.tenant_id = %(t)s and d.endpoint_id = w.id and d.state = 'waiting'),
    (select count(*) from webhook_delivery d
      where d.tenant_id = %(t)s and d.endpoint_id = w.id and d.state = 'failed')
  from webhook_endpoint w
  left join webhook_endpoint_health h on h.tenant_id = %(t)s and h.endpoint_id = w.id
 where w.tenant_id = %(t)s and w.deleted_at is null
   and (%(endpoint)s::uuid is null or w.id = %(endpoint)s)
 order by w.created_at desc, w.id

-- endpoints_in_trouble --
-- The endpoints that are paused or failing, with the longest trouble first.
select w.id::text, w.name, w.url, w.paused_at, w.paused_reason, %(failing_since)s
  from webhook_endpoint w
  left join webhook_endpoint_health h on h.tenant_id = %(t)s and h.endpoint_id = w.id
 where w.tenant_id = %(t)s and w.deleted_at is null
   and (w.paused_at is not null or %(failing_since)s is not null)
 order by coalesce(%(failing_since)s, w.paused_at), w.id

-- events_in_range --
select count(*) from event v
 where v.tenant_id = %(t)s and v.at >= %(since)s and v.at < %(until)s

-- deliveries_found --
select d.id::text, (order_key)::text from webhook_delivery d where d.tenant_id = %(t)s

-- deliveries_by_id --
select d.id, %(from_key)s::uuid, d.id from webhook_delivery d where d.tenant_id = %(t)s

-- deliveries_of_endpoint --
select d.id from webhook_delivery d
 where d.tenant_id = %(t)s and d.endpoint_id = %(endpoint)s::uuid

-- deliveries_of_invoice --
select d.id from webhook_delivery d
 where d.tenant_id = %(t)s and d.invoice_id = %(invoice)s::uuid

-- deliveries_in_state --
select d.id from webhook_delivery d where d.tenant_id = %(t)s and d.state = %(state)s

-- deliveries_shown --
select d.id::text, d.endpoint_id::text, d.webhook_id::text, w.event_id::text, d.invoice_id::text,
    w.type, e.dialect, e.url, d.state, d.attempts, d.created_at, d.due_at, d.ended_at
  from webhook_delivery d
  join webhook w on w.tenant_id = %(t)s and w.id = d.webhook_id
  join webhook_endpoint e on e.tenant_id = %(t)s and e.id = d.endpoint_id
 where d.tenant_id = %(t)s and d.id = any(%(ids)s::uuid[])

-- webhook_sent --
select w.body, w.fault from webhook w where w.tenant_id = %(t)s and w.id = %(webhook)s

-- attempts_of_delivery --
select a.number, a.started_at, a.duration_ms, a.status, a.error, a.response_body
  from webhook_attempt a
 where a.tenant_id = %(t)s and a.delivery_id = %(delivery)s
 order by a.number
