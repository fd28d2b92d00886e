-- Tenants change under optimistic control, like all rows that change.
-- cross-tenant: the list of tenants itself
alter table tenant add column version int not null default 1;
alter table tenant alter column version drop default;

-- The details of the request that made a movement, exactly as received.
alter table movement add column details jsonb not null default '{}';
alter table movement alter column details drop default;

-- For pages of a customer's documents, in the order in which they are listed.
drop index invoice_customer;
create index invoice_customer on invoice
  (tenant_id, customer_id, issue_date desc, created_at desc, id);
drop index credit_note_customer;
create index credit_note_customer on credit_note
  (tenant_id, customer_id, issue_date desc, issued_at desc, id);
drop index payment_customer;
create index payment_customer on payment (tenant_id, customer_id, received_at desc, id);

-- For lists of customers in order, and for deleted customers by their former external id.
create index customer_list on customer (tenant_id, created_at desc, id) where deleted_at is null;
create index customer_deleted on customer (tenant_id, external_id text_pattern_ops)
  where deleted_at is not null;

-- The private keys that a tenant signs with, one per kind. They never leave the server.
create table signing_key (
  tenant_id    uuid not null,
  kind         text not null,
  private_key  text not null,
  created_at   timestamptz not null,
  primary key (tenant_id, kind)
);

-- ------------------------------------------------------------------------------- the catalogue

-- An item that can be billed by its code. Lines keep the name and price that they were billed with.
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

-- A tax by its code, with its rate in percent. Lines keep the rate that they were taxed with.
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

-- A URL that receives webhooks: of its event types, or of all if it has none.
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

-- For lists of credit notes by their time of writing.
create index credit_note_newest on credit_note (tenant_id, issued_at desc, id desc);
