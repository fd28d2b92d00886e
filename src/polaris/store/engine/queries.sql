-- Every statement that the engine runs, in named blocks.
--
-- A block is a statement, or a part from which the store composes one. A load returns one row with
-- one JSON array per table, each made by a `part_` block. A write has one `insert_` or `update_`
-- block per table with rows. `%(t)s` is the tenant; every table in a statement is restricted to it.
-- The placeholder `%(ids)s` of a part is replaced by the blocks below that find the ids for the set
-- of commands. `%(concerned)s` are the customers who own the named rows.


-- ---------------------------------------------------------------------------------- the locks
-- Customers are locked by id, then series by name, each in a statement that reads nothing else.
-- After the wait for a lock, a statement still sees other rows as they were before the wait, so a
-- later statement reads the facts.

-- lock_customers --
select json_agg(x.id)::text from (
  select c.id from customer c
   where c.tenant_id = %(t)s and c.id = any(%(concerned)s)
   order by c.id for no key update) x

-- lock_series --
select 1 from series s
 where s.tenant_id = %(t)s and s.id = any(%(series)s::text[])
 order by s.id for no key update

-- lock_books --
select 1 from books b
 where b.tenant_id = %(t)s
   for no key update

-- announce_writer --
-- Until its end the transaction shows the id of its tenant. A closing of the books looks for it.
select set_config('application_name', 'polaris ' || %(t)s, true)

-- writers --
-- cross-tenant: the server lists all transactions
-- The running transactions of one tenant. Without its start time a transaction is known by its
-- server process alone.
select w.pid || ' ' || coalesce(w.xact_start::text, '')
  from pg_stat_activity w
 where w.application_name = 'polaris ' || %(t)s and w.datname = current_database()


-- --------------------------------------------------------------------- the facts, table by table

-- part_tenant --
(select json_build_array(t.id, t.version, t.name, t.currency, t.timezone, t.legal_name,
  t.tax_number, t.email, t.phone, t.address, t.settings, t.details,
     t.created_at)::text
   from tenant t where t.id = %(t)s)

-- part_books --
(select json_agg(
   json_build_array(b.id, b.version, b.closed_through))::text
   from books b where b.tenant_id = %(t)s and b.id = %(t)s)

-- part_account --
(select json_agg(
   json_build_array(a.id, a.kind)
   order by a.id)::text
   from account a where a.tenant_id = %(t)s)

-- part_document_number --
(select json_agg(json_build_array(d.id, d.document, d.document_id) order by d.id)::text
   from document_number d where d.tenant_id = %(t)s and d.id = any(%(ids)s))

-- numbers_ahead --
-- The numbers of documents that a series gives again: those after the last one of the series, or,
-- for a series of each customer or invoice, those of owners without a series of their own.
select json_agg(json_build_array(d.id, d.document, d.document_id) order by d.id)::text
  from json_to_recordset(%(numbers)s::json)
    as f(series text, scope text, counted text, owner text)
  join document_number d on d.tenant_id = %(t)s and d.id ~ f.counted
  left join series s on s.tenant_id = %(t)s and s.id = f.series
  left join customer c on c.tenant_id = %(t)s and f.scope = 'customer'
   and c.sequence = substring(d.id from f.owner)::numeric
  left join invoice i on i.tenant_id = %(t)s and f.scope = 'invoice'
   and i.number = substring(d.id from f.owner)
  left join series o on o.tenant_id = %(t)s
   and o.id = f.series || '/' || coalesce(c.id, i.id)
 where case f.scope when 'tenant'
         then substring(d.id from f.counted)::numeric >= coalesce(s.next, 1)
         else o.id is null end

-- part_series --
(select json_agg(
   json_build_array(s.id, s.version, s.scope, s.owner_id, s.format, s.next)
   order by s.id)::text
   from series s where s.tenant_id = %(t)s and s.id = any(%(ids)s))

-- part_catalogue_item --
(select json_agg(
   json_build_array(a.id, a.version, a.code, a.name, a.invoice_display_name, a.description,
     a.amount_minor, a.currency, a.tax_codes, a.details, a.created_at, a.deleted_at)
   order by a.created_at desc, a.id)::text
   from catalogue_item a where a.tenant_id = %(t)s and a.id = any(%(ids)s))

-- part_tax_code --
(select json_agg(
   json_build_array(x.id, x.version, x.code, x.name, x.rate::text, x.description,
     x.applied_by_default, x.details, x.created_at, x.deleted_at)
   order by x.created_at desc, x.id)::text
   from tax_code x where x.tenant_id = %(t)s and x.id = any(%(ids)s))

-- part_webhook_endpoint --
(select json_agg(
   json_build_array(w.id, w.version, w.url, w.signature, w.name, w.event_types, w.created_at,
     w.deleted_at, w.dialect, w.events_since, w.paused_at, w.paused_reason,
     w.resumed_at)
   order by w.created_at desc, w.id)::text
   from webhook_endpoint w where w.tenant_id = %(t)s and w.id = any(%(ids)s))

-- part_customer --
(select json_agg(
   json_build_array(c.id, c.version, c.external_id, c.name, c.email, c.currency, c.timezone,
     c.payment_term_days, c.sequence, c.first_name, c.last_name, c.legal_name, c.tax_number,
     c.phone, c.address, c.tax_code_ids, c.metadata, c.details, c.created_at, c.deleted_at)
   order by c.id)::text
   from customer c where c.tenant_id = %(t)s and c.id = any(%(concerned)s))

-- part_wallet --
(select json_agg(
   json_build_array(w.id, w.version, w.customer_id, w.name, w.code, w.currency, w.status,
     w.priority, w.rate::text, w.expires_at, w.purchase_min_minor, w.purchase_max_minor,
     w.metadata, w.details, w.created_at, w.terminated_at)
   order by w.id)::text
   from wallet w where w.tenant_id = %(t)s and w.id = any(%(ids)s))

-- part_invoice --
(select json_agg(
   json_build_array(i.id, i.version, i.customer_id, i.kind, i.status, i.currency, i.number,
     i.external_number, i.series, i.revision, i.rounding, i.price_type, i.net_minor, i.tax_minor,
     i.total_minor, i.paid_minor, i.outstanding_minor, i.issue_date, i.due_date,
     i.payment_term_days, i.finalized_at, i.voided_at, i.void_reason, i.void_comment,
     i.paid_at_void_minor, i.outstanding_at_void_minor, i.regenerated_from, i.regenerated_as,
     i.payment_status_asserted, i.dispute_lost_at, i.overdue_since, i.sent_at, i.hidden_at,
     i.dunning, i.auto_collection, i.memo, i.purchase_order_number, i.metadata, i.parties,
     i.details, i.created_at)
   order by i.id)::text
   from invoice i where i.tenant_id = %(t)s and i.id = any(%(invoices)s::uuid[]))

