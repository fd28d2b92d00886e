-- Reads of wallets to show. Nothing here locks or writes.

-- wallet_sums --
-- What is left now, less what has moved after the given time.
select w.id::text,
       (select coalesce(sum(l.left_minor), 0)::bigint from lot l
         where l.tenant_id = %(t)s and l.wallet_id = w.id
           and (l.expires_at is null or l.expires_at > %(at)s::timestamptz))
       - (select coalesce(sum(m.amount_minor), 0)::bigint from movement m
           join lot l on l.tenant_id = %(t)s and l.id = m.lot_id
            and (l.expires_at is null or l.expires_at > %(at)s::timestamptz)
          where m.tenant_id = %(t)s and m.wallet_id = w.id and m.at > %(at)s::timestamptz),
       (select coalesce(-sum(m.amount_minor), 0)::bigint from movement m
         where m.tenant_id = %(t)s and m.wallet_id = w.id and m.kind in ('consumed', 'restored')
           and m.at <= %(at)s::timestamptz),
       (select max(m.at) from movement m
         where m.tenant_id = %(t)s and m.wallet_id = w.id and m.kind = 'consumed'
           and m.at <= %(at)s::timestamptz),
       (select max(m.at) from movement m
         where m.tenant_id = %(t)s and m.wallet_id = w.id and m.at <= %(at)s::timestamptz)
  from wallet w
 where w.tenant_id = %(t)s and w.id = any(%(wallets)s::uuid[])

-- place_of_happening --
select m.wallet_id::text, m.at from movement m
 where m.tenant_id = %(t)s and m.id = %(happening)s::uuid
 union all
select n.wallet_id::text, i.created_at from line n
  join invoice i on i.tenant_id = %(t)s and i.id = n.invoice_id
 where n.tenant_id = %(t)s and n.invoice_id = %(happening)s::uuid and n.kind = 'top_up'
 limit 1

-- wallet_history --
-- A purchase is shown as its top-up invoice, even before its credits arrive. The outgoing movements
-- of one command for one reason are one happening, for any number of lots. Incoming credits are one
-- happening for each lot.
with history as (
  select i.id::text, 'purchased' as kind,
         case when l.id is not null then 'settled'
              when i.status = 'voided' or i.payment_status_asserted = 'failed' then 'failed'
              when i.status = 'finalized' and i.outstanding_minor = 0 then 'failed'
              else 'pending' end as state,
         coalesce(l.amount_minor, n.net_minor)::bigint as amount_minor, l.left_minor,
         coalesce(l.priority, 50) as priority, i.id as invoice_id, false as gave_back,
         null::uuid as note_id, i.created_at as at, l.landed_at as settled_at,
         case when l.id is null then i.voided_at end as failed_at, i.details,
         case when l.id is null then '[]'
              else json_build_array(json_build_array(l.id, l.id, l.amount_minor))::text
              end as parts, array[l.id::text] as lots
    from invoice i
    join line n on n.tenant_id = %(t)s and n.invoice_id = i.id and n.revision = i.revision
     and n.kind = 'top_up' and n.wallet_id = %(wallet_id)s::uuid
    left join lot l on l.tenant_id = %(t)s and l.invoice_id = i.id
   where i.tenant_id = %(t)s and i.kind = 'top_up' and i.status <> 'closed'
     and i.hidden_at is null
     and i.created_at between %(since)s::timestamptz and %(until)s::timestamptz
     and i.customer_id = any(array(select w.customer_id from wallet w
       where w.tenant_id = %(t)s and w.id = %(wallet_id)s::uuid))
   union all
  select min(m.id::text), m.kind, 'settled', abs(sum(m.amount_minor))::bigint,
         case when m.kind in ('granted', 'credited') then max(l.left_minor) end,
         case when m.kind in ('granted', 'credited') then max(l.priority) else 50 end,
         m.invoice_id, coalesce(bool_or(m.kind = 'restored' and i.status = 'voided'), false),
         case m.kind when 'credited' then min(l.note_id::text)::uuid
              when 'revoked' then (select n.id from credit_note n where n.tenant_id = %(t)s
                and n.invoice_id = m.invoice_id and n.issued_at = m.at limit 1) end,
         m.at, m.at, null,
         m.details,
         json_agg(json_build_array(m.id, m.lot_id, abs(m.amount_minor)) order by m.id)::text,
         array_agg(m.lot_id::text)
    from movement m
    join lot l on l.tenant_id = %(t)s and l.id = m.lot_id
    left join invoice i on i.tenant_id = %(t)s and i.id = m.invoice_id
   where m.tenant_id = %(t)s and m.wallet_id = %(wallet_id)s::uuid and m.kind <> 'purchased'
     and m.at between %(since)s::timestamptz and %(until)s::timestamptz
   group by m.kind, m.at, m.invoice_id, m.details,
         case when m.kind in ('granted', 'credited') then m.lot_id end
), chosen as (
  select * from history h
   where (%(ids)s::text[] is null or h.id = any(%(ids)s::text[]))
     and (%(kinds)s::text[] is null or h.kind = any(%(kinds)s::text[]))
     and (%(state)s::text is null or h.state = %(state)s::text)
     and (%(lots)s::text[] is null or h.lots && %(lots)s::text[])
     and (%(details)s::text is null or h.details @> %(details)s::jsonb)
     and (%(details_without)s::text[] is null
       or not h.details @> any(%(details_without)s::text[]::jsonb[]))
)
select (select count(*) from chosen),
       (select json_agg(json_build_array(p.id, p.kind, p.state, p.amount_minor, p.left_minor,
           p.priority, p.invoice_id, p.gave_back, p.note_id, p.at, p.settled_at, p.failed_at,
           p.details, p.parts::json) order by p.at desc, p.id desc)::text
          from (select * from chosen c order by c.at desc, c.id desc
                 limit %(limit)s offset %(offset)s) p)
