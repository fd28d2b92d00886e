-- Pages of lists, newest first. A filter is a select of its own. The text after its `where` is
-- inserted after each `where` of the page and of its count.


-- ----------------------------------------------------------------------------------- invoices

-- invoices_listed --
-- Drafts without a date are sorted as of today. Each half is read in the order of its index.
select x.id::text from (
  (select i.id, %(today)s::date as issue_date, i.created_at from invoice i
    where i.tenant_id = %(t)s and i.issue_date is null
    order by i.created_at desc, i.id limit %(limit)s::bigint + %(offset)s::bigint)
  union all
  (select i.id, i.issue_date, i.created_at from invoice i
    where i.tenant_id = %(t)s and i.issue_date is not null
    order by i.issue_date desc, i.created_at desc, i.id
    limit %(limit)s::bigint + %(offset)s::bigint)) x
 order by x.issue_date desc, x.created_at desc, x.id
 limit %(limit)s offset %(offset)s

-- invoices_gathered --
-- The same order, but without an index: all rows are filtered and then sorted.
select i.id::text from invoice i where i.tenant_id = %(t)s
 order by coalesce(i.issue_date, %(today)s::date) desc, i.created_at desc, i.id
 limit %(limit)s offset %(offset)s

-- invoices_counted --
select count(*) from invoice i where i.tenant_id = %(t)s

-- invoices_visible --
select i.id from invoice i
 where i.tenant_id = %(t)s and i.hidden_at is null and i.status <> 'closed'

-- invoices_in_status --
select i.id from invoice i where i.tenant_id = %(t)s and i.status = any(%(statuses)s::text[])

-- invoices_paid_as --
-- By the asserted payment status, else by the amounts.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and coalesce(i.payment_status_asserted,
     case when i.status = 'draft' or i.outstanding_minor > 0 or i.outstanding_at_void_minor > 0
          then 'pending' else 'succeeded' end) = any(%(payment_statuses)s::text[])

-- invoices_overdue --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and %(payment_overdue)s::boolean = (i.status = 'finalized' and i.dispute_lost_at is null
     and i.due_date is not null and i.due_date < %(today)s::date
     and coalesce(i.payment_status_asserted <> 'succeeded', i.outstanding_minor > 0))

-- invoices_disputed --
select i.id from invoice i
 where i.tenant_id = %(t)s and (i.dispute_lost_at is not null) = %(payment_dispute_lost)s::boolean

-- invoices_collected_as --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and case when i.status <> 'finalized' then i.status
         when i.outstanding_minor = 0 then 'paid'
         when exists (select 1 from payment p
           where p.tenant_id = %(t)s and p.customer_id = i.customer_id
             and p.state in ('in_progress', 'needs_attention')
             and p.intended->(i.id::text) is not null) then 'processing'
         when i.outstanding_minor < i.total_minor then 'partly_paid'
         else 'unpaid' end = any(%(collection_statuses)s::text[])

-- invoices_partially_paid --
-- Partially paid of the amount after credit notes and wallets; see `invoices_amounting_to`.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and %(partially_paid)s::boolean = (coalesce(i.paid_at_void_minor, i.paid_minor) > 0
     and coalesce(i.paid_at_void_minor, i.paid_minor) < i.total_minor
     and coalesce(i.paid_at_void_minor, i.paid_minor) < i.total_minor
       - (select coalesce(sum(s.amount_minor), 0) from settlement s
           where s.tenant_id = %(t)s and s.invoice_id = i.id and s.kind in ('note', 'wallet')
             and (s.removed_at is null or s.removed_at = i.voided_at)))

-- invoices_of_kind --
select i.id from invoice i where i.tenant_id = %(t)s and i.kind = any(%(kinds)s::text[])

-- invoices_in_currency --
select i.id from invoice i where i.tenant_id = %(t)s and i.currency = %(currency)s

-- invoices_issued_between --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and i.issue_date between (%(issued_between)s::date[])[1] and (%(issued_between)s::date[])[2]