-- part_line --
(select json_agg(
   json_build_array(l.id, l.invoice_id, l.revision, l.position, l.kind, l.code, l.description,
     l.quantity::text, l.unit_price::text, l.gross_minor, l.discount_minor, l.net_minor,
     l.account, l.wallet_id, l.original_line_id, l.name, l.item_id, l.item_description,
     l.tax_codes, l.period_from, l.period_to)
   order by l.id)::text
   from line l where l.tenant_id = %(t)s and l.invoice_id = any(%(invoices)s::uuid[]))

-- part_tax --
(select json_agg(
   json_build_array(x.id, x.invoice_id, x.revision, x.line_id, x.code, x.name, x.rate::text,
     x.base_minor, x.amount_minor, x.given, x.tax_code_id, x.description)
   order by x.id)::text
   from tax x where x.tenant_id = %(t)s and x.invoice_id = any(%(invoices)s::uuid[]))

-- part_entry --
(select json_agg(
   json_build_array(e.id, e.kind, e.accounting_date, e.written_at, e.reverses, e.command_id,
     e.invoice_id,
     (select json_agg(json_build_array(p.debit, p.credit, p.amount_minor, p.currency,
          p.customer_id, p.invoice_id, p.source, p.source_id) order by p.position)
        from posting p where p.tenant_id = %(t)s and p.entry_id = e.id))
   order by e.id)::text
   from entry e where e.tenant_id = %(t)s and e.id = any(%(ids)s))

-- part_payment --
(select json_agg(
   json_build_array(p.id, p.version, p.customer_id, p.currency, p.amount_minor, p.unused_minor,
     p.fee_minor, p.state, p.method, p.provider, p.reference, p.account, p.received_at,
     p.intended, p.created_at, p.available_from)
   order by p.id)::text
   from payment p where p.tenant_id = %(t)s and p.id = any(%(ids)s))

-- part_settlement --
(select json_agg(
   json_build_array(s.id, s.version, s.invoice_id, s.customer_id, s.kind, s.source_id,
     s.amount_minor, s.held_minor, s.at, s.removed_at, s.entry_id)
   order by s.id)::text
   from settlement s
  where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[]))

-- part_write_off --
(select json_agg(
   json_build_array(w.id, w.version, w.invoice_id, w.customer_id, w.amount_minor, w.mode,
     w.account, w.reason, w.at, w.reversed_at)
   order by w.id)::text
   from write_off w
  where w.tenant_id = %(t)s and w.invoice_id = any(%(invoices)s::uuid[]))

-- part_credit_note --
(select json_agg(
   json_build_array(n.id, n.version, n.customer_id, n.invoice_id, n.purpose, n.status, n.number,
     n.series, n.reason, n.description, n.currency, n.net_minor, n.tax_minor, n.total_minor,
     n.offset_minor, n.credit_minor, n.refund_minor, n.balance_minor, n.credit_to, n.issue_date,
     n.issued_at, n.voided_at, n.voided_minor, n.document_entry_id, n.refund_status_asserted,
     n.metadata, n.parties, n.details, n.available_from)
   order by n.id)::text
   from credit_note n where n.tenant_id = %(t)s and n.id = any(%(ids)s))

-- part_note_line --
(select json_agg(
   json_build_array(l.id, l.note_id, l.line_id, l.position, l.description, l.quantity::text,
     l.gross_minor, l.discount_minor, l.net_minor, l.account)
   order by l.id)::text
   from note_line l
  where l.tenant_id = %(t)s and l.note_id = any(%(ids)s))

-- part_note_tax --
(select json_agg(
   json_build_array(x.id, x.note_id, x.code, x.name, x.rate::text, x.base_minor, x.amount_minor)
   order by x.id)::text
   from note_tax x
  where x.tenant_id = %(t)s and x.note_id = any(%(ids)s))

-- part_funding --
(select json_agg(
   json_build_array(f.id, f.version, f.note_id, f.kind, f.settlement_id, f.payment_id,
     f.amount_minor)
   order by f.id)::text
   from funding f where f.tenant_id = %(t)s and f.id = any(%(ids)s))

-- part_refund --
(select json_agg(
   json_build_array(r.id, r.version, r.customer_id, r.payment_id, r.settlement_id, r.invoice_id,
     r.note_id, r.of_balance, r.currency, r.amount_minor, r.state, r.reason, r.reference,
     r.requested_at, r.settled_at, r.entry_id, r.available_from, r.failure)
   order by r.id)::text
   from refund r where r.tenant_id = %(t)s and r.id = any(%(ids)s))

-- part_task --
(select json_agg(
   json_build_array(k.id, k.version, k.kind, k.event_id, k.customer_id, k.invoice_id, k.subject,
     k.subject_id, k.currency, k.amount_minor, k.opened_at, k.resolved_at, k.resolved_by,
     k.resolution)
   order by k.id)::text
   from task k where k.tenant_id = %(t)s and k.id = any(%(ids)s))

-- part_lot --
(select json_agg(
   json_build_array(l.id, l.version, l.wallet_id, l.customer_id, l.funding, l.amount_minor,
     l.left_minor, l.priority, l.invoice_id, l.note_id, l.landed_at, l.expires_at, l.entry_id,
     l.available_from)
   order by l.id)::text
   from lot l where l.tenant_id = %(t)s and l.id = any(%(ids)s))

-- part_command --
(select json_agg(
   json_build_array(k.id, k.key, k.fingerprint, k.refusals, k.at))::text
   from command k where k.tenant_id = %(t)s and k.id = any(%(ids)s))

-- part_event --
(select json_agg(
   json_build_array(v.id, v.kind, v.at, v.command_id, v.position, v.customer_id, v.invoice_id,
     v.subject, v.subject_id, v.before, v.after)
   order by v.command_id, v.position)::text
   from event v
  where v.tenant_id = %(t)s and v.command_id = any(%(command_ids)s::uuid[]))


-- ----------------------------------------------------------------------- which rows are needed
-- Small selects of ids, named after the rows they find. A part's `%(ids)s` is a union of them.

