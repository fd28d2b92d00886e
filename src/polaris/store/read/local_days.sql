-- Which day it is for the buyer of an invoice; see local_days.py.

-- due_passed --
-- The zone is read only of invoices that are due around today, so an index on the due date helps.
select i.id from invoice i
 where i.tenant_id = %(t)s and i.due_date is not null and i.due_date <= %(utc_day)s::date
   and (i.due_date < %(utc_day)s::date - 1
     or i.due_date < %(utc_day)s::date
       + (i.parties->>'timezone' = any(%(zones_ahead)s::text[]))::int
       - (i.parties->>'timezone' = any(%(zones_behind)s::text[]))::int)