-- invoices_issued_between_or_not --
-- For a range of days that includes today, so drafts without a date match too.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and (i.issue_date is null or i.issue_date between (%(issued_between_or_not)s::date[])[1]
     and (%(issued_between_or_not)s::date[])[2])

-- invoices_amounting_to --
-- The amount after credit notes and wallets; for a voided invoice, as before the void. Most
-- invoices are settled only by money, and for these no settlements are read.
select i.id from invoice i
 where i.tenant_id = %(t)s and i.total_minor >= (%(amount_between)s::bigint[])[1]
   and case when i.status = 'draft'
         or i.total_minor = coalesce(i.paid_at_void_minor, i.paid_minor)
           + coalesce(i.outstanding_at_void_minor, i.outstanding_minor)
       then i.total_minor
       else i.total_minor - (select coalesce(sum(s.amount_minor), 0) from settlement s
           where s.tenant_id = %(t)s and s.invoice_id = i.id and s.kind in ('note', 'wallet')
             and (s.removed_at is null or s.removed_at = i.voided_at)) end
     between (%(amount_between)s::bigint[])[1] and (%(amount_between)s::bigint[])[2]

-- invoices_with_metadata --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and coalesce(i.metadata::jsonb, '{}') @> all(%(metadata)s::text[]::jsonb[])

-- invoices_without_metadata --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and not coalesce(i.metadata::jsonb ?| %(metadata_without)s::text[], false)

-- invoices_ordered_as --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and lower(i.purchase_order_number) = lower(%(purchase_order_number)s)

-- invoices_settled_by --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and exists (select 1 from settlement s
     where s.tenant_id = %(t)s and s.invoice_id = i.id and s.kind = any(%(settlements)s::text[])
       and (s.removed_at is null or s.removed_at = i.voided_at))

-- invoices_of_customer --
-- A deleted customer also matches by the external id that it had before.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and i.customer_id = any(array(
     select c.id from customer c
      where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s
        and c.deleted_at is null
      union all
     select c.id from customer c
      where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s
        and c.deleted_at is not null))

-- invoices_searched --
select i.id from invoice i
 where i.tenant_id = %(t)s
   and (strpos(lower(i.number), lower(%(search_term)s)) > 0
     or i.id = (select case when %(search_term)s::text
         ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
       then %(search_term)s::text::uuid end)
     or i.customer_id in (select c.id from customer c
       where c.tenant_id = %(t)s
         and strpos(lower(concat_ws(e'\n', c.name, c.external_id, c.email,
           c.first_name, c.last_name)), lower(%(search_term)s)) > 0))

-- invoices_searched_with_name --
-- The value has the text and the dialect whose name of the invoice is searched as well.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and (strpos(lower(concat_ws(e'\n', i.number, i.external_number,
         i.details->(%(search_with_name)s::text[])[2]->>'name')),
       lower((%(search_with_name)s::text[])[1])) > 0
     or i.customer_id in (select c.id from customer c
       where c.tenant_id = %(t)s
         and strpos(lower(concat_ws(e'\n', c.name, c.external_id, c.email, c.phone,
           c.legal_name)), lower((%(search_with_name)s::text[])[1])) > 0))

-- invoices_with_ids --
select i.id from invoice i where i.tenant_id = %(t)s and i.id = any(%(invoice_ids)s::uuid[])

-- invoices_of_customers --
select i.id from invoice i
 where i.tenant_id = %(t)s and i.customer_id = any(%(customer_ids)s::uuid[])

-- invoices_searched_of_customer --
-- Among the invoices of one customer, a search for its name would find all of them.
select i.id from invoice i
 where i.tenant_id = %(t)s
   and (strpos(lower(i.number), lower(%(search_of_customer)s)) > 0
     or i.id = (select case when %(search_of_customer)s::text
         ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
       then %(search_of_customer)s::text::uuid end))


-- ---------------------------------------------------------------------------------- customers