-- customers_called --
select c.id from customer c
 where c.tenant_id = %(t)s and c.external_id = any(%(external_ids)s::text[])
   and c.deleted_at is null

-- customers_of_invoices --
select i.customer_id from invoice i
 where i.tenant_id = %(t)s and i.id = any(%(invoices)s::uuid[])

-- customers_of_payments --
select p.customer_id from payment p
 where p.tenant_id = %(t)s and p.id = any(%(payments)s::uuid[])

-- customers_of_notes --
select n.customer_id from credit_note n
 where n.tenant_id = %(t)s and n.id = any(%(notes)s::uuid[])

-- customers_of_refunds --
select r.customer_id from refund r
 where r.tenant_id = %(t)s and r.id = any(%(refunds)s::uuid[])

-- customers_of_tasks --
select k.customer_id from task k
 where k.tenant_id = %(t)s and k.id = any(%(tasks)s::uuid[])

-- customers_of_write_offs --
select w.customer_id from write_off w
 where w.tenant_id = %(t)s and w.id = any(%(write_offs)s::uuid[])

-- customers_of_entries --
select p.customer_id from posting p
 where p.tenant_id = %(t)s and p.entry_id = any(%(entries)s::uuid[])

-- customers_of_wallets --
select w.customer_id from wallet w
 where w.tenant_id = %(t)s and w.id = any(%(wallets)s::uuid[])

-- customers_of_lots --
select l.customer_id from lot l
 where l.tenant_id = %(t)s and l.id = any(%(lots)s::uuid[])

-- series_of_customers --
select s.id from series s
 where s.tenant_id = %(t)s and s.owner_id = any(%(concerned)s)

-- series_of_invoices --
select s.id from series s
 where s.tenant_id = %(t)s and s.owner_id = any(%(invoices)s::uuid[])

-- entries_of_invoices --
select e.id from entry e
 where e.tenant_id = %(t)s and e.invoice_id = any(%(invoices)s::uuid[])

-- entries_of_notes --
select n.document_entry_id from credit_note n
 where n.tenant_id = %(t)s and n.id = any(%(notes)s::uuid[])

-- entries_of_refunds --
select r.entry_id from refund r
 where r.tenant_id = %(t)s and r.id = any(%(refunds)s::uuid[])

-- entries_of_notes_refunds --
select r.entry_id from refund r
 where r.tenant_id = %(t)s and r.note_id = any(%(notes)s::uuid[])

-- notes_of_invoices --
select n.id from credit_note n
 where n.tenant_id = %(t)s and n.invoice_id = any(%(invoices)s::uuid[])

-- notes_on_invoices --
select s.source_id from settlement s
 where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[]) and s.kind = 'note'

-- notes_open --
select n.id from credit_note n
 where n.tenant_id = %(t)s and n.customer_id = any(%(concerned)s) and n.balance_minor > 0

-- fundings_of_invoices --
select f.id from funding f
 where f.tenant_id = %(t)s and f.note_id = any(array(
   select n.id from credit_note n
    where n.tenant_id = %(t)s and n.invoice_id = any(%(invoices)s::uuid[])))

-- fundings_from_invoices --
select f.id from funding f
 where f.tenant_id = %(t)s and f.settlement_id = any(array(
   select s.id from settlement s
    where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[])))

-- fundings_of_notes --
select f.id from funding f
 where f.tenant_id = %(t)s and f.note_id = any(%(notes)s::uuid[])

-- fundings_from_payments --
select f.id from funding f
 where f.tenant_id = %(t)s and f.payment_id = any(%(payments)s::uuid[])

-- refunds_of_invoices --
select r.id from refund r
 where r.tenant_id = %(t)s and r.note_id = any(array(
   select n.id from credit_note n
    where n.tenant_id = %(t)s and n.invoice_id = any(%(invoices)s::uuid[])))

-- refunds_from_invoices --
select r.id from refund r
 where r.tenant_id = %(t)s and r.settlement_id = any(array(
   select s.id from settlement s
    where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[])))

-- refunds_of_notes --
select r.id from refund r
 where r.tenant_id = %(t)s and r.note_id = any(%(notes)s::uuid[])

-- tasks_of_refunds --
select k.id from task k
 where k.tenant_id = %(t)s and k.subject_id = any(%(refunds)s::uuid[]) and k.resolved_at is null

-- tasks_of_notes --
select k.id from task k
 where k.tenant_id = %(t)s and k.resolved_at is null and k.subject_id = any(array(
   select r.id from refund r
    where r.tenant_id = %(t)s and r.note_id = any(%(notes)s::uuid[])))

-- payments_on_invoices --
select s.source_id from settlement s
 where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[]) and s.kind = 'payment'

-- payments_behind_notes --
select f.payment_id from funding f
 where f.tenant_id = %(t)s and f.note_id = any(%(notes)s::uuid[])

-- payments_refunded_by_notes --
select r.payment_id from refund r
 where r.tenant_id = %(t)s and r.note_id = any(%(notes)s::uuid[])

-- payments_under_way --
select p.id from payment p
 where p.tenant_id = %(t)s and p.customer_id = any(%(concerned)s)
   and p.state in ('in_progress', 'needs_attention')

-- payments_unused --
select p.id from payment p
 where p.tenant_id = %(t)s and p.customer_id = any(%(concerned)s) and p.unused_minor > 0

-- lots_on_invoices --
select s.source_id from settlement s
 where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[]) and s.kind = 'wallet'

-- lots_sold --
select l.id from lot l
 where l.tenant_id = %(t)s and l.invoice_id = any(%(invoices)s::uuid[])

-- lots_left --
select l.id from lot l
 where l.tenant_id = %(t)s and l.customer_id = any(%(concerned)s) and l.left_minor > 0

-- wallets_on_invoices --
select l.wallet_id from lot l
 where l.tenant_id = %(t)s and l.id = any(array(
   select s.source_id from settlement s
    where s.tenant_id = %(t)s and s.invoice_id = any(%(invoices)s::uuid[]) and s.kind = 'wallet'))

-- wallets_sold_to --
select l.wallet_id from lot l
 where l.tenant_id = %(t)s and l.invoice_id = any(%(invoices)s::uuid[])

-- wallets_of_lines --
-- Where the credits of an unpaid top-up will land.
select l.wallet_id from line l
 where l.tenant_id = %(t)s and l.invoice_id = any(%(invoices)s::uuid[]) and l.wallet_id is not null

-- wallets_active --
select w.id from wallet w
 where w.tenant_id = %(t)s and w.customer_id = any(%(concerned)s) and w.status = 'active'

