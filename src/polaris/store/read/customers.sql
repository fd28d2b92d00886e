-- Customers to show: a list of them, and what each owes and has in credit.


-- ----------------------------------------------------------------------------------- the list

-- customers_found --
select c.id::text, c.external_id, c.name, c.first_name, c.last_name, c.email, c.created_at,
       (order_key)::text
  from customer c
 where c.tenant_id = %(t)s and c.deleted_at is null

-- customers_found_owing --
-- The same list, which can be ordered by the amount that a customer owes in one currency.
select c.id::text, c.external_id, c.name, c.first_name, c.last_name, c.email, c.created_at,
       (order_key)::text
  from customer c
  left join (select i.customer_id, sum(i.outstanding_minor)::bigint as minor from invoice i
     where i.tenant_id = %(t)s and i.outstanding_minor > 0 and i.currency = %(currency)s
     group by i.customer_id) owed on owed.customer_id = c.id
 where c.tenant_id = %(t)s and c.deleted_at is null

-- customers_counted_live --
select count(*) from customer c where c.tenant_id = %(t)s and c.deleted_at is null

-- customers_with_text --
select c.id from customer c
 where c.tenant_id = %(t)s
   and (strpos(lower(concat_ws(e'\n', c.name, c.external_id, c.email, c.first_name, c.last_name,
       c.legal_name)), lower(%(text)s)) > 0
     or c.id::text = lower(%(text)s))

-- customers_by_creation --
select c.created_at, %(from_key)s::timestamptz, c.id from customer c where c.tenant_id = %(t)s

-- customers_by_name --
select lower(c.name), %(from_key)s::text, c.id from customer c where c.tenant_id = %(t)s

-- customers_by_external_id --
select c.external_id, %(from_key)s::text, c.id from customer c where c.tenant_id = %(t)s

-- customers_by_outstanding --
select coalesce(owed.minor, 0), %(from_key)s::bigint, c.id from customer c where c.tenant_id = %(t)s


-- ------------------------------------------------------------------- what they owe and may spend

-- amounts_of_customers --
-- By currency: what is owed, what of it is overdue, and the credit that can be used.
select x.customer_id::text, x.currency, sum(x.outstanding)::bigint, sum(x.overdue)::bigint,
       sum(x.notes)::bigint, sum(x.unapplied)::bigint, sum(x.held)::bigint,
       sum(x.wallets)::bigint
  from (
    select i.customer_id, i.currency, i.outstanding_minor as outstanding,
           case when i.status = 'finalized' and i.dispute_lost_at is null and due_passed
                 and coalesce(i.payment_status_asserted <> 'succeeded', true)
                then i.outstanding_minor else 0 end as overdue,
           0 as notes, 0 as unapplied, 0 as held, 0 as wallets
      from invoice i
     where i.tenant_id = %(t)s and i.customer_id = any(%(customers)s::uuid[])
       and i.outstanding_minor > 0
     union all
    select n.customer_id, n.currency, 0, 0, n.balance_minor, 0, 0, 0
      from credit_note n
     where n.tenant_id = %(t)s and n.customer_id = any(%(customers)s::uuid[])
       and n.balance_minor > 0
     union all
    select p.customer_id, p.currency, 0, 0, 0, p.unused_minor, 0, 0
      from payment p
     where p.tenant_id = %(t)s and p.customer_id = any(%(customers)s::uuid[])
       and p.unused_minor > 0
     union all
    select i.customer_id, i.currency, 0, 0, 0, 0, s.held_minor, 0
      from invoice i
      join settlement s on s.tenant_id = %(t)s and s.invoice_id = i.id and s.held_minor > 0
     where i.tenant_id = %(t)s and i.customer_id = any(%(customers)s::uuid[])
       and i.status = 'voided'
     union all
    select l.customer_id, w.currency, 0, 0, 0, 0, 0, l.left_minor
      from lot l
      join wallet w on w.tenant_id = %(t)s and w.id = l.wallet_id
     where l.tenant_id = %(t)s and l.customer_id = any(%(customers)s::uuid[])
       and l.left_minor > 0 and w.status = 'active'
       and (l.expires_at is null or l.expires_at > %(at)s::timestamptz)
  ) x
 group by x.customer_id, x.currency
 order by x.currency

-- invoices_of_customers_counted --
select i.customer_id::text, count(*) from invoice i
 where i.tenant_id = %(t)s and i.customer_id = any(%(customers)s::uuid[])
   and i.hidden_at is null and i.status <> 'closed'
 group by i.customer_id

-- customers_named --
-- Their names by their ids, also of deleted ones.
select c.id::text, coalesce(nullif(c.name, ''), c.external_id) from customer c
 where c.tenant_id = %(t)s and c.id = any(%(customers)s::uuid[])

-- wallets_of_a_customer --
select w.id from wallet w where w.tenant_id = %(t)s and w.customer_id = %(customer_id)s::uuid

-- lots_of_a_wallet --
select l.id from lot l where l.tenant_id = %(t)s and l.wallet_id = %(wallet_id)s::uuid


-- ----------------------------------------------------------------------------------- payments

-- payments_found --
-- `applied` is what settles invoices now.
select p.id::text, p.received_at, p.method, p.provider, p.reference, p.state, p.currency,
       p.amount_minor, p.unused_minor,
       (select coalesce(sum(s.amount_minor), 0)::bigint from settlement s
         where s.tenant_id = %(t)s and s.source_id = p.id and s.removed_at is null),
       (select coalesce(sum(r.amount_minor), 0)::bigint from refund r
         where r.tenant_id = %(t)s and r.payment_id = p.id and r.state <> 'converted'),
       (order_key)::text
  from payment p
 where p.tenant_id = %(t)s and p.customer_id = %(customer_id)s::uuid

-- payments_by_receipt --
select p.received_at, %(from_key)s::timestamptz, p.id from payment p where p.tenant_id = %(t)s