-- customers_listed --
select c.id::text from customer c where c.tenant_id = %(t)s
 order by c.created_at desc, c.id
 limit %(limit)s offset %(offset)s

-- customers_counted --
select count(*) from customer c where c.tenant_id = %(t)s

-- customers_live --
select c.id from customer c where c.tenant_id = %(t)s and c.deleted_at is null

-- customers_with_external_id --
select c.id from customer c where c.tenant_id = %(t)s and c.external_id = %(external_id)s

-- customers_in_currency --
select c.id from customer c where c.tenant_id = %(t)s and c.currency = any(%(currencies)s::text[])

-- customers_in_country --
select c.id from customer c
 where c.tenant_id = %(t)s and c.address->>'country' = any(%(countries)s::text[])

-- customers_in_state --
select c.id from customer c
 where c.tenant_id = %(t)s and c.address->>'state' = any(%(states)s::text[])

-- customers_in_postal_code --
select c.id from customer c
 where c.tenant_id = %(t)s and c.address->>'postal_code' = any(%(postal_codes)s::text[])

-- customers_with_details --
-- Details that one dialect stored: they contain any of these JSON documents.
select c.id from customer c
 where c.tenant_id = %(t)s and c.details @> any(%(details)s::text[]::jsonb[])

-- customers_without_details --
select c.id from customer c
 where c.tenant_id = %(t)s and not (c.details @> any(%(details_without)s::text[]::jsonb[]))

-- customers_having_tax_number --
select c.id from customer c
 where c.tenant_id = %(t)s
   and (coalesce(c.tax_number, '') <> '') = %(has_tax_number)s::boolean

-- customers_with_metadata --
select c.id from customer c
 where c.tenant_id = %(t)s
   and coalesce(c.metadata::jsonb, '{}') @> all(%(metadata)s::text[]::jsonb[])

-- customers_without_metadata --
select c.id from customer c
 where c.tenant_id = %(t)s
   and not coalesce(c.metadata::jsonb ?| %(metadata_without)s::text[], false)

-- customers_searched --
select c.id from customer c
 where c.tenant_id = %(t)s
   and strpos(lower(concat_ws(e'\n', c.name, c.external_id, c.email, c.first_name,
     c.last_name, c.legal_name)), lower(%(search_term)s)) > 0

-- payments_listed --
select p.id::text from payment p where p.tenant_id = %(t)s
 order by p.received_at desc, p.id
 limit %(limit)s offset %(offset)s

-- payments_counted --
select count(*) from payment p where p.tenant_id = %(t)s

-- payments_of_invoice --
-- The payments made for the invoice, and those that settle it or did so until it was voided.
select p.id from payment p
 where p.tenant_id = %(t)s
   and p.customer_id = any(array(select i.customer_id from invoice i
     where i.tenant_id = %(t)s and i.id = %(invoice_id)s::uuid))
   and (p.intended->(%(invoice_id)s::uuid)::text is not null
     or p.id = any(array(select s.source_id from settlement s
       join invoice i on i.tenant_id = %(t)s and i.id = s.invoice_id
       where s.tenant_id = %(t)s and s.invoice_id = %(invoice_id)s::uuid and s.kind = 'payment'
         and (s.removed_at is null or s.removed_at >= i.voided_at))))

-- payments_of_customer --
select p.id from payment p
 where p.tenant_id = %(t)s
   and p.customer_id = any(array(select c.id from customer c
     where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s))


-- ------------------------------------------------------------------------------- credit notes

-- credit_notes_listed --
select n.id::text from credit_note n where n.tenant_id = %(t)s
 order by n.issued_at desc, n.id desc
 limit %(limit)s offset %(offset)s

-- credit_notes_counted --
select count(*) from credit_note n where n.tenant_id = %(t)s

-- credit_notes_of_customer --
-- A deleted customer also matches by the external id that it had before.
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and n.customer_id = any(array(
     select c.id from customer c
      where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s
        and c.deleted_at is null
      union all
     select c.id from customer c
      where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s
        and c.deleted_at is not null))

