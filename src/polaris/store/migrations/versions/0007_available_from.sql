-- The day from which the balance of a payment, credit note, lot or refund can be used. For stored
-- rows it is the last day on which anything was added to such balances of their customer.

alter table payment add column available_from date;
alter table credit_note add column available_from date;
alter table lot add column available_from date;
alter table refund add column available_from date;

-- cross-tenant: every tenant migrates
create temporary table added on commit drop as
select p.tenant_id, p.customer_id, p.credit as account, max(e.accounting_date) as day
  from posting p
  join entry e on e.tenant_id = p.tenant_id and e.id = p.entry_id
 where p.credit in ('CUSTOMER_CREDITS:UNAPPLIED', 'CUSTOMER_CREDITS:NOTES',
                    'CUSTOMER_CREDITS:WALLETS', 'REFUND_LIABILITIES', 'DISCOUNTS:PROMOTIONAL')
 group by p.tenant_id, p.customer_id, p.credit;

update payment y set available_from = a.day
  from added a
 where a.tenant_id = y.tenant_id and a.customer_id = y.customer_id
   and a.account = 'CUSTOMER_CREDITS:UNAPPLIED' and y.state in ('succeeded', 'reversed');

update credit_note n set available_from = a.day
  from added a
 where a.tenant_id = n.tenant_id and a.customer_id = n.customer_id
   and a.account = 'CUSTOMER_CREDITS:NOTES';

update lot l set available_from = greatest(
  (select max(a.day) from added a
    where a.tenant_id = l.tenant_id and a.customer_id = l.customer_id
      and a.account in ('CUSTOMER_CREDITS:WALLETS', 'DISCOUNTS:PROMOTIONAL')),
  (select (l.landed_at at time zone t.timezone)::date from tenant t where t.id = l.tenant_id));

update refund r set available_from = a.day
  from added a
 where a.tenant_id = r.tenant_id and a.customer_id = r.customer_id
   and a.account = 'REFUND_LIABILITIES';
