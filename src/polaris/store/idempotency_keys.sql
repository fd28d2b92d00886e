-- Idempotency keys of HTTP callers, each with the fingerprint of its request and its answer.

-- claim_idempotency_key --
insert into idempotency_key (tenant_id, key, fingerprint, claimed_at)
values (%(t)s, %(key)s, %(fingerprint)s, %(claimed_at)s)
on conflict do nothing
returning 1

-- idempotency_key --
select k.fingerprint, k.claimed_at, k.status, k.media_type, k.body
  from idempotency_key k
 where k.tenant_id = %(t)s and k.key = %(key)s

-- keep_answer --
update idempotency_key k set status = %(status)s, media_type = %(media_type)s, body = %(body)s
 where k.tenant_id = %(t)s and k.key = %(key)s and k.status is null
returning 1

-- commands_under_keys --
select exists (select 1 from command c where c.tenant_id = %(t)s and c.key = any(%(keys)s))
