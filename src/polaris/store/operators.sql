-- What the sign-in of operators writes.

-- insert_operator --
insert into operator (id, email, name, created_at)
values (%(operator_id)s, %(email)s, %(name)s, %(at)s)
on conflict (email) do nothing
returning 1

-- set_password --
update operator o set password_hash = %(password_hash)s
 where o.id = %(operator_id)s

-- set_disabled --
update operator o set disabled_at = %(disabled_at)s
 where o.id = %(operator_id)s

-- lock_roles --
select r.operator_id::text, r.role
  from operator_role r
 where r.tenant_id = %(t)s
 order by r.operator_id
   for update

-- enabled_operators --
select o.id::text
  from operator o
 where o.id = any(%(operator_ids)s::uuid[]) and o.disabled_at is null

-- grant_role --
insert into operator_role as r (operator_id, tenant_id, role, granted_at)
values (%(operator_id)s, %(t)s, %(role)s, %(at)s)
on conflict (operator_id, tenant_id) do update
   set role = excluded.role, granted_at = excluded.granted_at
 where r.role <> excluded.role

-- withdraw_role --
delete from operator_role r
 where r.operator_id = %(operator_id)s and r.tenant_id = %(t)s

-- insert_session --
insert into operator_session (id, token_hash, operator_id, tenant_id, stage, created_at,
                              last_seen_at, expires_at, address, user_agent)
values (%(session_id)s, %(token_hash)s, %(operator_id)s, %(t)s, %(stage)s, %(at)s,
        %(at)s, %(expires_at)s, %(address)s, %(user_agent)s)

-- touch_session --
update operator_session s set last_seen_at = %(at)s
 where s.id = %(session_id)s and s.last_seen_at < %(at)s

-- set_session_tenant --
update operator_session s set tenant_id = %(t)s
 where s.id = %(session_id)s

-- delete_session --
delete from operator_session s
 where s.id = %(session_id)s and s.operator_id = %(operator_id)s
returning s.id::text

-- delete_sessions --
-- All of an operator, except one that may stay.
delete from operator_session s
 where s.operator_id = %(operator_id)s and s.id is distinct from %(kept_id)s::uuid
returning s.id::text

-- delete_expired_sessions --
delete from operator_session s
 where s.operator_id = %(operator_id)s
   and (s.expires_at <= %(at)s or s.last_seen_at <= %(idle_since)s)

-- insert_link --
insert into operator_link (token_hash, operator_id, created_at, expires_at)
values (%(token_hash)s, %(operator_id)s, %(at)s, %(expires_at)s)

-- delete_links --
delete from operator_link l
 where l.operator_id = %(operator_id)s

-- use_link --
update operator_link l set used_at = %(at)s
 where l.token_hash = %(token_hash)s and l.used_at is null and l.expires_at > %(at)s
returning l.operator_id::text

-- offer_second_factor --
-- A secret that is not confirmed is replaced; a confirmed one stays.
insert into second_factor as f (operator_id, secret, created_at, last_step)
values (%(operator_id)s, %(secret)s, %(at)s, 0)
on conflict (operator_id) do update
   set secret = excluded.secret, created_at = excluded.created_at, last_step = 0
 where f.confirmed_at is null

-- accept_step --
-- Of two concurrent requests with the same code, only one gets a row.
update second_factor f
   set last_step = %(step)s, confirmed_at = coalesce(f.confirmed_at, %(at)s)
 where f.operator_id = %(operator_id)s and f.last_step < %(step)s
returning 1

-- delete_second_factor --
delete from second_factor f
 where f.operator_id = %(operator_id)s
returning 1

-- insert_recovery_codes --
insert into recovery_code (operator_id, hash)
select %(operator_id)s, h.hash from unnest(%(hashes)s::text[]) as h(hash)

-- delete_recovery_codes --
delete from recovery_code c
 where c.operator_id = %(operator_id)s

-- use_recovery_code --
update recovery_code c set used_at = %(at)s
 where c.operator_id = %(operator_id)s and c.hash = %(hash)s and c.used_at is null
returning 1

-- count_attempt --
-- No row is returned while the subject is blocked.
insert into sign_in_attempt as a (subject, failures, last_at, blocked_until)
values (%(subject)s, 1, %(at)s, %(at)s)
on conflict (subject) do update
   set failures = case when a.last_at < %(forgotten_before)s then 1 else a.failures + 1 end,
       last_at = %(at)s
 where a.blocked_until <= %(at)s
returning a.failures

-- block_attempts --
update sign_in_attempt a set blocked_until = %(blocked_until)s
 where a.subject = %(subject)s

-- forget_attempts --
delete from sign_in_attempt a
 where a.subject = %(subject)s

-- take_back_attempt --
update sign_in_attempt a
   set failures = greatest(a.failures - 1, 0), blocked_until = %(at)s
 where a.subject = %(subject)s
