-- An idempotency key of an HTTP caller, with its request's fingerprint and its answer. The answer
-- is null until it is known. Old rows may be deleted.
create table idempotency_key (
  tenant_id    uuid not null,
  key          text not null,
  fingerprint  text not null,
  claimed_at   timestamptz not null,
  status       int,
  media_type   text,
  body         bytea,
  primary key (tenant_id, key),
  constraint answered_whole check ((status is null) = (body is null))
);
create index idempotency_key_at on idempotency_key (tenant_id, claimed_at);
