-- Pages of catalogue items, taxes and webhook endpoints. Deleted rows are left out.

-- catalogue_items_paged --
select a.id from catalogue_item a
 where a.tenant_id = %(t)s and a.deleted_at is null
 order by a.created_at desc, a.id
 limit %(limit)s offset %(offset)s

-- catalogue_items_counted --
select count(*) from catalogue_item a where a.tenant_id = %(t)s and a.deleted_at is null

-- tax_codes_paged --
select x.id from tax_code x
 where x.tenant_id = %(t)s and x.deleted_at is null
 order by x.created_at desc, x.id
 limit %(limit)s offset %(offset)s

-- tax_codes_counted --
select count(*) from tax_code x where x.tenant_id = %(t)s and x.deleted_at is null

-- webhook_endpoints_paged --
select w.id from webhook_endpoint w
 where w.tenant_id = %(t)s and w.deleted_at is null
   and (%(dialect)s::text is null or w.dialect = %(dialect)s)
 order by w.created_at desc, w.id
 limit %(limit)s offset %(offset)s

-- webhook_endpoints_counted --
select count(*) from webhook_endpoint w
 where w.tenant_id = %(t)s and w.deleted_at is null
   and (%(dialect)s::text is null or w.dialect = %(dialect)s)