-- catalogue_items_of_codes --
select a.id from catalogue_item a
 where a.tenant_id = %(t)s and a.code = any(%(codes_of_items)s::text[])
   and a.deleted_at is null

-- catalogue_items_taxed --
select a.id from catalogue_item a
 where a.tenant_id = %(t)s and a.deleted_at is null and a.tax_codes && array(
   select x.code from tax_code x
    where x.tenant_id = %(t)s and x.id = any(%(tax_codes)s::uuid[]))

-- taxes_of_codes --
select x.id from tax_code x
 where x.tenant_id = %(t)s and x.code = any(%(codes_of_taxes)s::text[]) and x.deleted_at is null

-- taxes_of_items --
select x.id from tax_code x
 where x.tenant_id = %(t)s and x.deleted_at is null and x.code = any(array(
   select unnest(a.tax_codes) from catalogue_item a
    where a.tenant_id = %(t)s and a.code = any(%(codes_of_items)s::text[])
      and a.deleted_at is null))

-- taxes_of_invoices --
-- By the codes of the taxes on the invoices, and by the codes that the lines ask for.
select x.id from tax_code x
 where x.tenant_id = %(t)s and x.deleted_at is null and x.code = any(array(
   select b.code from tax b where b.tenant_id = %(t)s and b.invoice_id = any(%(invoices)s::uuid[])
   union all
   select unnest(l.tax_codes) from line l
    where l.tenant_id = %(t)s and l.invoice_id = any(%(invoices)s::uuid[])))

-- taxes_of_customers --
select unnest(c.tax_code_ids) from customer c
 where c.tenant_id = %(t)s and c.id = any(%(concerned)s)

-- taxes_by_default --
select x.id from tax_code x
 where x.tenant_id = %(t)s and x.deleted_at is null and x.applied_by_default

-- endpoints_live --
select w.id from webhook_endpoint w where w.tenant_id = %(t)s and w.deleted_at is null

-- commands_of_keys --
select k.id from command k
 where k.tenant_id = %(t)s and k.key = any(%(keys)s::text[])


-- ------------------------------------------------------------------- rows that named rows lead to
-- Money and credit connect invoices. Before the lock, the scope of a set is extended by the rows
-- that its rows refer to. Under the lock this is done again, because there may be more by then.

-- invoices_of_payments --
select s.invoice_id from settlement s
 where s.tenant_id = %(t)s and s.source_id = any(%(payments)s::uuid[])

-- invoices_replaced_by_drafts --
-- All of them: a replacement may replace an invoice that was a replacement itself.
select r.id from (
  with recursive replaced as (
    select i.regenerated_from as id from invoice i
     where i.tenant_id = %(t)s and i.id = any(%(drafts)s::uuid[])
    union
    select i.regenerated_from from invoice i join replaced r on r.id = i.id
     where i.tenant_id = %(t)s)
  select r.id from replaced r where r.id is not null) r

-- invoices_of_intentions --
select intended.invoice_id::uuid
  from payment p, json_object_keys(p.intended) as intended (invoice_id)
 where p.tenant_id = %(t)s and p.id = any(%(payments)s::uuid[])

-- invoices_of_notes --
select n.invoice_id from credit_note n
 where n.tenant_id = %(t)s and n.id = any(%(notes)s::uuid[])

-- invoices_settled_by_notes --
select s.invoice_id from settlement s
 where s.tenant_id = %(t)s and s.source_id = any(%(notes)s::uuid[])

-- invoices_behind_notes --
select s.invoice_id from settlement s
 where s.tenant_id = %(t)s and s.id = any(array(
   select f.settlement_id from funding f
    where f.tenant_id = %(t)s and f.note_id = any(%(notes)s::uuid[])))

-- invoices_of_refunds --
select r.invoice_id from refund r
 where r.tenant_id = %(t)s and r.id = any(%(refunds)s::uuid[])

-- invoices_of_write_offs --
select w.invoice_id from write_off w
 where w.tenant_id = %(t)s and w.id = any(%(write_offs)s::uuid[])

-- invoices_of_lines --
select l.invoice_id from line l
 where l.tenant_id = %(t)s and l.id = any(%(lines)s::uuid[])

-- payments_of_refunds --
select r.payment_id from refund r
 where r.tenant_id = %(t)s and r.id = any(%(refunds)s::uuid[])

-- notes_of_refunds --
select r.note_id from refund r
 where r.tenant_id = %(t)s and r.id = any(%(refunds)s::uuid[])

-- wallets_of_lots --
select l.wallet_id from lot l
 where l.tenant_id = %(t)s and l.id = any(%(lots)s::uuid[])


-- ---------------------------------------------------------------------------------- the write
-- New rows are inserted with version 1. An update names the version that was read, and only the
-- columns that may change. The store counts the updated rows.

-- insert_tenant --
-- cross-tenant: the list of tenants itself
insert into tenant (id, version, name, currency, timezone, legal_name, tax_number, email, phone,
  address, settings, details, created_at)
select %(t)s, 1, name, currency, timezone, legal_name, tax_number, email, phone, address,
  settings, details, created_at
  from json_to_recordset(%(insert_tenant)s::json)
  as x(id uuid, version int, name text, currency text, timezone text, legal_name text,
  tax_number text, email text, phone text, address jsonb, settings jsonb, details jsonb,
       created_at timestamptz)

-- update_tenant --
-- cross-tenant: the list of tenants itself
update tenant y set name = x.name, currency = x.currency, timezone = x.timezone,
  legal_name = x.legal_name, tax_number = x.tax_number, email = x.email, phone = x.phone,
  address = x.address, settings = x.settings, details = x.details, version = y.version + 1
  from json_to_recordset(%(update_tenant)s::json)
  as x(id uuid, version int, name text, currency text, timezone text, legal_name text,
  tax_number text, email text, phone text, address jsonb, settings jsonb, details jsonb)
 where y.id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_api_key --
-- cross-tenant: a request is known by its key before its tenant is known
insert into api_key (id, tenant_id, name, prefix, hash, scopes, created_at)
values (%(id)s, %(t)s, %(name)s, %(prefix)s, %(hash)s, %(scopes)s, %(created_at)s)
on conflict (id) do nothing
returning 1

-- insert_books --
insert into books (tenant_id, id, version, closed_through)
select %(t)s, id, 1, closed_through
  from json_to_recordset(%(insert_books)s::json)
  as x(id uuid, version int, closed_through date)

