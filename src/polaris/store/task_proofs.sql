-- The proof of the tasks; see proofs.sql.

-- tasks --
-- By event: one task is expected and found. An open task about a refund that is not, or not any
-- more, in the state that opened it counts as one too many.
select null::text as currency, v.id as subject, 1 as expected, 0 as found
  from event v
 where v.tenant_id = %(t)s and v.kind = any(%(opening)s)
union all
select null, k.event_id, 0, 1
  from task k
 where k.tenant_id = %(t)s
union all
select null, k.event_id, 0, 1
  from task k
  join refund r on r.tenant_id = %(t)s and r.id = k.subject_id
   and k.kind <> 'refund_' || r.state
 where k.tenant_id = %(t)s and k.kind in ('refund_failed', 'refund_unknown')
   and k.resolved_at is null
