-- API keys: find a key by its prefix, list the keys of a tenant, and revoke a key.

-- key_with_prefix --
-- cross-tenant: a request is known by its key before its tenant is known
select k.id::text, k.tenant_id::text, k.name, k.prefix, k.hash, k.scopes, k.created_at,
       k.revoked_at
  from api_key k
 where k.prefix = %(prefix)s

-- keys_of_tenant --
select k.id::text, k.tenant_id::text, k.name, k.prefix, k.hash, k.scopes, k.created_at,
       k.revoked_at
  from api_key k
 where k.tenant_id = %(t)s
 order by k.created_at, k.id

-- revoke_api_key --
update api_key k set revoked_at = %(revoked_at)s
 where k.tenant_id = %(t)s and k.id = %(id)s and k.revoked_at is null
returning 1
