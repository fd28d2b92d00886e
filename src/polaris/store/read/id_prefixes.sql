-- Ids of rows from the range of ids that begin with the same digits. Two are enough to know that
-- the digits name more than one row.

-- invoices_in_range --
select i.id::text from invoice i
 where i.tenant_id = %(t)s and i.id between %(first)s::uuid and %(last)s::uuid
 limit 2

-- customers_in_range --
select c.id::text from customer c
 where c.tenant_id = %(t)s and c.id between %(first)s::uuid and %(last)s::uuid
 limit 2
