-- The statements that fill the benchmark's databases, and the ceilings: the same writes as the
-- engine's, done by the database alone. A test checks that both write the same rows. The database
-- makes times and ids; the ids are ordered by time, like the engine's.

-- account --
insert into account (tenant_id, id, kind)
values (%(t)s, 'SALES_TAXES_PAYABLE:VAT', 'liability')

-- invoices --
select count(*), count(*) filter (where i.status = 'voided') from invoice i
 where i.tenant_id = %(t)s

-- sessions --
select a.pid from pg_stat_activity a where a.backend_type = 'client backend'

-- draft --
-- Create the drafts with the numbers `first` to `last`: ten per customer, each with two lines and
-- one tax per line. The command that drafts an invoice has the invoice's id.
with made as materialized (
  select n, ('01990000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
         ('01990000-0000-7000-8001-' || lpad(to_hex(n / 10), 12, '0'))::uuid as customer_id
    from generate_series(%(first)s::bigint, %(last)s::bigint) n),
lines as materialized (
  select made.id as invoice_id, uuidv7() as id, position, net_minor
    from made, (values (1, 1000), (2, 500)) as x (position, net_minor)),
w_customer as (
  insert into customer (tenant_id, id, version, external_id, name, sequence, address,
    tax_code_ids, details, created_at)
  select %(t)s, customer_id, 1, customer_id::text, 'Customer ' || n / 10, n / 10, '{}',
    '{}', '{}', now()
    from made
  on conflict do nothing),
w_invoice as (
  insert into invoice as i (tenant_id, id, version, customer_id, kind, status, currency, revision,
    rounding, price_type, net_minor, tax_minor, total_minor, paid_minor, outstanding_minor,
    payment_term_days, details, created_at)
  select %(t)s, id, 1, customer_id, 'one_off', 'draft', 'EUR', 1, 'per_document', 'exclusive',
    1500, 300, 1800, 0, 0, 0, '{}', now()
    from made
  returning i.id, i.customer_id, to_jsonb(i) - '{tenant_id,parties}'::text[] as image),
w_line as (
  insert into line (tenant_id, id, invoice_id, revision, position, kind, description, quantity,
    gross_minor, discount_minor, net_minor)
  select %(t)s, id, invoice_id, 1, position, 'charge', 'Work', 1, net_minor, 0, net_minor
    from lines),
w_tax as (
  insert into tax (tenant_id, id, invoice_id, revision, line_id, code, name, rate, base_minor,
    amount_minor, given)
  select %(t)s, uuidv7(), invoice_id, 1, id, 'vat', 'VAT', 20, net_minor, net_minor / 5, false
    from lines),
w_command as (
  insert into command (tenant_id, id, at) select %(t)s, id, now() from made),
w_event as (
  insert into event (tenant_id, id, kind, at, command_id, position, customer_id, invoice_id,
    subject, subject_id, after)
  select %(t)s, uuidv7(), 'invoice.drafted', now(), id, 1, customer_id, id, 'invoice', id,
    image
    from w_invoice),
w_audit as (
  insert into audit (tenant_id, id, command_id, at, actor, command, subject_id, outcome, request)
  select %(t)s, uuidv7(), id, now(), 'system', 'DraftInvoice', id, 'done',
    jsonb_build_object('command', 'DraftInvoice', 'invoice_id', id, 'customer_id', customer_id)
    from made)
select count(*) from w_invoice

-- finalize --
-- Finalize drafts, with gapless numbers.
with asked as materialized (
  select i.id, i.customer_id, i.revision, i.currency,
         to_jsonb(i) - '{tenant_id,parties}'::text[] as image,
         row_number() over (order by i.id) - 1 as place,
         uuidv7() as command_id, uuidv7() as entry_id,
         json_build_object(
           'seller', json_build_object('name', t.name, 'address', t.address),
           'buyer', json_build_object(
             'name', c.name, 'address', c.address, 'external_id', c.external_id),
           'timezone', coalesce(c.timezone, t.timezone)) as parties
    from invoice i
    join customer c on c.tenant_id = %(t)s and c.id = i.customer_id
    join tenant t on t.id = %(t)s
   where i.tenant_id = %(t)s and i.id = any(%(ids)s::uuid[]) and i.status = 'draft'),
w_series as (
  update series s set next = s.next + (select count(*) from asked), version = s.version + 1
   where s.tenant_id = %(t)s and s.id = 'invoice'
  returning s.next - (select count(*) from asked) as first),
numbered as (select asked.*, (first + place)::text as number from asked, w_series),
w_invoice as (
  update invoice y set status = 'finalized', series = 'invoice',
    number = 'INV-' || lpad(x.number, greatest(6, length(x.number)), '0'),
    issue_date = current_date, due_date = current_date + y.payment_term_days,
    finalized_at = now(), outstanding_minor = y.total_minor, parties = x.parties,
    version = y.version + 1
    from numbered x
   where y.tenant_id = %(t)s and y.id = x.id
  returning y.id, y.customer_id, x.command_id, x.image as before,
    to_jsonb(y) - '{tenant_id,parties}'::text[] as after),
w_number as (
  insert into document_number (tenant_id, id, document, document_id)
  select %(t)s, 'INV-' || lpad(number, greatest(6, length(number)), '0'), 'invoice', id
    from numbered),
w_entry as (
  insert into entry (tenant_id, id, kind, accounting_date, written_at, command_id, invoice_id)
  select %(t)s, entry_id, 'finalized', current_date, now(), command_id, id from asked),
w_posting as (
  insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
    customer_id, invoice_id, source, source_id)
  select %(t)s, a.entry_id, x.position, 'ACCOUNTS_RECEIVABLE', x.credit, x.amount_minor,
    a.currency, a.customer_id, a.id, 'invoice', a.id
    from asked a, lateral (
      select 1 as position, 'SALES' as credit, sum(l.net_minor) as amount_minor
        from line l
       where l.tenant_id = %(t)s and l.invoice_id = a.id and l.revision = a.revision
       union all
      select 2, 'SALES_TAXES_PAYABLE:' || x.name, sum(x.amount_minor)
        from tax x
       where x.tenant_id = %(t)s and x.invoice_id = a.id and x.revision = a.revision
       group by x.name) x),
