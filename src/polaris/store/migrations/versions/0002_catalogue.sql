-- Tenants change under optimistic control, as all that changes does.
-- cross-tenant: the list of tenants itself
alter table tenant add column version int not null default 1;
alter table tenant alter column version drop default;

-- What a movement was asked with, as it was given.
alter table movement add column details jsonb not null default '{}';
alter table movement alter column details drop default;

-- A customer's documents in the order in which they are listed, one page after the other.
drop index invoice_customer;
create index invoice_customer on invoice
  (tenant_id, customer_id, issue_date desc, created_at desc, id);
drop index credit_note_customer;
create index credit_note_customer on credit_note
  (tenant_id, customer_id, issue_date desc, issued_at desc, id);
drop index payment_customer;
create index payment_customer on payment (tenant_id, customer_id, received_at desc, id);

-- Customers in the order in which they are listed, and deleted ones by the id that they had.
create index customer_list on customer (tenant_id, created_at desc, id) where deleted_at is null;
create index customer_deleted on customer (tenant_id, external_id text_pattern_ops)
  where deleted_at is not null;

-- What a tenant signs with, one key per use. It never leaves the server.
create table signing_key (
  tenant_id    uuid not null,
  kind         text not null,
  private_key  text not null,
  created_at   timestamptz not null,
  primary key (tenant_id, kind)
);

-- ------------------------------------------------------------------------------- the catalogue

-- A thing that is billed by its code. What was billed keeps its own name and price.
create table add_on (
  tenant_id             uuid not null,
  id                    uuid not null,
  version               int not null,
  code                  text not null,
  name                  text not null,
  invoice_display_name  text,
  description           text,
  amount_minor          bigint not null,
  currency              text not null,
  tax_codes             text[] not null,
  details               jsonb not null,
  created_at            timestamptz not null,
  deleted_at            timestamptz,
  primary key (tenant_id, id),
  constraint amount_not_negative check (amount_minor >= 0)
);
create unique index add_on_code on add_on (tenant_id, code) where deleted_at is null;
create index add_on_list on add_on (tenant_id, created_at desc, id) where deleted_at is null;

-- A tax by its code, its rate in percent. What was taxed keeps the rate that it was taxed at.
create table tax_code (
  tenant_id           uuid not null,
  id                  uuid not null,
  version             int not null,
  code                text not null,
  name                text not null,
  rate                numeric not null,
  description         text,
  applied_by_default  boolean not null,
  details             jsonb not null,
  created_at          timestamptz not null,
  deleted_at          timestamptz,
  primary key (tenant_id, id),
  constraint rate_not_negative check (rate >= 0)
);
create unique index tax_code_code on tax_code (tenant_id, code) where deleted_at is null;
create index tax_code_list on tax_code (tenant_id, created_at desc, id) where deleted_at is null;

-- An address that is told of events; without event types, of all.
create table webhook_endpoint (
  tenant_id    uuid not null,
  id           uuid not null,
  version      int not null,
  url          text not null,
  signature    text not null,
  name         text,
  event_types  text[],
  created_at   timestamptz not null,
  deleted_at   timestamptz,
  primary key (tenant_id, id),
  constraint signature_known check (signature in ('jwt', 'hmac'))
);
create unique index webhook_endpoint_url on webhook_endpoint (tenant_id, url)
  where deleted_at is null;

-- A list of credit notes by when they were written.
create index credit_note_newest on credit_note (tenant_id, issued_at desc, id desc);
