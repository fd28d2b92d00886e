-- The calls of payment providers about refunds.

-- refunds_due --
-- Refunds at these providers that can move on, which nobody works on now.
select r.id from refund r
  join payment p on p.tenant_id = %(t)s and p.id = r.payment_id
 where r.tenant_id = %(t)s and r.state in ('requested', 'sent', 'unknown', 'pending')
   and p.provider = any(%(providers)s::text[])
   and not exists (select from refund_attempt a
     where a.tenant_id = %(t)s and a.refund_id = r.id
       and (a.retry_at > %(at)s::timestamptz
         or a.ended_at is null and a.lease_until > %(at)s::timestamptz))
 order by r.requested_at, r.id
 limit %(limit)s

-- refund_with_id --
select r.id from refund r where r.tenant_id = %(t)s and r.id = %(id)s::uuid

-- end_lost_attempt --
update refund_attempt a set ended_at = %(at)s, result = 'lost'
 where a.tenant_id = %(t)s and a.refund_id = %(refund_id)s::uuid and a.ended_at is null
   and a.lease_until <= %(at)s::timestamptz

-- begin_attempt --
insert into refund_attempt (tenant_id, id, refund_id, provider, call, started_at, lease_until,
  request)
values (%(t)s, %(id)s, %(refund_id)s, %(provider)s, %(call)s, %(at)s, %(lease_until)s,
  %(request)s)
on conflict (tenant_id, refund_id) where ended_at is null do nothing
returning 1

-- end_attempt --
update refund_attempt a set ended_at = %(at)s, result = %(result)s, state = %(state)s,
  reference = %(reference)s, error = %(error)s, answer = %(answer)s, retry_at = %(retry_at)s
 where a.tenant_id = %(t)s and a.id = %(id)s::uuid and a.ended_at is null

-- attempts_of_refund --
select a.id::text, a.refund_id::text, a.provider, a.call, a.started_at, a.lease_until, a.ended_at,
       a.result, a.state, a.reference, a.error, a.request::text, a.answer::text, a.retry_at
  from refund_attempt a
 where a.tenant_id = %(t)s and a.refund_id = %(refund_id)s::uuid
 order by a.started_at, a.id

-- states_at_provider --
-- What the provider has said about one of its refunds, in calls and in events.
select a.state from refund_attempt a
 where a.tenant_id = %(t)s and a.refund_id = %(refund_id)s::uuid
   and a.reference = %(reference)s and a.state is not null
union all
select v.state from provider_event v
 where v.tenant_id = %(t)s and v.provider = %(provider)s and v.subject_id = %(reference)s
   and v.state is not null and v.result is not null
