-- The views of the list of invoices that operators saved.

-- saved_views_seen --
-- Those of the operator, in their order, then those that colleagues share.
select v.id::text, v.operator_id::text, v.name, v.query, v.shared,
       exists (select from default_view d
                where d.tenant_id = %(t)s and d.operator_id = %(operator_id)s
                  and d.view_id = v.id)
  from saved_view v
 where v.tenant_id = %(t)s and (v.operator_id = %(operator_id)s or v.shared) and v.name <> ''
 order by v.operator_id <> %(operator_id)s::uuid, v.position, v.name, v.id

-- insert_saved_view --
insert into saved_view (tenant_id, id, operator_id, name, query, shared, position, created_at)
values (%(t)s, %(id)s, %(operator_id)s, %(name)s, %(query)s, %(shared)s, %(position)s,
        %(created_at)s)
on conflict do nothing

-- update_saved_view --
update saved_view v set name = %(name)s, shared = %(shared)s
 where v.tenant_id = %(t)s and v.operator_id = %(operator_id)s and v.id = %(id)s

-- place_saved_view --
update saved_view v set position = %(position)s
 where v.tenant_id = %(t)s and v.operator_id = %(operator_id)s and v.id = %(id)s

-- delete_saved_view --
delete from saved_view v
 where v.tenant_id = %(t)s and v.operator_id = %(operator_id)s and v.id = %(id)s

-- insert_default_view --
insert into default_view (tenant_id, operator_id, view_id)
values (%(t)s, %(operator_id)s, %(id)s)
on conflict (tenant_id, operator_id) do update set view_id = excluded.view_id

-- delete_default_view --
delete from default_view d where d.tenant_id = %(t)s and d.operator_id = %(operator_id)s

-- delete_defaults_of_view --
delete from default_view d where d.tenant_id = %(t)s and d.view_id = %(id)s

-- list_columns --
-- The columns that an operator chose: the row without a name, which no view can have.
select v.query from saved_view v
 where v.tenant_id = %(t)s and v.operator_id = %(operator_id)s and v.name = ''

-- keep_columns --
insert into saved_view (tenant_id, id, operator_id, name, query, shared, position, created_at)
values (%(t)s, %(id)s, %(operator_id)s, '', %(columns)s, false, -1, %(created_at)s)
on conflict (tenant_id, operator_id, name) do update set query = excluded.query
