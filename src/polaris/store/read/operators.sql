-- Operators with their roles, and their sessions. Nearly all tables here are of no tenant: one
-- operator may serve several.

-- operators --
-- A filter that is null does not count. Operators are few, so none of the filters needs an index.
select o.id::text, o.email, o.name, o.password_hash, o.created_at, o.disabled_at,
       exists (select 1 from second_factor f
                where f.operator_id = o.id and f.confirmed_at is not null),
       (select coalesce(json_agg(json_build_array(t.id, t.name, r.role) order by t.name, t.id),
                        '[]')
          from operator_role r join tenant t on t.id = r.tenant_id
         where r.operator_id = o.id)
  from operator o
 where (%(email)s::text is null or o.email = %(email)s)
   and (%(operator_id)s::uuid is null or o.id = %(operator_id)s)
   and (%(t)s::uuid is null
        or exists (select 1 from operator_role r
                    where r.operator_id = o.id and r.tenant_id = %(t)s))
 order by o.email

-- session_with_token --
select s.id::text, s.operator_id::text, s.tenant_id::text, s.stage, s.created_at, s.last_seen_at,
       s.expires_at, s.address, s.user_agent
  from operator_session s
 where s.token_hash = %(token_hash)s

-- sessions_of_operator --
select s.id::text, s.operator_id::text, s.tenant_id::text, s.stage, s.created_at, s.last_seen_at,
       s.expires_at, s.address, s.user_agent
  from operator_session s
 where s.operator_id = %(operator_id)s and s.stage = 'signed_in'
 order by s.last_seen_at desc, s.id

-- link_with_token --
select l.operator_id::text
  from operator_link l
 where l.token_hash = %(token_hash)s and l.used_at is null and l.expires_at > %(at)s

-- second_factor --
select f.secret, f.confirmed_at, f.last_step
  from second_factor f
 where f.operator_id = %(operator_id)s

-- recovery_codes_left --
select count(*)
  from recovery_code c
 where c.operator_id = %(operator_id)s and c.used_at is null

-- attempt --
select a.failures, a.blocked_until
  from sign_in_attempt a
 where a.subject = %(subject)s

-- any_operator --
select exists (select 1 from operator)