-- credit_notes_in_credit_status --
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and case when n.status = 'voided' then 'voided'
            when n.credit_minor > 0 and n.balance_minor = 0 then 'consumed'
            else 'available' end = any(%(credit_status)s::text[])

-- credit_notes_in_refund_status --
-- By the asserted refund status, else by the state of its refunds.
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and case
     when n.refund_status_asserted is not null
       then case n.refund_status_asserted when 'settled' then 'succeeded'
              else n.refund_status_asserted end
     when n.refund_minor > 0
       then coalesce((select case when bool_or(r.state = 'failed') then 'failed'
                                  when bool_and(r.state = 'settled') then 'succeeded' end
         from refund r
        where r.tenant_id = %(t)s and r.note_id = n.id and not r.of_balance
          and r.state <> 'converted'), 'pending') end = any(%(refund_status)s::text[])

-- credit_notes_because --
-- Reasons that only Polaris has are shown as another reason.
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and case when n.reason in ('duplicated_charge', 'product_unsatisfactory', 'order_change',
              'order_cancellation', 'fraudulent_charge') then n.reason
            else 'other' end = any(%(reason)s::text[])

-- credit_notes_giving --
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and ((n.credit_minor > 0 and 'credit' = any(%(types)s::text[]))
     or (n.refund_minor > 0 and 'refund' = any(%(types)s::text[]))
     or (n.offset_minor > 0 and 'offset' = any(%(types)s::text[])))

-- credit_notes_in_currency --
select n.id from credit_note n where n.tenant_id = %(t)s and n.currency = %(currency)s

-- credit_notes_from_amount --
select n.id from credit_note n where n.tenant_id = %(t)s and n.total_minor >= %(amount_from)s

-- credit_notes_to_amount --
select n.id from credit_note n where n.tenant_id = %(t)s and n.total_minor <= %(amount_to)s

-- credit_notes_issued_from --
select n.id from credit_note n where n.tenant_id = %(t)s and n.issue_date >= %(issued_from)s::date

-- credit_notes_issued_to --
select n.id from credit_note n where n.tenant_id = %(t)s and n.issue_date <= %(issued_to)s::date

-- credit_notes_on_number --
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and n.invoice_id = any(array(select i.id from invoice i
     where i.tenant_id = %(t)s and i.number = %(invoice_number)s))

-- credit_notes_ordered_as --
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and n.invoice_id in (select i.id from invoice i
     where i.tenant_id = %(t)s
       and lower(i.purchase_order_number) = lower(%(purchase_order_number)s))

-- credit_notes_self_billed --
-- No credit note is self-billed.
select n.id from credit_note n where n.tenant_id = %(t)s and not %(self_billed)s::boolean

-- credit_notes_searched --
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and (strpos(lower(n.number), lower(%(search_term)s)) > 0 or n.id::text = lower(%(search_term)s)
     or n.customer_id in (select c.id from customer c
       where c.tenant_id = %(t)s
         and strpos(lower(concat_ws(e'\n', c.name, c.external_id, c.email,
           c.first_name, c.last_name)), lower(%(search_term)s)) > 0))

-- credit_notes_searched_of_customer --
-- Among the notes of one customer, a search for its name would find all of them.
select n.id from credit_note n
 where n.tenant_id = %(t)s
   and (strpos(lower(n.number), lower(%(search_of_customer)s)) > 0
     or n.id::text = lower(%(search_of_customer)s))

-- wallets_listed --
select w.id::text from wallet w where w.tenant_id = %(t)s
 order by w.created_at desc, w.id desc
 limit %(limit)s offset %(offset)s

-- wallets_counted --
select count(*) from wallet w where w.tenant_id = %(t)s

-- wallets_of_customer --
select w.id from wallet w
 where w.tenant_id = %(t)s
   and w.customer_id = any(array(select c.id from customer c
     where c.tenant_id = %(t)s and c.external_id = %(external_customer_id)s))