-- update_books --
update books y set closed_through = x.closed_through, version = y.version + 1
  from json_to_recordset(%(update_books)s::json)
  as x(id uuid, version int, closed_through date)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_account --
insert into account (tenant_id, id, kind)
select %(t)s, id, kind
  from json_to_recordset(%(insert_account)s::json)
  as x(id text, kind text)
on conflict do nothing

-- insert_series --
insert into series (tenant_id, id, version, scope, owner_id, format, next)
select %(t)s, id, 1, scope, owner_id, format, next
  from json_to_recordset(%(insert_series)s::json)
  as x(id text, version int, scope text, owner_id uuid, format text, next int)

-- insert_document_number --
insert into document_number (tenant_id, id, document, document_id)
select %(t)s, id, document, document_id
  from json_to_recordset(%(insert_document_number)s::json)
  as x(id text, document text, document_id uuid)

-- insert_skipped_number --
insert into skipped_number (tenant_id, id, series, counted, number, document, document_id)
select %(t)s, id, series, counted, number, document, document_id
  from json_to_recordset(%(insert_skipped_number)s::json)
  as x(id uuid, series text, counted int, number text, document text, document_id uuid)

-- update_series --
update series y set format = x.format, next = x.next, version = y.version + 1
  from json_to_recordset(%(update_series)s::json)
  as x(id text, version int, format text, next int)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_catalogue_item --
insert into catalogue_item (tenant_id, id, version, code, name, invoice_display_name, description,
  amount_minor, currency, tax_codes, details, created_at, deleted_at)
select %(t)s, id, 1, code, name, invoice_display_name, description, amount_minor, currency,
  tax_codes, details, created_at, deleted_at
  from json_to_recordset(%(insert_catalogue_item)s::json)
  as x(id uuid, version int, code text, name text, invoice_display_name text, description text,
       amount_minor bigint, currency text, tax_codes text[], details jsonb,
       created_at timestamptz, deleted_at timestamptz)

