-- The proof of the numbers of documents, and the gaps in their series. See proofs.sql.

-- drawn --
-- Every used number with its position in the series, or null if its format does not show it. The
-- tenant's own series may have had other formats before; the newest format that fits is used.
select d.series, d.number, d.id, d.status, d.hidden,
  (select substring(d.number from pattern)::bigint
     from unnest(s.patterns) with ordinality as one (pattern, place)
    where d.number ~ pattern
    order by place limit 1) as counted
  from (
    select i.series, i.number, i.id, i.status, i.hidden_at is not null as hidden
      from invoice i
     where i.tenant_id = %(t)s and i.series is not null and i.number is not null
    union all
    select n.series, n.number, n.id, n.status, false
      from credit_note n
     where n.tenant_id = %(t)s
    union all
    select 'customer', c.sequence::text, c.id, 'issued', false
      from customer c
     where c.tenant_id = %(t)s) d
  left join (
    select f.id, array_agg('^' || regexp_replace(
        regexp_replace(
          regexp_replace(f.format, '([.^$*+?()|\\\[\]])', '\\\1', 'g'),
          '\{(customer|invoice)[^}]*\}', '.*', 'g'),
        '\{next[^}]*\}', '(\d{1,18})') || '$' order by f.until desc nulls first) as patterns
      from (
        select x.id, x.format, null::timestamptz as until
          from series x
         where x.tenant_id = %(t)s
        union all
        select k.series, v.before->'settings'->>k.setting, v.at
          from event v
         cross join (values ('invoice', 'invoice_format'), ('note', 'note_format'))
           k (series, setting)
         where v.tenant_id = %(t)s and v.kind = 'tenant.saved'
           and v.before->'settings'->>k.setting <> v.after->'settings'->>k.setting) f
     group by f.id) s on s.id = d.series

-- numbers --
-- Every number from 1 to the last used one is expected once, or skipped. A number outside its
-- series is not. Every number is in the register of numbers, which holds each number once.
select null::text as currency, x.id || ' ' || n as subject, 1 as expected, 0 as found
  from series x
 cross join lateral generate_series(1, x.next - 1) n
 where x.tenant_id = %(t)s
union all
select null, d.series || ' ' || coalesce(d.counted::text, d.number), 0, 1
  from drawn d
union all
select null, k.series || ' ' || k.counted, 0, 1
  from skipped_number k
 where k.tenant_id = %(t)s
union all
select null, 'number ' || e.number, 1, case when d.id is null then 0 else 1 end
  from (
    select i.number from invoice i where i.tenant_id = %(t)s and i.number is not null
    union all
    select n.number from credit_note n where n.tenant_id = %(t)s) e
  left join document_number d on d.tenant_id = %(t)s and d.id = e.number

-- gaps --
select g.series, g.counted, g.number, g.why, g.id::text
  from (
    select x.id as series, n as counted, null::text as number, 'missing' as why,
      null::uuid as id
      from series x
     cross join lateral generate_series(1, x.next - 1) n
     where x.tenant_id = %(t)s
       and not exists (select from drawn d where d.series = x.id and d.counted = n)
       and not exists (select from skipped_number k
                        where k.tenant_id = %(t)s and k.series = x.id and k.counted = n)
    union all
    select k.series, k.counted, k.number, 'taken', k.document_id
      from skipped_number k
     where k.tenant_id = %(t)s
    union all
    select d.series, d.counted, d.number, case when d.hidden then 'hidden' else 'voided' end,
      d.id
      from drawn d
     where d.hidden or d.status = 'voided') g
 order by g.series, g.counted, g.number