w_command as (
  insert into command (tenant_id, id, at) select %(t)s, command_id, now() from asked),
w_event as (
  insert into event (tenant_id, id, kind, at, command_id, position, customer_id, invoice_id,
    subject, subject_id, before, after)
  select %(t)s, uuidv7(), 'invoice.finalized', now(), command_id, 1, customer_id, id, 'invoice',
    id, before, after
    from w_invoice),
w_audit as (
  insert into audit (tenant_id, id, command_id, at, actor, command, subject_id, outcome, request)
  select %(t)s, uuidv7(), command_id, now(), 'system', 'FinalizeInvoice', id, 'done',
    jsonb_build_object('command', 'FinalizeInvoice', 'invoice_id', id, 'issue_date', null,
      'series', 'invoice',
      'apply', jsonb_build_object(
        'notes', false, 'wallet', false, 'excess', false, 'held', false),
      'skip_zero', false, 'retax', false)
    from asked)
select count(*) from w_invoice

-- void --
-- Void unpaid invoices.
with asked as materialized (
  select i.id, to_jsonb(i) - '{tenant_id,parties}'::text[] as image,
         uuidv7() as command_id, uuidv7() as entry_id
    from invoice i
   where i.tenant_id = %(t)s and i.id = any(%(ids)s::uuid[]) and i.status = 'finalized'),
w_invoice as (
  update invoice y set status = 'voided', voided_at = now(), paid_at_void_minor = y.paid_minor,
    outstanding_at_void_minor = y.outstanding_minor, paid_minor = 0, outstanding_minor = 0,
    version = y.version + 1
    from asked
   where y.tenant_id = %(t)s and y.id = asked.id
  returning y.id, y.customer_id, asked.command_id, asked.image as before,
    to_jsonb(y) - '{tenant_id,parties}'::text[] as after),
reversed as materialized (
  select asked.entry_id, asked.command_id, e.id, e.kind, e.invoice_id
    from asked join entry e on e.tenant_id = %(t)s and e.invoice_id = asked.id),
w_entry as (
  insert into entry (tenant_id, id, kind, accounting_date, written_at, reverses, command_id,
    invoice_id)
  select %(t)s, entry_id, kind, current_date, now(), id, command_id, invoice_id from reversed),
w_posting as (
  insert into posting (tenant_id, entry_id, position, debit, credit, amount_minor, currency,
    customer_id, invoice_id, source, source_id)
  select %(t)s, reversed.entry_id, p.position, p.credit, p.debit, p.amount_minor, p.currency,
    p.customer_id, p.invoice_id, p.source, p.source_id
    from reversed join posting p on p.tenant_id = %(t)s and p.entry_id = reversed.id),
w_command as (
  insert into command (tenant_id, id, at) select %(t)s, command_id, now() from asked),
w_event as (
  insert into event (tenant_id, id, kind, at, command_id, position, customer_id, invoice_id,
    subject, subject_id, before, after)
  select %(t)s, uuidv7(), 'invoice.voided', now(), command_id, 1, customer_id, id, 'invoice', id,
    before, after
    from w_invoice),
w_audit as (
  insert into audit (tenant_id, id, command_id, at, actor, command, subject_id, outcome, request)
  select %(t)s, uuidv7(), command_id, now(), 'system', 'VoidInvoice', id, 'done',
    jsonb_build_object('command', 'VoidInvoice', 'invoice_id', id, 'reason', null,
      'comment', null, 'dated', null, 'credit_minor', 0, 'refund_minor', 0, 'credit_to', 'note',
      'note', null, 'give_back', jsonb_build_object('wallet', true, 'notes', true),
      'top_up', 'exchange', 'note_id', null, 'remainder_note_id', null,
      'note_description', null, 'tolerance_minor', 0)
    from asked)
select count(*) from w_invoice
