-- Refunds that are sent to a payment provider: their states, the calls, the accounts, its events.

alter table refund add column failure text;
alter table refund drop constraint state_known;
alter table refund add constraint state_known check (
  state in ('requested', 'sent', 'unknown', 'pending', 'failed', 'settled', 'converted'));
drop index refund_owed;
create index refund_owed on refund (tenant_id, requested_at)
  where state in ('requested', 'sent', 'unknown', 'pending', 'failed');

alter table task drop constraint kind_known;
alter table task add constraint kind_known check (kind in (
  'double_return', 'refund_failed', 'refund_unknown', 'refund_not_requested', 'money_held'));

-- The account of a tenant at a payment provider. Its secrets are encrypted with a key that is not
-- in the database. `live` is false for an account in which no real money moves.
create table provider_account (
  tenant_id                 uuid not null,
  provider                  text not null,
  live                      boolean not null,
  api_base                  text,
  encrypted_key             text not null,
  encrypted_webhook_secret  text,
  connected_at              timestamptz not null,
  changed_at                timestamptz not null,
  primary key (tenant_id, provider)
);

-- One call of a payment provider about a refund. While it has no end, its caller alone works on
-- the refund, until `lease_until`; after that, the caller is taken for dead. No other attempt
-- begins before `retry_at`. `state` is what the provider's answer means. `request` and `answer`
-- contain no secret.
create table refund_attempt (
  tenant_id    uuid not null,
  id           uuid not null,
  refund_id    uuid not null,
  provider     text not null,
  call         text not null,
  started_at   timestamptz not null,
  lease_until  timestamptz not null,
  ended_at     timestamptz,
  result       text,
  state        text,
  reference    text,
  error        text,
  request      json,
  answer       json,
  retry_at     timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, refund_id) references refund,
  constraint call_known check (call in ('send', 'find')),
  constraint result_known check (
    result in ('reported', 'missing', 'not_taken', 'unclear', 'withdrawn', 'lost')),
  constraint ended_with_result check ((ended_at is null) = (result is null))
);
create unique index refund_attempt_open on refund_attempt (tenant_id, refund_id)
  where ended_at is null;
create index refund_attempt_refund on refund_attempt (tenant_id, refund_id, started_at, id);

-- An event that a payment provider sent, and what Polaris did with it. Its id is the provider's.
create table provider_event (
  tenant_id    uuid not null,
  provider     text not null,
  id           text not null,
  kind         text not null,
  subject_id   text,
  state        text,
  created_at   timestamptz not null,
  received_at  timestamptz not null,
  result       text,
  primary key (tenant_id, provider, id)
);
create index provider_event_subject on provider_event (tenant_id, provider, subject_id)
  where subject_id is not null;
