-- The views of the list of invoices that operators save.

-- A view of the list of invoices that an operator saved: its filters, order and tab, as the query
-- of a URL. The operator's colleagues see it if it is shared.
create table saved_view (
  tenant_id    uuid not null,
  id           uuid not null,
  operator_id  uuid not null,
  name         text not null,
  query        text not null,
  shared       boolean not null,
  position     int not null,
  created_at   timestamptz not null,
  primary key (tenant_id, id),
  constraint saved_view_name unique (tenant_id, operator_id, name)
);
create index saved_view_shared on saved_view (tenant_id) where shared;

-- The view with which the list opens for an operator: an own view, or a shared one of a colleague.
create table default_view (
  tenant_id    uuid not null,
  operator_id  uuid not null,
  view_id      uuid not null,
  primary key (tenant_id, operator_id),
  foreign key (tenant_id, view_id) references saved_view
);
create index default_view_view on default_view (tenant_id, view_id);
