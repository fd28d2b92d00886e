-- What the overview of a tenant shows: what is owed and since when, and what happened this month.

-- overview_ageing --
-- The outstanding amounts by the days since they were due: 0 not due, 1 to 30 days, 2 to 60 days,
-- 3 to 90 days, 4 longer.
select i.currency,
       case when i.due_date is null or i.due_date >= %(today)s::date then 0
            when %(today)s::date - i.due_date <= 30 then 1
            when %(today)s::date - i.due_date <= 60 then 2
            when %(today)s::date - i.due_date <= 90 then 3
            else 4 end,
       count(*), sum(i.outstanding_minor)::bigint
  from invoice i
 where i.tenant_id = %(t)s and i.outstanding_minor > 0
 group by 1, 2
 order by 1, 2

-- overview_months --
-- What happened this month and in the month before it, by kind and currency.
select 'issued', i.currency, i.issue_date >= %(month)s::date, count(*), sum(i.total_minor)::bigint
  from invoice i
 where i.tenant_id = %(t)s and i.status in ('finalized', 'voided')
   and i.issue_date >= %(month_before)s::date and i.issue_date < %(month_after)s::date
 group by 2, 3
union all
select 'voided', i.currency, i.voided_at >= %(month_at)s, count(*), sum(i.total_minor)::bigint
  from invoice i
 where i.tenant_id = %(t)s and i.status = 'voided' and i.voided_at >= %(month_before_at)s
 group by 2, 3
union all
select 'refunded', r.currency, r.requested_at >= %(month_at)s, count(*), sum(r.amount_minor)::bigint
  from refund r
 where r.tenant_id = %(t)s and r.requested_at >= %(month_before_at)s and r.state <> 'converted'
 group by 2, 3
order by 1, 2, 3

-- overview_drafts --
select i.currency, count(*), sum(i.total_minor)::bigint
  from invoice i
 where i.tenant_id = %(t)s and i.status = 'draft' and i.hidden_at is null
 group by i.currency
 order by i.currency

-- overview_failed_refunds --
select r.currency, count(*), sum(r.amount_minor)::bigint
  from refund r
 where r.tenant_id = %(t)s and r.state = 'failed'
 group by r.currency
 order by r.currency

-- overview_failed_refunds_newest --
select r.id::text, r.currency, r.amount_minor, r.requested_at, c.name, c.external_id,
       r.invoice_id::text, i.number
  from refund r
  join customer c on c.tenant_id = %(t)s and c.id = r.customer_id
  left join invoice i on i.tenant_id = %(t)s and i.id = r.invoice_id
 where r.tenant_id = %(t)s and r.state = 'failed'
 order by r.requested_at desc, r.id desc
 limit 5

-- overview_tasks --
select count(*) from task k where k.tenant_id = %(t)s and k.resolved_at is null

-- overview_begun --
-- Whether there is anything to show: a customer or an invoice.
select exists (select from customer c where c.tenant_id = %(t)s)
    or exists (select from invoice i where i.tenant_id = %(t)s)
