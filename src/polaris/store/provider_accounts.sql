-- The accounts of tenants at payment providers.

-- accounts_at_providers --
select a.provider, a.live, a.api_base, a.encrypted_key, a.encrypted_webhook_secret,
       a.connected_at, a.changed_at
  from provider_account a
 where a.tenant_id = %(t)s
 order by a.provider

-- tenants_with_accounts --
-- cross-tenant: a job works for every tenant
select distinct a.tenant_id::text from provider_account a order by 1

-- save_provider_account --
insert into provider_account as a (tenant_id, provider, live, api_base, encrypted_key,
  encrypted_webhook_secret, connected_at, changed_at)
values (%(t)s, %(provider)s, %(live)s, %(api_base)s, %(encrypted_key)s,
  %(encrypted_webhook_secret)s, %(at)s, %(at)s)
on conflict (tenant_id, provider) do update
  set live = excluded.live, api_base = excluded.api_base,
      encrypted_key = excluded.encrypted_key,
      encrypted_webhook_secret = coalesce(excluded.encrypted_webhook_secret,
        a.encrypted_webhook_secret),
      changed_at = excluded.changed_at

-- delete_provider_account --
delete from provider_account a
 where a.tenant_id = %(t)s and a.provider = %(provider)s
returning 1
