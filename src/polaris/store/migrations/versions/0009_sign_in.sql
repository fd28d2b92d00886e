-- The sign-in of operators: sessions, one-time links, second factors, and failed attempts.

-- An operator has no password until they have set one with a link.
alter table operator alter column password_hash drop not null;

-- A browser in which an operator is signed in, or has given the password but no second factor yet.
-- Its token is in a cookie; here is the SHA-256 of it.
-- cross-tenant: the session is found before its tenant is known, and can change the tenant
create table operator_session (
  id            uuid primary key,
  token_hash    text not null unique,
  operator_id   uuid not null references operator,
  tenant_id     uuid not null references tenant,
  stage         text not null,
  created_at    timestamptz not null,
  last_seen_at  timestamptz not null,
  expires_at    timestamptz not null,
  address       text not null,
  user_agent    text not null,
  constraint stage_known check (stage in ('second_factor', 'signed_in'))
);
create index operator_session_operator on operator_session (operator_id);

-- A link with which an operator sets the password, once. Here is the SHA-256 of its token.
-- cross-tenant: the password is the same for all tenants of the operator
create table operator_link (
  token_hash   text primary key,
  operator_id  uuid not null references operator,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  used_at      timestamptz
);
create index operator_link_operator on operator_link (operator_id);

-- The authenticator app of an operator. Without `confirmed_at`, its first code is still missing.
-- A code of the time step `last_step`, or of an earlier one, is not accepted again.
-- cross-tenant: it belongs to the operator, not to a tenant
create table second_factor (
  operator_id   uuid primary key references operator,
  secret        text not null,
  created_at    timestamptz not null,
  confirmed_at  timestamptz,
  last_step     bigint not null
);

-- A code that replaces the authenticator app once. Here is its SHA-256.
-- cross-tenant: it belongs to the operator, not to a tenant
create table recovery_code (
  operator_id  uuid not null references operator,
  hash         text not null,
  used_at      timestamptz,
  primary key (operator_id, hash)
);

-- Failed sign-ins of an e-mail, an address or a second factor, which is the subject.
-- cross-tenant: counted before anybody is known
create table sign_in_attempt (
  subject        text primary key,
  failures       int not null,
  last_at        timestamptz not null,
  blocked_until  timestamptz not null
);
