-- The rows that importers store, look up and count. Only the engine writes money.


-- -------------------------------------------------------------------------------- the run itself

-- import_begin --
insert into import_run (tenant_id, id, source, file, started_at)
values (%(t)s, %(run)s, %(source)s, %(file)s, %(at)s)
on conflict do nothing

-- import_finish --
update import_run r
   set totals = %(totals)s::jsonb, finished_at = coalesce(r.finished_at, %(at)s)
 where r.tenant_id = %(t)s and r.id = %(run)s

-- import_analyze --
-- cross-tenant: statistics belong to tables
analyze customer, invoice, line, entry, posting, credit_note, note_line, settlement, command,
  event, audit, import_document, import_rejected_row


-- ------------------------------------------------------------------------------------- documents

-- import_known --
select d.id::text, d.run_id::text, d.row_number
  from import_document d
 where d.tenant_id = %(t)s and d.id = any(%(ids)s::uuid[])

-- import_customers --
select c.external_id, c.id::text
  from customer c
 where c.tenant_id = %(t)s and c.external_id = any(%(names)s::text[]) and c.deleted_at is null

-- import_keep --
insert into import_document (tenant_id, id, run_id, number, row_number, rows, amount_minor,
  became, object_id)
select %(t)s, id, %(run)s, number, row_number, rows, amount_minor, became, object_id
  from json_to_recordset(%(documents)s::json)
  as x(id uuid, number text, row_number int, rows int, amount_minor numeric, became text,
       object_id uuid)
on conflict do nothing

-- import_reject --
insert into import_rejected_row (tenant_id, run_id, row_number, document, reason, amount_minor,
  line)
select %(t)s, %(run)s, row_number, document, reason, amount_minor, line
  from json_to_recordset(%(rows)s::json)
  as x(row_number int, document text, reason text, amount_minor numeric, line jsonb)
on conflict do nothing

-- import_match --
-- For cancellations of different customers: the invoice that each cancels, with its lines. Among
-- the invoices that are neither voided nor credited, the latest with exactly these articles and
-- quantities is cancelled as a whole. If there is none, it is the latest invoice, not voided, that
-- has enough left of all of them.
with asked as (
  select x.document, x.customer_id, x.at, x.code, x.unit_price, x.quantity, x.worth
    from json_to_recordset(%(asked)s::json)
    as x(document uuid, customer_id uuid, at timestamptz, code text, unit_price numeric,
         quantity numeric, worth numeric)
), cancellation as (
  select a.document, a.customer_id, a.at, count(*) as articles, count(a.worth) as worthwhile
    from asked a
   group by a.document, a.customer_id, a.at
), candidate as (
  select c.document, c.articles, c.worthwhile, i.id, i.revision, i.finalized_at,
         (length(i.external_number), i.external_number, i.id) as tie,
         exists (select 1 from credit_note n
                  where n.tenant_id = %(t)s and n.invoice_id = i.id and n.status = 'issued')
           as is_credited
    from cancellation c
    join invoice i on i.tenant_id = %(t)s and i.customer_id = c.customer_id
     and i.status = 'finalized' and i.currency = %(currency)s and i.finalized_at <= c.at
), credited as (
  select nl.line_id, sum(nl.quantity) as quantity, sum(nl.gross_minor) as gross_minor
    from (select distinct k.id from candidate k where k.is_credited) k
    join credit_note n on n.tenant_id = %(t)s and n.invoice_id = k.id and n.status = 'issued'
    join note_line nl on nl.tenant_id = %(t)s and nl.note_id = n.id
   group by nl.line_id
), billed as (
  select k.document, k.id as invoice_id, l.id, l.position, l.code, l.unit_price, l.quantity,
         l.quantity - coalesce(g.quantity, 0) as quantity_left,
         l.gross_minor - coalesce(g.gross_minor, 0) as minor_left
    from candidate k
    join line l on l.tenant_id = %(t)s and l.invoice_id = k.id and l.revision = k.revision
    left join credited g on g.line_id = l.id
), article as (
  select b.document, b.invoice_id, b.code, b.unit_price,
         sum(b.quantity) as quantity, sum(b.quantity_left) as quantity_left
    from billed b
   group by b.document, b.invoice_id, b.code, b.unit_price
), compared as (
  select r.document, r.invoice_id, count(*) as articles,
         count(*) filter (where a.quantity = r.quantity) as equal,
         count(*) filter (where a.worth <= r.quantity_left) as covered
    from article r
    left join asked a
      on a.document = r.document and a.code = r.code and a.unit_price = r.unit_price
   group by r.document, r.invoice_id
), matching as (
  select k.document, k.id, k.finalized_at, k.tie,
         m.covered = k.worthwhile and k.worthwhile > 0 as covers,
         m.articles = k.articles and m.equal = k.articles and not k.is_credited as whole
    from candidate k
    join compared m on m.document = k.document and m.invoice_id = k.id
), chosen as (
  select distinct on (m.document) m.document, m.id, m.whole
    from matching m
   where m.covers or m.whole
   order by m.document, m.whole desc, m.finalized_at desc, m.tie desc
)
select c.document::text, c.id::text, c.whole,
  coalesce((select json_agg(json_build_array(b.id, b.code, b.unit_price::text,
        b.quantity_left::text, b.minor_left) order by b.position)
     from billed b
     join asked a on a.document = b.document and a.code = b.code and a.unit_price = b.unit_price
    where b.document = c.document and b.invoice_id = c.id and b.quantity_left > 0
      and a.worth > 0), '[]')::text
  from chosen c


-- ------------------------------------------------------------------------------------ the report

-- import_outcomes --
select d.became, count(*), sum(d.rows)::bigint, sum(d.amount_minor),
       sum(case d.became when 'invoice' then i.total_minor
                         when 'void' then i.total_minor
                         else n.total_minor end)::bigint
  from import_document d
  left join invoice i on i.tenant_id = %(t)s and i.id = d.object_id
  left join credit_note n on n.tenant_id = %(t)s and n.id = d.object_id
 where d.tenant_id = %(t)s and d.run_id = %(run)s
   and (d.became <> 'void' or i.status = 'voided')
 group by d.became

-- import_lines --
select count(*)
  from import_document d
  join line l on l.tenant_id = %(t)s and l.invoice_id = d.object_id
 where d.tenant_id = %(t)s and d.run_id = %(run)s and d.became = 'invoice'

-- import_rejections --
select r.reason, count(*), coalesce(sum(r.amount_minor), 0)
  from import_rejected_row r
 where r.tenant_id = %(t)s and r.run_id = %(run)s
 group by r.reason
 order by r.reason

-- import_booked --
-- The amounts that the commands of the run booked to and from the income accounts.
select coalesce(sum(case
         when p.credit in (%(sales)s, %(refunds)s) then p.amount_minor
         else -p.amount_minor end), 0)::bigint
  from import_document d
  join entry e on e.tenant_id = %(t)s and e.command_id = d.id
  join posting p on p.tenant_id = %(t)s and p.entry_id = e.id
   and (p.credit in (%(sales)s, %(refunds)s) or p.debit in (%(sales)s, %(refunds)s))
 where d.tenant_id = %(t)s and d.run_id = %(run)s

-- import_totals --
select r.totals::text from import_run r where r.tenant_id = %(t)s and r.id = %(run)s
