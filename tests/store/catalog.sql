-- Everything a schema consists of, a line each, in any order: what two databases are compared by.
with relation as (
  select c.* from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'jobs')
     and c.relname !~ '^alembic_version'
)
select format('%s %s', relkind, oid::regclass) as line from relation
union all
select format('grant %s %s', oid::regclass, unnest(relacl)) from relation
union all
select format('column %s.%I %s%s%s default %s generated %s identity %s',
              r.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
              case when a.attnotnull then ' not null' end,
              case when a.attcollation not in (0, t.typcollation)
                   then ' collate ' || a.attcollation::regcollation end,
              pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity)
  from relation r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
union all
select format('constraint %s.%I %s', r.oid::regclass, k.conname, pg_get_constraintdef(k.oid))
  from relation r join pg_constraint k on k.conrelid = r.oid
union all
select pg_get_indexdef(oid) from relation where relkind in ('i', 'I')
union all
select format('view %s %s', oid::regclass, pg_get_viewdef(oid)) from relation
 where relkind in ('v', 'm')
union all
select pg_get_triggerdef(t.oid) from relation r join pg_trigger t on t.tgrelid = r.oid
 where not t.tgisinternal
union all
select format('option %s %s', oid::regclass, unnest(reloptions)) from relation
union all
select format('comment %s.%s %s', r.oid::regclass, d.objsubid, d.description)
  from relation r join pg_description d on d.objoid = r.oid and d.classoid = 'pg_class'::regclass
union all
select pg_get_functiondef(p.oid) from pg_proc p
 where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
union all
select format('type %s %s', t.oid::regtype,
              (select string_agg(e.enumlabel, ',' order by e.enumsortorder)
                 from pg_enum e where e.enumtypid = t.oid))
  from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd')
union all
select format('schema %I', nspname) from pg_namespace where nspname !~ '^pg_|^jobs$'
