-- The work of periodic jobs, found by state. Each block reads the index that is made for it.


-- ---------------------------------------------------- rows on which a command is performed
-- Columns: id, version, what they are sorted by, and perhaps a time zone.

-- expired_lots --
select l.id::text, l.version, l.expires_at
  from lot l
 where l.tenant_id = %(t)s and l.left_minor > 0 and l.expires_at is not null
   and l.expires_at <= %(at)s
   and (l.expires_at, l.id) > (%(after_due)s::timestamptz, %(after_id)s::uuid)
 order by l.expires_at, l.id limit %(most)s

-- expired_wallets --
select w.id::text, w.version, w.expires_at
  from wallet w
 where w.tenant_id = %(t)s and w.status = 'active' and w.expires_at is not null
   and w.expires_at <= %(at)s
   and (w.expires_at, w.id) > (%(after_due)s::timestamptz, %(after_id)s::uuid)
 order by w.expires_at, w.id limit %(most)s

-- unmarked_invoices --
-- Those that are overdue in some time zone, and are not marked.
select i.id::text, i.version, i.due_date, i.parties ->> 'timezone'
  from invoice i
 where i.tenant_id = %(t)s and i.status = 'finalized' and i.overdue_since is null
   and i.dispute_lost_at is null
   and coalesce(i.payment_status_asserted <> 'succeeded', i.outstanding_minor > 0)
   and i.due_date < %(latest_day)s
   and (i.due_date, i.id) > (%(after_due)s::date, %(after_id)s::uuid)
 order by i.due_date, i.id limit %(most)s


-- -------------------------------------------------------------------------------- old webhooks

-- lock_ended_deliveries --
-- One that is sent again at this moment waits, and is left out.
select d.id
  from webhook_delivery d
 where d.tenant_id = %(t)s and d.state <> 'waiting' and d.ended_at < %(before)s
 order by d.ended_at, d.id limit %(most)s
   for update skip locked

-- delete_attempts --
delete from webhook_attempt a
 where a.tenant_id = %(t)s and a.delivery_id = any(%(deliveries)s::uuid[])

-- delete_deliveries --
delete from webhook_delivery d
 where d.tenant_id = %(t)s and d.id = any(%(deliveries)s::uuid[])

-- lock_old_webhooks --
-- Ids are sorted by time, so the primary key finds them. While they are locked, they get no new
-- delivery.
select w.id
  from webhook w
 where w.tenant_id = %(t)s and w.id > %(after)s and w.id < %(below)s and w.created_at < %(before)s
 order by w.id limit %(most)s
   for update

-- delete_webhooks --
delete from webhook w
 where w.tenant_id = %(t)s and w.id = any(%(webhooks)s::uuid[])
   and not exists (
     select from webhook_delivery d where d.tenant_id = %(t)s and d.webhook_id = w.id)


-- --------------------------------------------------------------------- ended sign-ins, old keys

-- delete_ended_sessions --
delete from operator_session s where s.expires_at <= %(at)s

-- delete_ended_links --
delete from operator_link l where l.expires_at <= %(at)s

-- delete_old_attempts --
-- Without its row, a subject has no failures.
delete from sign_in_attempt a where a.last_at < %(before)s and a.blocked_until <= %(at)s

-- delete_idempotency_keys --
delete from idempotency_key k
 where k.tenant_id = %(t)s and k.key in (
   select old.key from idempotency_key old
    where old.tenant_id = %(t)s and old.claimed_at < %(before)s
    order by old.claimed_at limit %(most)s)