-- update_catalogue_item --
update catalogue_item y set code = x.code, name = x.name,
  invoice_display_name = x.invoice_display_name,
  description = x.description, amount_minor = x.amount_minor, currency = x.currency,
  tax_codes = x.tax_codes, details = x.details, deleted_at = x.deleted_at,
  version = y.version + 1
  from json_to_recordset(%(update_catalogue_item)s::json)
  as x(id uuid, version int, code text, name text, invoice_display_name text, description text,
       amount_minor bigint, currency text, tax_codes text[], details jsonb,
       deleted_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_tax_code --
insert into tax_code (tenant_id, id, version, code, name, rate, description, applied_by_default,
  details, created_at, deleted_at)
select %(t)s, id, 1, code, name, rate, description, applied_by_default, details, created_at,
  deleted_at
  from json_to_recordset(%(insert_tax_code)s::json)
  as x(id uuid, version int, code text, name text, rate numeric, description text,
       applied_by_default boolean, details jsonb, created_at timestamptz,
       deleted_at timestamptz)

-- update_tax_code --
update tax_code y set code = x.code, name = x.name, rate = x.rate, description = x.description,
  applied_by_default = x.applied_by_default, details = x.details, deleted_at = x.deleted_at,
  version = y.version + 1
  from json_to_recordset(%(update_tax_code)s::json)
  as x(id uuid, version int, code text, name text, rate numeric, description text,
       applied_by_default boolean, details jsonb, deleted_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_webhook_endpoint --
insert into webhook_endpoint (tenant_id, id, version, url, signature, name, event_types,
  created_at, deleted_at, dialect, events_since, paused_at, paused_reason, resumed_at)
select %(t)s, id, 1, url, signature, name, event_types, created_at, deleted_at, dialect,
  events_since, paused_at, paused_reason, resumed_at
  from json_to_recordset(%(insert_webhook_endpoint)s::json)
  as x(id uuid, version int, url text, signature text, name text, event_types text[],
       created_at timestamptz, deleted_at timestamptz, dialect text, events_since timestamptz,
       paused_at timestamptz, paused_reason text, resumed_at timestamptz)

-- update_webhook_endpoint --
update webhook_endpoint y set url = x.url, signature = x.signature, name = x.name,
  event_types = x.event_types, deleted_at = x.deleted_at, paused_at = x.paused_at,
  paused_reason = x.paused_reason, resumed_at = x.resumed_at, version = y.version + 1
  from json_to_recordset(%(update_webhook_endpoint)s::json)
  as x(id uuid, version int, url text, signature text, name text, event_types text[],
       deleted_at timestamptz, paused_at timestamptz, paused_reason text,
       resumed_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_signing_key --
insert into signing_key (tenant_id, kind, private_key, created_at)
values (%(t)s, %(kind)s, %(private_key)s, statement_timestamp())
on conflict do nothing

-- signing_key --
select k.private_key from signing_key k where k.tenant_id = %(t)s and k.kind = %(kind)s

-- insert_customer --
insert into customer (tenant_id, id, version, external_id, name, email, currency, timezone,
  payment_term_days, sequence, first_name, last_name, legal_name, tax_number, phone, address,
  tax_code_ids, metadata, details, created_at, deleted_at)
select %(t)s, id, 1, external_id, name, email, currency, timezone, payment_term_days, sequence,
  first_name, last_name, legal_name, tax_number, phone, address, tax_code_ids, metadata, details,
  created_at, deleted_at
  from json_to_recordset(%(insert_customer)s::json)
  as x(id uuid, version int, external_id text, name text, email text, currency text,
       timezone text, payment_term_days int, sequence int, first_name text, last_name text,
       legal_name text, tax_number text, phone text, address jsonb, tax_code_ids uuid[],
       metadata json, details jsonb, created_at timestamptz,
       deleted_at timestamptz)

-- update_customer --
update customer y set external_id = x.external_id, name = x.name, email = x.email,
  currency = x.currency, timezone = x.timezone, payment_term_days = x.payment_term_days,
  first_name = x.first_name, last_name = x.last_name, legal_name = x.legal_name,
  tax_number = x.tax_number, phone = x.phone, address = x.address, tax_code_ids = x.tax_code_ids,
  metadata = x.metadata, details = x.details, deleted_at = x.deleted_at, version = y.version + 1
  from json_to_recordset(%(update_customer)s::json)
  as x(id uuid, version int, external_id text, name text, email text, currency text,
       timezone text, payment_term_days int, first_name text, last_name text, legal_name text,
       tax_number text, phone text, address jsonb, tax_code_ids uuid[], metadata json,
       details jsonb, deleted_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_wallet --
insert into wallet (tenant_id, id, version, customer_id, name, code, currency, status, priority,
  rate, expires_at, purchase_min_minor, purchase_max_minor, metadata, details, created_at,
  terminated_at)
select %(t)s, id, 1, customer_id, name, code, currency, status, priority, rate, expires_at,
  purchase_min_minor, purchase_max_minor, metadata, details, created_at, terminated_at
  from json_to_recordset(%(insert_wallet)s::json)
  as x(id uuid, version int, customer_id uuid, name text, code text, currency text, status text,
       priority int, rate numeric, expires_at timestamptz, purchase_min_minor bigint,
       purchase_max_minor bigint, metadata json, details jsonb, created_at timestamptz,
       terminated_at timestamptz)

-- update_wallet --
update wallet y set name = x.name, code = x.code, status = x.status, priority = x.priority,
  rate = x.rate, expires_at = x.expires_at, purchase_min_minor = x.purchase_min_minor,
  purchase_max_minor = x.purchase_max_minor, metadata = x.metadata, details = x.details,
  terminated_at = x.terminated_at,
  version = y.version + 1
  from json_to_recordset(%(update_wallet)s::json)
  as x(id uuid, version int, name text, code text, status text, priority int, rate numeric,
       expires_at timestamptz, purchase_min_minor bigint, purchase_max_minor bigint,
       metadata json, details jsonb, terminated_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_invoice --
insert into invoice (tenant_id, id, version, customer_id, kind, status, currency, number,
  external_number, series, revision, rounding, price_type, net_minor, tax_minor, total_minor,
  paid_minor, outstanding_minor, issue_date, due_date, payment_term_days, finalized_at,
  voided_at, void_reason, void_comment, paid_at_void_minor, outstanding_at_void_minor,
  regenerated_from, regenerated_as, payment_status_asserted, dispute_lost_at, overdue_since,
  sent_at, hidden_at, dunning, auto_collection, memo, purchase_order_number, metadata, parties,
  details, created_at)
select %(t)s, id, 1, customer_id, kind, status, currency, number, external_number, series,
  revision, rounding, price_type, net_minor, tax_minor, total_minor, paid_minor,
  outstanding_minor, issue_date, due_date, payment_term_days, finalized_at, voided_at,
  void_reason, void_comment, paid_at_void_minor, outstanding_at_void_minor, regenerated_from,
  regenerated_as, payment_status_asserted, dispute_lost_at, overdue_since, sent_at, hidden_at,
  dunning, auto_collection, memo, purchase_order_number, metadata, parties, details, created_at
  from json_to_recordset(%(insert_invoice)s::json)
  as x(id uuid, version int, customer_id uuid, kind text, status text, currency text,
       number text, external_number text, series text, revision int, rounding text,
       price_type text, net_minor bigint, tax_minor bigint, total_minor bigint,
       paid_minor bigint, outstanding_minor bigint, issue_date date, due_date date,
       payment_term_days int, finalized_at timestamptz, voided_at timestamptz, void_reason text,
       void_comment text, paid_at_void_minor bigint, outstanding_at_void_minor bigint,
       regenerated_from uuid, regenerated_as uuid, payment_status_asserted text,
       dispute_lost_at timestamptz, overdue_since timestamptz, sent_at timestamptz,
       hidden_at timestamptz, dunning text, auto_collection boolean, memo text,
       purchase_order_number text, metadata json, parties json, details jsonb,
       created_at timestamptz)

-- update_invoice --
-- The parties are written once, when the invoice is issued.
update invoice y set status = x.status, number = x.number, external_number = x.external_number,
  series = x.series, revision = x.revision, net_minor = x.net_minor, tax_minor = x.tax_minor,
  total_minor = x.total_minor, paid_minor = x.paid_minor,
  outstanding_minor = x.outstanding_minor, issue_date = x.issue_date, due_date = x.due_date,
  payment_term_days = x.payment_term_days, finalized_at = x.finalized_at,
  voided_at = x.voided_at, void_reason = x.void_reason, void_comment = x.void_comment,
  paid_at_void_minor = x.paid_at_void_minor,
  outstanding_at_void_minor = x.outstanding_at_void_minor,
  regenerated_from = x.regenerated_from, regenerated_as = x.regenerated_as,
  payment_status_asserted = x.payment_status_asserted, dispute_lost_at = x.dispute_lost_at,
  overdue_since = x.overdue_since, sent_at = x.sent_at, hidden_at = x.hidden_at,
  dunning = x.dunning, auto_collection = x.auto_collection, memo = x.memo,
  purchase_order_number = x.purchase_order_number, metadata = x.metadata,
  parties = coalesce(y.parties, x.parties), details = x.details, version = y.version + 1
  from json_to_recordset(%(update_invoice)s::json)
  as x(id uuid, version int, status text, number text, external_number text, series text,
       revision int, net_minor bigint, tax_minor bigint, total_minor bigint, paid_minor bigint,
       outstanding_minor bigint, issue_date date, due_date date, payment_term_days int,
       finalized_at timestamptz, voided_at timestamptz, void_reason text, void_comment text,
       paid_at_void_minor bigint, outstanding_at_void_minor bigint, regenerated_from uuid,
       regenerated_as uuid, payment_status_asserted text, dispute_lost_at timestamptz,
       overdue_since timestamptz, sent_at timestamptz, hidden_at timestamptz, dunning text,
       auto_collection boolean, memo text, purchase_order_number text, metadata json,
       parties json, details jsonb)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_line --
insert into line (tenant_id, id, invoice_id, revision, position, kind, code, description,
  quantity, unit_price, gross_minor, discount_minor, net_minor, account, wallet_id,
  original_line_id, name, item_id, item_description, tax_codes, period_from, period_to)
select %(t)s, id, invoice_id, revision, position, kind, code, description, quantity, unit_price,
  gross_minor, discount_minor, net_minor, account, wallet_id, original_line_id, name, item_id,
  item_description, tax_codes, period_from, period_to
  from json_to_recordset(%(insert_line)s::json)
  as x(id uuid, invoice_id uuid, revision int, position int, kind text, code text,
       description text, quantity numeric, unit_price numeric, gross_minor bigint,
       discount_minor bigint, net_minor bigint, account text, wallet_id uuid,
       original_line_id uuid, name text, item_id uuid, item_description text, tax_codes text[],
       period_from timestamptz, period_to timestamptz)

-- insert_tax --
insert into tax (tenant_id, id, invoice_id, revision, line_id, code, name, rate, base_minor,
  amount_minor, given, tax_code_id, description)
select %(t)s, id, invoice_id, revision, line_id, code, name, rate, base_minor, amount_minor,
  given, tax_code_id, description
  from json_to_recordset(%(insert_tax)s::json)
  as x(id uuid, invoice_id uuid, revision int, line_id uuid, code text, name text, rate numeric,
       base_minor bigint, amount_minor bigint, given boolean, tax_code_id uuid, description text)

-- insert_entry --
insert into entry (tenant_id, id, kind, accounting_date, written_at, reverses, command_id,
  invoice_id)
select %(t)s, id, kind, accounting_date, written_at, reverses, command_id, invoice_id
  from json_to_recordset(%(insert_entry)s::json)
  as x(id uuid, kind text, accounting_date date, written_at timestamptz, reverses uuid,
       command_id uuid, invoice_id uuid)

-- insert_posting --
insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
  customer_id, invoice_id, source, source_id)
select %(t)s, entry_id, position, debit, credit, amount_minor, currency, customer_id, invoice_id,
  source, source_id
  from json_to_recordset(%(insert_posting)s::json)
  as x(entry_id uuid, position int, debit text, credit text, amount_minor bigint, currency text,
       customer_id uuid, invoice_id uuid, source text, source_id uuid)

-- insert_payment --
insert into payment (tenant_id, id, version, customer_id, currency, amount_minor, unused_minor,
  fee_minor, state, method, provider, reference, account, received_at, intended, created_at,
  available_from)
select %(t)s, id, 1, customer_id, currency, amount_minor, unused_minor, fee_minor, state, method,
  provider, reference, account, received_at, intended, created_at, available_from
  from json_to_recordset(%(insert_payment)s::json)
  as x(id uuid, version int, customer_id uuid, currency text, amount_minor bigint,
       unused_minor bigint, fee_minor bigint, state text, method text, provider text,
       reference text, account text, received_at timestamptz, intended json,
       created_at timestamptz, available_from date)

-- update_payment --
update payment y set unused_minor = x.unused_minor, fee_minor = x.fee_minor, state = x.state,
  method = x.method, reference = x.reference, received_at = x.received_at, intended = x.intended,
  available_from = x.available_from, version = y.version + 1
  from json_to_recordset(%(update_payment)s::json)
  as x(id uuid, version int, unused_minor bigint, fee_minor bigint, state text, method text,
       reference text, received_at timestamptz, intended json, available_from date)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_settlement --
insert into settlement (tenant_id, id, version, invoice_id, customer_id, kind, source_id,
  amount_minor, held_minor, at, removed_at, entry_id)
select %(t)s, id, 1, invoice_id, customer_id, kind, source_id, amount_minor, held_minor, at,
  removed_at, entry_id
  from json_to_recordset(%(insert_settlement)s::json)
  as x(id uuid, version int, invoice_id uuid, customer_id uuid, kind text, source_id uuid,
       amount_minor bigint, held_minor bigint, at timestamptz, removed_at timestamptz,
       entry_id uuid)

-- update_settlement --
update settlement y set held_minor = x.held_minor, removed_at = x.removed_at,
  version = y.version + 1
  from json_to_recordset(%(update_settlement)s::json)
  as x(id uuid, version int, held_minor bigint, removed_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_write_off --
insert into write_off (tenant_id, id, version, invoice_id, customer_id, amount_minor, mode,
  account, reason, at, reversed_at)
select %(t)s, id, 1, invoice_id, customer_id, amount_minor, mode, account, reason, at,
  reversed_at
  from json_to_recordset(%(insert_write_off)s::json)
  as x(id uuid, version int, invoice_id uuid, customer_id uuid, amount_minor bigint, mode text,
       account text, reason text, at timestamptz, reversed_at timestamptz)

-- update_write_off --
update write_off y set reversed_at = x.reversed_at, version = y.version + 1
  from json_to_recordset(%(update_write_off)s::json)
  as x(id uuid, version int, reversed_at timestamptz)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_credit_note --
insert into credit_note (tenant_id, id, version, customer_id, invoice_id, purpose, status,
  number, series, reason, description, currency, net_minor, tax_minor, total_minor, offset_minor,
  credit_minor, refund_minor, balance_minor, credit_to, issue_date, issued_at, voided_at,
  voided_minor, document_entry_id, refund_status_asserted, metadata, parties, details,
  available_from)
select %(t)s, id, 1, customer_id, invoice_id, purpose, status, number, series, reason,
  description, currency, net_minor, tax_minor, total_minor, offset_minor, credit_minor,
  refund_minor, balance_minor, credit_to, issue_date, issued_at, voided_at, voided_minor,
  document_entry_id, refund_status_asserted, metadata, parties, details, available_from
  from json_to_recordset(%(insert_credit_note)s::json)
  as x(id uuid, version int, customer_id uuid, invoice_id uuid, purpose text, status text,
       number text, series text, reason text, description text, currency text, net_minor bigint,
       tax_minor bigint, total_minor bigint, offset_minor bigint, credit_minor bigint,
       refund_minor bigint, balance_minor bigint, credit_to text, issue_date date,
       issued_at timestamptz, voided_at timestamptz, voided_minor bigint, document_entry_id uuid,
       refund_status_asserted text, metadata json, parties json, details jsonb,
       available_from date)

-- update_credit_note --
update credit_note y set status = x.status, description = x.description,
  offset_minor = x.offset_minor, credit_minor = x.credit_minor, refund_minor = x.refund_minor,
  balance_minor = x.balance_minor, voided_at = x.voided_at, voided_minor = x.voided_minor,
  document_entry_id = x.document_entry_id, refund_status_asserted = x.refund_status_asserted,
  metadata = x.metadata, details = x.details, available_from = x.available_from,
  version = y.version + 1
  from json_to_recordset(%(update_credit_note)s::json)
  as x(id uuid, version int, status text, description text, offset_minor bigint,
       credit_minor bigint, refund_minor bigint, balance_minor bigint, voided_at timestamptz,
       voided_minor bigint, document_entry_id uuid, refund_status_asserted text, metadata json,
       details jsonb, available_from date)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_note_line --
insert into note_line (tenant_id, id, note_id, line_id, position, description, quantity,
  gross_minor, discount_minor, net_minor, account)
select %(t)s, id, note_id, line_id, position, description, quantity, gross_minor, discount_minor,
  net_minor, account
  from json_to_recordset(%(insert_note_line)s::json)
  as x(id uuid, note_id uuid, line_id uuid, position int, description text, quantity numeric,
       gross_minor bigint, discount_minor bigint, net_minor bigint, account text)

-- insert_note_tax --
insert into note_tax (tenant_id, id, note_id, code, name, rate, base_minor, amount_minor)
select %(t)s, id, note_id, code, name, rate, base_minor, amount_minor
  from json_to_recordset(%(insert_note_tax)s::json)
  as x(id uuid, note_id uuid, code text, name text, rate numeric, base_minor bigint,
       amount_minor bigint)

-- insert_funding --
insert into funding (tenant_id, id, version, note_id, kind, settlement_id, payment_id,
  amount_minor)
select %(t)s, id, 1, note_id, kind, settlement_id, payment_id, amount_minor
  from json_to_recordset(%(insert_funding)s::json)
  as x(id uuid, version int, note_id uuid, kind text, settlement_id uuid, payment_id uuid,
       amount_minor bigint)

-- update_funding --
update funding y set kind = x.kind, settlement_id = x.settlement_id, payment_id = x.payment_id,
  amount_minor = x.amount_minor, version = y.version + 1
  from json_to_recordset(%(update_funding)s::json)
  as x(id uuid, version int, kind text, settlement_id uuid, payment_id uuid, amount_minor bigint)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_refund --
insert into refund (tenant_id, id, version, customer_id, payment_id, settlement_id, invoice_id,
  note_id, of_balance, currency, amount_minor, state, reason, reference, requested_at,
  settled_at, entry_id, available_from, failure)
select %(t)s, id, 1, customer_id, payment_id, settlement_id, invoice_id, note_id, of_balance,
  currency, amount_minor, state, reason, reference, requested_at, settled_at, entry_id,
  available_from, failure
  from json_to_recordset(%(insert_refund)s::json)
  as x(id uuid, version int, customer_id uuid, payment_id uuid, settlement_id uuid,
       invoice_id uuid, note_id uuid, of_balance boolean, currency text, amount_minor bigint,
       state text, reason text, reference text, requested_at timestamptz, settled_at timestamptz,
       entry_id uuid, available_from date, failure text)

-- update_refund --
update refund y set state = x.state, reference = x.reference, settled_at = x.settled_at,
  entry_id = x.entry_id, available_from = x.available_from, failure = x.failure,
  version = y.version + 1
  from json_to_recordset(%(update_refund)s::json)
  as x(id uuid, version int, state text, reference text, settled_at timestamptz, entry_id uuid,
       available_from date, failure text)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_task --
insert into task (tenant_id, id, version, kind, event_id, customer_id, invoice_id, subject,
  subject_id, currency, amount_minor, opened_at, resolved_at, resolved_by, resolution)
select %(t)s, id, 1, kind, event_id, customer_id, invoice_id, subject, subject_id, currency,
  amount_minor, opened_at, resolved_at, resolved_by, resolution
  from json_to_recordset(%(insert_task)s::json)
  as x(id uuid, version int, kind text, event_id uuid, customer_id uuid, invoice_id uuid,
       subject text, subject_id uuid, currency text, amount_minor bigint, opened_at timestamptz,
       resolved_at timestamptz, resolved_by text, resolution text)

-- update_task --
update task y set resolved_at = x.resolved_at, resolved_by = x.resolved_by,
  resolution = x.resolution, version = y.version + 1
  from json_to_recordset(%(update_task)s::json)
  as x(id uuid, version int, resolved_at timestamptz, resolved_by text, resolution text)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_lot --
insert into lot (tenant_id, id, version, wallet_id, customer_id, funding, amount_minor,
  left_minor, priority, invoice_id, note_id, landed_at, expires_at, entry_id, available_from)
select %(t)s, id, 1, wallet_id, customer_id, funding, amount_minor, left_minor, priority,
  invoice_id, note_id, landed_at, expires_at, entry_id, available_from
  from json_to_recordset(%(insert_lot)s::json)
  as x(id uuid, version int, wallet_id uuid, customer_id uuid, funding text, amount_minor bigint,
       left_minor bigint, priority int, invoice_id uuid, note_id uuid, landed_at timestamptz,
       expires_at timestamptz, entry_id uuid, available_from date)

-- update_lot --
update lot y set amount_minor = x.amount_minor, left_minor = x.left_minor,
  priority = x.priority, expires_at = x.expires_at, entry_id = x.entry_id,
  available_from = x.available_from, version = y.version + 1
  from json_to_recordset(%(update_lot)s::json)
  as x(id uuid, version int, amount_minor bigint, left_minor bigint, priority int,
       expires_at timestamptz, entry_id uuid, available_from date)
 where y.tenant_id = %(t)s and y.id = x.id and y.version = x.version
returning 1

-- insert_movement --
insert into movement (tenant_id, id, wallet_id, customer_id, lot_id, kind, amount_minor,
  invoice_id, at, details)
select %(t)s, id, wallet_id, customer_id, lot_id, kind, amount_minor, invoice_id, at, details
  from json_to_recordset(%(insert_movement)s::json)
  as x(id uuid, wallet_id uuid, customer_id uuid, lot_id uuid, kind text, amount_minor bigint,
       invoice_id uuid, at timestamptz, details jsonb)

-- insert_command --
insert into command (tenant_id, id, key, fingerprint, refusals, at)
select %(t)s, id, key, fingerprint, refusals, at
  from json_to_recordset(%(insert_command)s::json)
  as x(id uuid, key text, fingerprint text, refusals json, at timestamptz)

-- insert_event --
insert into event (tenant_id, id, kind, at, command_id, position, customer_id, invoice_id,
  subject, subject_id, before, after)
select %(t)s, id, kind, at, command_id, position, customer_id, invoice_id, subject, subject_id,
  before, after
  from json_to_recordset(%(insert_event)s::json)
  as x(id uuid, kind text, at timestamptz, command_id uuid, position int, customer_id uuid,
       invoice_id uuid, subject text, subject_id uuid, before json, after json)

-- insert_audit --
insert into audit (tenant_id, id, command_id, at, actor, command, subject_id, outcome, refusals,
  request)
select %(t)s, id, command_id, at, actor, command, subject_id, outcome, refusals, request
  from json_to_recordset(%(insert_audit)s::json)
  as x(id uuid, command_id uuid, at timestamptz, actor text, command text, subject_id uuid,
       outcome text, refusals json, request json)
