-- Pages of lists, newest first. A filter is a select of its own; what stands after its
-- `where` is put into the page and into its count.

-- invoices_listed --
select i.id::text from invoice i where i.tenant_id = %(t)s
 order by i.issue_date desc, i.created_at desc, i.id
 limit %(limit)s offset %(offset)s

-- invoices_counted --
select count(*) from invoice i where i.tenant_id = %(t)s

-- invoices_visible --
select i.id from invoice i
 where i.tenant_id = %(t)s and i.hidden_at is null and i.status <> 'closed'

-- invoices_in_status --
select i.id from invoice i where i.tenant_id = %(t)s and i.status = any(%(statuses)s::text[])

-- invoices_of_customer --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and i.customer_id = any(array(select c.id from customer c
     where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s))
