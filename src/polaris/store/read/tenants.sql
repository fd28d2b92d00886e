-- Reads of tenants.

-- tenants --
-- cross-tenant: the list of tenants itself
select t.id::text, t.name, t.currency, t.timezone, t.created_at from tenant t
 order by t.created_at, t.id
