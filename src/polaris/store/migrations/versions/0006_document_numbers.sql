-- The number of a document: an invoice or a credit note. Its id is the number, so no two documents
-- have the same one; documents from before this table may.
create table document_number (
  tenant_id    uuid not null,
  id           text not null,
  document     text not null,
  document_id  uuid not null,
  primary key (tenant_id, id),
  constraint document_known check (document in ('invoice', 'credit_note'))
);

-- A position of a series that no document got, because another document had its number.
create table skipped_number (
  tenant_id    uuid not null,
  id           uuid not null,
  series       text not null,
  counted      int not null,
  number       text not null,
  document     text not null,
  document_id  uuid not null,
  primary key (tenant_id, id),
  constraint skipped_once unique (tenant_id, series, counted)
);

-- Where several documents have the same number, the first one keeps it.
insert into document_number (tenant_id, id, document, document_id)
select distinct on (d.tenant_id, d.number) d.tenant_id, d.number, d.document, d.id
  from (
    select i.tenant_id, i.number, 'invoice' as document, i.id, i.finalized_at as at from invoice i
     where i.number is not null
    union all
    select n.tenant_id, n.number, 'credit_note', n.id, n.issued_at from credit_note n) d
 order by d.tenant_id, d.number, d.at, d.id;
