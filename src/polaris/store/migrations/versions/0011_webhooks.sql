-- Endpoints get a dialect, and can be paused. Only events from now on are sent to older endpoints.
alter table webhook_endpoint
  add dialect text not null default 'lago',
  add events_since timestamptz,
  add paused_at timestamptz,
  add paused_reason text,
  add resumed_at timestamptz,
  drop constraint signature_known,
  add constraint signature_known check (signature in ('jwt', 'hmac', 'ed25519')),
  add constraint paused_for_a_reason check ((paused_at is null) = (paused_reason is null));
alter table webhook_endpoint alter dialect drop default;
update webhook_endpoint set events_since = statement_timestamp();
drop index webhook_endpoint_url;
create unique index webhook_endpoint_url on webhook_endpoint (tenant_id, dialect, url)
  where deleted_at is null;

-- A key with which messages to an endpoint are signed, encrypted. While an older key has not
-- expired, receivers can verify with both.
create table webhook_secret (
  tenant_id    uuid not null,
  id           uuid not null,
  endpoint_id  uuid not null,
  kind         text not null,
  secret       text not null,
  public_key   text,
  created_at   timestamptz not null,
  expires_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, endpoint_id) references webhook_endpoint,
  constraint kind_known check (kind in ('hmac', 'ed25519', 'rsa'))
);
create index webhook_secret_endpoint on webhook_secret (tenant_id, endpoint_id);

-- How the latest attempts at an endpoint ended.
create table webhook_endpoint_health (
  tenant_id      uuid not null,
  endpoint_id    uuid not null,
  succeeded_at   timestamptz,
  failed_at      timestamptz,
  failing_since  timestamptz,
  gone_at        timestamptz,
  primary key (tenant_id, endpoint_id),
  foreign key (tenant_id, endpoint_id) references webhook_endpoint
);

-- An event whose webhooks are made. Events without this row still wait.
create table published_event (
  tenant_id     uuid not null,
  event_id      uuid not null,
  published_at  timestamptz not null,
  primary key (tenant_id, event_id),
  foreign key (tenant_id, event_id) references event
);

-- A message about an event in the words of a dialect, for all endpoints of that dialect. Its body
-- never changes, so every attempt sends the same bytes. A sample has no event. If a webhook could
-- not be composed, its body is empty and `fault` says why.
create table webhook (
  tenant_id   uuid not null,
  id          uuid not null,
  event_id    uuid,
  dialect     text not null,
  position    int not null,
  type        text not null,
  body        text not null,
  fault       text,
  created_at  timestamptz not null,
  invoice_id  uuid,
  ordered_by  uuid,
  primary key (tenant_id, id),
  unique (tenant_id, event_id, dialect, position),
  foreign key (tenant_id, event_id) references event
);

-- A webhook on its way to one endpoint. It is due again at `due_at`, also if a process that sends
-- it ends. `failures` are the failed attempts since it was last begun.
create table webhook_delivery (
  tenant_id    uuid not null,
  id           uuid not null,
  webhook_id   uuid not null,
  endpoint_id  uuid not null,
  invoice_id   uuid,
  ordered_by   uuid,
  state        text not null,
  due_at       timestamptz not null,
  attempts     int not null,
  failures     int not null,
  created_at   timestamptz not null,
  ended_at     timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, webhook_id, endpoint_id),
  foreign key (tenant_id, webhook_id) references webhook,
  foreign key (tenant_id, endpoint_id) references webhook_endpoint,
  constraint state_known check (state in ('waiting', 'delivered', 'failed')),
  constraint ended_or_waiting check ((ended_at is null) = (state = 'waiting'))
);
create index webhook_delivery_due on webhook_delivery (tenant_id, endpoint_id, due_at, id)
  where state = 'waiting';
create index webhook_delivery_order on webhook_delivery (tenant_id, endpoint_id, ordered_by, id)
  where state = 'waiting';
create index webhook_delivery_endpoint on webhook_delivery (tenant_id, endpoint_id, id);
create index webhook_delivery_invoice on webhook_delivery (tenant_id, invoice_id, id)
  where invoice_id is not null;
create index webhook_delivery_failed on webhook_delivery (tenant_id, endpoint_id, ended_at, id)
  where state = 'failed';

-- An attempt to deliver, with the answer. Long answers are cut.
create table webhook_attempt (
  tenant_id      uuid not null,
  id             uuid not null,
  delivery_id    uuid not null,
  number         int not null,
  started_at     timestamptz not null,
  duration_ms    int not null,
  status         int,
  error          text,
  response_body  text,
  primary key (tenant_id, id),
  unique (tenant_id, delivery_id, number),
  foreign key (tenant_id, delivery_id) references webhook_delivery,
  constraint answered_or_failed check ((status is null) = (error is not null))
);
