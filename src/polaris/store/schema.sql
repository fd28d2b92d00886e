-- The books of many tenants, and the tables that belong to them.
--
-- How to read it. Every row belongs to a tenant, and its key begins with the tenant, so that the
-- tables can be sharded by tenant. Nothing is unique across tenants. No foreign key refers to
-- `tenant` itself, because then every write would lock that row. Amounts are whole minor units of
-- the row's currency. Ids and times come from the program: there is no default, no sequence, no
-- trigger. Rows of a table with a `version` change under optimistic control; the other tables are
-- append-only. A row of `polaris.core` is a row here, with its fields as columns. A check is
-- named after what it guarantees. Values that are only stored and shown again are `json`, exactly
-- as received, because parsing them for `jsonb` would be most of the cost of a write.


-- ------------------------------------------------------------------------------ tenants and keys

-- A tenant, the owner of books. Its settings are read with every set of commands.
-- cross-tenant: the list of tenants itself
create table tenant (
  id          uuid primary key,
  name        text not null,
  currency    text not null,
  timezone    text not null,
  settings    jsonb not null,
  created_at  timestamptz not null,
  version     int not null,
  legal_name  text,
  tax_number  text,
  email       text,
  phone       text,
  address     jsonb not null,
  details     jsonb not null
);

-- An API key of a tenant. Its secret is stored as a hash; it is found by its public prefix.
-- cross-tenant: a request is known by its key before its tenant is known
create table api_key (
  id          uuid primary key,
  tenant_id   uuid not null references tenant,
  name        text not null,
  prefix      text not null unique,
  hash        text not null,
  scopes      text[] not null,
  created_at  timestamptz not null,
  revoked_at  timestamptz
);
create index api_key_tenant on api_key (tenant_id);

-- A person who uses the console. Without a password until they have set one.
-- cross-tenant: one person may serve several tenants
create table operator (
  id             uuid primary key,
  email          text not null unique,
  name           text not null,
  password_hash  text,
  created_at     timestamptz not null,
  disabled_at    timestamptz
);

-- What a person may do for a tenant.
-- cross-tenant: after the login, a person chooses one of their tenants
create table operator_role (
  operator_id  uuid not null references operator,
  tenant_id    uuid not null references tenant,
  role         text not null,
  granted_at   timestamptz not null,
  primary key (operator_id, tenant_id),
  constraint role_known check (role in ('viewer', 'operator', 'admin'))
);
create index operator_role_tenant on operator_role (tenant_id);

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
create index operator_session_expiring on operator_session (expires_at);

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
create index operator_link_expiring on operator_link (expires_at);

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
create index sign_in_attempt_last on sign_in_attempt (last_at);

-- The day up to which the books are closed. Its id is the tenant's.
create table books (
  tenant_id       uuid not null,
  id              uuid not null,
  version         int not null,
  closed_through  date,
  primary key (tenant_id, id)
);

-- Accounts in addition to the standard chart, which is in the code. The id is the name.
create table account (
  tenant_id  uuid not null,
  id         text not null,
  kind       text not null,
  primary key (tenant_id, id),
  constraint kind_known check (kind in ('asset', 'liability', 'income', 'expense'))
);

-- A gapless number series. Its id is its name, or its name and its owner's id.
create table series (
  tenant_id  uuid not null,
  id         text not null,
  version    int not null,
  scope      text not null,
  owner_id   uuid,
  format     text not null,
  next       int not null,
  primary key (tenant_id, id),
  constraint scope_known check (scope in ('tenant', 'customer', 'invoice')),
  constraint owned_unless_of_tenant check ((scope = 'tenant') = (owner_id is null)),
  constraint counts_from_one check (next >= 1)
);
create index series_owner on series (tenant_id, owner_id) where owner_id is not null;

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
create table catalogue_item (
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
create unique index catalogue_item_code on catalogue_item (tenant_id, code)
  where deleted_at is null;
create index catalogue_item_list on catalogue_item (tenant_id, created_at desc, id)
  where deleted_at is null;

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

-- A URL that receives webhooks: of its event types, or of all if it has none. Only later events
-- are sent to it by themselves: later than its creation, or than `events_since`.
create table webhook_endpoint (
  tenant_id      uuid not null,
  id             uuid not null,
  version        int not null,
  url            text not null,
  signature      text not null,
  name           text,
  event_types    text[],
  created_at     timestamptz not null,
  deleted_at     timestamptz,
  dialect        text not null,
  events_since   timestamptz,
  paused_at      timestamptz,
  paused_reason  text,
  resumed_at     timestamptz,
  primary key (tenant_id, id),
  constraint signature_known check (signature in ('jwt', 'hmac', 'ed25519')),
  constraint paused_for_a_reason check ((paused_at is null) = (paused_reason is null))
);
create unique index webhook_endpoint_url on webhook_endpoint (tenant_id, dialect, url)
  where deleted_at is null;


-- ------------------------------------------------------------------------ customers and wallets

-- A customer, who owes and is owed money. Its row is the lock for all rows that belong to it.
create table customer (
  tenant_id          uuid not null,
  id                 uuid not null,
  version            int not null,
  external_id        text not null,
  name               text not null,
  email              text,
  currency           text,
  timezone           text,
  payment_term_days  int,
  sequence           int not null,
  details            jsonb not null,
  created_at         timestamptz not null,
  deleted_at         timestamptz,
  first_name         text,
  last_name          text,
  legal_name         text,
  tax_number         text,
  phone              text,
  address            jsonb not null,
  tax_code_ids       uuid[] not null,
  metadata           json,
  primary key (tenant_id, id)
);
create unique index customer_external_id on customer (tenant_id, external_id text_pattern_ops)
  where deleted_at is null;
create unique index customer_sequence on customer (tenant_id, sequence);
create index customer_list on customer (tenant_id, created_at desc, id) where deleted_at is null;
-- Deleted customers by their former external id: their invoices can still be listed by it.
create index customer_deleted on customer (tenant_id, external_id text_pattern_ops)
  where deleted_at is not null;

-- A wallet: purchased and granted credits of a customer, in one currency.
create table wallet (
  tenant_id           uuid not null,
  id                  uuid not null,
  version             int not null,
  customer_id         uuid not null,
  name                text not null,
  code                text,
  currency            text not null,
  status              text not null,
  priority            int not null,
  rate                numeric not null,
  expires_at          timestamptz,
  details             jsonb not null,
  created_at          timestamptz not null,
  terminated_at       timestamptz,
  purchase_min_minor  bigint,
  purchase_max_minor  bigint,
  metadata            json,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customer,
  constraint status_known check (status in ('active', 'terminated')),
  constraint rate_positive check (rate > 0)
);
create index wallet_customer on wallet (tenant_id, customer_id);
create index wallet_expiring on wallet (tenant_id, expires_at, id)
  where status = 'active' and expires_at is not null;


-- ------------------------------------------------------------------------------------- invoices

-- An invoice. Whether it is paid, overdue and so on is computed from other facts.
create table invoice (
  tenant_id                  uuid not null,
  id                         uuid not null,
  version                    int not null,
  customer_id                uuid not null,
  kind                       text not null,
  status                     text not null,
  currency                   text not null,
  number                     text,
  external_number            text,
  series                     text,
  revision                   int not null,
  rounding                   text not null,
  price_type                 text not null,
  net_minor                  bigint not null,
  tax_minor                  bigint not null,
  total_minor                bigint not null,
  paid_minor                 bigint not null,
  outstanding_minor          bigint not null,
  issue_date                 date,
  due_date                   date,
  payment_term_days          int not null,
  finalized_at               timestamptz,
  voided_at                  timestamptz,
  void_reason                text,
  void_comment               text,
  paid_at_void_minor         bigint,
  outstanding_at_void_minor  bigint,
  regenerated_from           uuid,
  regenerated_as             uuid,
  payment_status_asserted    text,
  dispute_lost_at            timestamptz,
  sent_at                    timestamptz,
  hidden_at                  timestamptz,
  dunning                    text,
  auto_collection            boolean,
  memo                       text,
  details                    jsonb not null,
  created_at                 timestamptz not null,
  purchase_order_number      text,
  metadata                   json,
  parties                    json,
  overdue_since              timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customer,
  foreign key (tenant_id, regenerated_from) references invoice,
  foreign key (tenant_id, regenerated_as) references invoice,
  constraint kind_known check (kind in ('one_off', 'subscription', 'top_up')),
  constraint status_known check (status in ('draft', 'finalized', 'voided', 'closed')),
  constraint rounding_known check (rounding in ('per_document', 'per_line')),
  constraint price_type_known check (price_type in ('exclusive', 'inclusive')),
  constraint nothing_negative check (net_minor >= 0 and tax_minor >= 0),
  constraint total_is_net_and_tax check (total_minor = net_minor + tax_minor),
  constraint settled_within_total check (
    paid_minor >= 0 and outstanding_minor >= 0 and paid_minor + outstanding_minor <= total_minor),
  constraint owed_only_when_finalized check (
    status = 'finalized' or (paid_minor = 0 and outstanding_minor = 0)),
  constraint issued_with_number_and_dates check (
    status in ('draft', 'closed')
    or (number is not null and issue_date is not null and finalized_at is not null)),
  constraint closed_takes_no_number check (status <> 'closed' or number is null),
  constraint voided_has_its_time check ((status = 'voided') = (voided_at is not null)),
  constraint issued_with_parties check (
    (status in ('finalized', 'voided')) = (parties is not null))
);
-- A number is unique in its series. The index also finds numbers by their first characters.
create unique index invoice_number on invoice (tenant_id, number text_pattern_ops, series)
  where number is not null;
create index invoice_external_number on invoice (tenant_id, external_number text_pattern_ops)
  where external_number is not null;
-- An invoice is replaced at most once.
create unique index invoice_regenerated_from on invoice (tenant_id, regenerated_from)
  where regenerated_from is not null;
-- For pages of lists, each in the order in which it is shown.
create index invoice_list on invoice (tenant_id, issue_date desc, created_at desc, id);
create index invoice_status on invoice
  (tenant_id, status, issue_date desc, created_at desc, id);
create index invoice_customer on invoice
  (tenant_id, customer_id, issue_date desc, created_at desc, id);
create index invoice_due on invoice (tenant_id, due_date, id) where outstanding_minor > 0;
-- For the job that marks overdue invoices.
create index invoice_unmarked on invoice (tenant_id, due_date, id)
  where status = 'finalized' and overdue_since is null and dispute_lost_at is null
    and coalesce(payment_status_asserted <> 'succeeded', outstanding_minor > 0);

-- A line of an invoice. An edited draft gets a new revision of lines; the old ones are kept.
create table line (
  tenant_id         uuid not null,
  id                uuid not null,
  invoice_id        uuid not null,
  revision          int not null,
  position          int not null,
  kind              text not null,
  code              text,
  description       text not null,
  quantity          numeric not null,
  unit_price        numeric,
  gross_minor       bigint not null,
  discount_minor    bigint not null,
  net_minor         bigint not null,
  account           text,
  wallet_id         uuid,
  original_line_id  uuid,
  name              text,
  item_id           uuid,
  item_description  text,
  tax_codes         text[],
  period_from       timestamptz,
  period_to         timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, invoice_id, revision, position),
  foreign key (tenant_id, invoice_id) references invoice,
  foreign key (tenant_id, wallet_id) references wallet,
  foreign key (tenant_id, original_line_id) references line,
  constraint kind_known check (kind in ('charge', 'tip', 'top_up')),
  constraint net_within_gross check (net_minor between 0 and gross_minor),
  constraint discount_within_gross check (discount_minor between 0 and gross_minor)
);

-- A tax on a line, as shown.
create table tax (
  tenant_id     uuid not null,
  id            uuid not null,
  invoice_id    uuid not null,
  revision      int not null,
  line_id       uuid not null,
  code          text not null,
  name          text not null,
  rate          numeric,
  base_minor    bigint not null,
  amount_minor  bigint not null,
  given         boolean not null,
  tax_code_id   uuid,
  description   text,
  primary key (tenant_id, id),
  foreign key (tenant_id, line_id) references line,
  constraint nothing_negative check (base_minor >= 0 and amount_minor >= 0)
);
create index tax_invoice on tax (tenant_id, invoice_id, revision);

-- The parts of a line's discount, for documents that show them. Nothing writes this table yet.
create table discount (
  tenant_id     uuid not null,
  id            uuid not null,
  invoice_id    uuid not null,
  revision      int not null,
  line_id       uuid not null,
  kind          text not null,
  before_tax    boolean not null,
  amount_minor  bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, line_id) references line,
  constraint kind_known check (kind in ('coupon', 'document', 'line', 'promotional')),
  constraint amount_positive check (amount_minor > 0)
);
create index discount_invoice on discount (tenant_id, invoice_id, revision);


-- ----------------------------------------------------------------------------------- the ledger

-- An entry: the postings booked together for one fact. A reversal names the entry it reverses.
create table entry (
  tenant_id        uuid not null,
  id               uuid not null,
  kind             text not null,
  accounting_date  date not null,
  written_at       timestamptz not null,
  reverses         uuid,
  command_id       uuid not null,
  invoice_id       uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, reverses) references entry,
  foreign key (tenant_id, invoice_id) references invoice
);
-- An entry is reversed at most once.
create unique index entry_reverses on entry (tenant_id, reverses) where reverses is not null;
create index entry_invoice on entry (tenant_id, invoice_id) where invoice_id is not null;
create index entry_date on entry (tenant_id, accounting_date, id);

-- A posting: one amount with a debit and a credit account, so it always balances.
create table posting (
  tenant_id     uuid not null,
  entry_id      uuid not null,
  position      int not null,
  debit         text not null,
  credit        text not null,
  amount_minor  bigint not null,
  currency      text not null,
  customer_id   uuid not null,
  invoice_id    uuid,
  source        text,
  source_id     uuid,
  primary key (tenant_id, entry_id, position),
  foreign key (tenant_id, entry_id) references entry,
  constraint amount_positive check (amount_minor > 0),
  constraint two_accounts check (debit <> credit)
);
create index posting_invoice on posting (tenant_id, invoice_id) where invoice_id is not null;


-- ---------------------------------------------------------------------------------------- money

-- A payment: money that a customer pays once and that is then applied to invoices.
create table payment (
  tenant_id     uuid not null,
  id            uuid not null,
  version       int not null,
  customer_id   uuid not null,
  currency      text not null,
  amount_minor  bigint not null,
  unused_minor  bigint not null,
  fee_minor     bigint not null,
  state         text not null,
  method        text,
  provider      text not null,
  reference     text,
  account       text not null,
  received_at   timestamptz not null,
  intended      json not null,
  created_at    timestamptz not null,
  available_from  date,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customer,
  constraint state_known check (
    state in ('in_progress', 'needs_attention', 'succeeded', 'failed', 'reversed')),
  constraint amount_positive check (amount_minor > 0),
  constraint fee_not_negative check (fee_minor >= 0),
  constraint unused_within_amount check (unused_minor between 0 and amount_minor),
  constraint unused_only_when_received check (state = 'succeeded' or unused_minor = 0)
);
create index payment_list on payment (tenant_id, received_at desc, id);
create index payment_customer on payment (tenant_id, customer_id, received_at desc, id);
create index payment_reference on payment (tenant_id, reference) where reference is not null;
create index payment_under_way on payment (tenant_id, customer_id)
  where state in ('in_progress', 'needs_attention');
create index payment_unused on payment (tenant_id, customer_id) where unused_minor > 0;

-- A settlement: an amount by which a payment or credit lowers the receivable of an invoice, until
-- it is removed. After a void, the amount is held: the customer owns it but cannot spend it.
create table settlement (
  tenant_id     uuid not null,
  id            uuid not null,
  version       int not null,
  invoice_id    uuid not null,
  customer_id   uuid not null,
  kind          text not null,
  source_id     uuid not null,
  amount_minor  bigint not null,
  held_minor    bigint not null,
  at            timestamptz not null,
  removed_at    timestamptz,
  entry_id      uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoice,
  foreign key (tenant_id, entry_id) references entry,
  constraint kind_known check (kind in
    ('payment', 'note', 'wallet', 'offset', 'write_off', 'promotional', 'withheld')),
  constraint held_within_amount check (held_minor between 0 and amount_minor),
  constraint held_only_when_removed check (removed_at is not null or held_minor = 0)
);
create index settlement_invoice on settlement (tenant_id, invoice_id);
create index settlement_source on settlement (tenant_id, source_id);

-- A write-off: part of a receivable that is given up as a loss.
create table write_off (
  tenant_id     uuid not null,
  id            uuid not null,
  version       int not null,
  invoice_id    uuid not null,
  customer_id   uuid not null,
  amount_minor  bigint not null,
  mode          text not null,
  account       text not null,
  reason        text,
  at            timestamptz not null,
  reversed_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoice,
  constraint mode_known check (mode in ('expense', 'revenue_reversal')),
  constraint amount_positive check (amount_minor > 0)
);
create index write_off_invoice on write_off (tenant_id, invoice_id);


-- --------------------------------------------------------------------------------- credit notes

-- A credit note: it corrects an invoice, documents a void, or gives credit without an invoice.
create table credit_note (
  tenant_id               uuid not null,
  id                      uuid not null,
  version                 int not null,
  customer_id             uuid not null,
  invoice_id              uuid,
  purpose                 text not null,
  status                  text not null,
  number                  text not null,
  series                  text not null,
  reason                  text not null,
  description             text,
  currency                text not null,
  net_minor               bigint not null,
  tax_minor               bigint not null,
  total_minor             bigint not null,
  offset_minor            bigint not null,
  credit_minor            bigint not null,
  refund_minor            bigint not null,
  balance_minor           bigint not null,
  credit_to               text not null,
  issue_date              date not null,
  issued_at               timestamptz not null,
  voided_at               timestamptz,
  voided_minor            bigint not null,
  document_entry_id       uuid,
  refund_status_asserted  text,
  details                 jsonb not null,
  metadata                json,
  parties                 json not null,
  available_from          date,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customer,
  foreign key (tenant_id, invoice_id) references invoice,
  foreign key (tenant_id, document_entry_id) references entry,
  constraint purpose_known check (purpose in ('correction', 'void', 'standalone')),
  constraint status_known check (status in ('issued', 'voided')),
  constraint credit_to_known check (credit_to in ('note', 'wallet')),
  constraint standalone_has_no_invoice check ((purpose = 'standalone') = (invoice_id is null)),
  constraint nothing_negative check (
    net_minor >= 0 and tax_minor >= 0
    and offset_minor >= 0 and credit_minor >= 0 and refund_minor >= 0),
  constraint total_is_net_and_tax check (total_minor = net_minor + tax_minor),
  constraint total_is_its_parts check (total_minor = offset_minor + credit_minor + refund_minor),
  constraint balance_within_credit check (
    balance_minor >= 0 and voided_minor >= 0 and balance_minor + voided_minor <= credit_minor)
);
create unique index credit_note_number on credit_note
  (tenant_id, number text_pattern_ops, series);
create index credit_note_invoice on credit_note (tenant_id, invoice_id)
  where invoice_id is not null;
create index credit_note_list on credit_note (tenant_id, issue_date desc, issued_at desc, id);
create index credit_note_newest on credit_note (tenant_id, issued_at desc, id desc);
create index credit_note_customer on credit_note
  (tenant_id, customer_id, issue_date desc, issued_at desc, id);
create index credit_note_open on credit_note (tenant_id, customer_id) where balance_minor > 0;

-- The part of an invoice line that a note credits.
create table note_line (
  tenant_id       uuid not null,
  id              uuid not null,
  note_id         uuid not null,
  line_id         uuid,
  position        int not null,
  description     text not null,
  quantity        numeric,
  gross_minor     bigint not null,
  discount_minor  bigint not null,
  net_minor       bigint not null,
  account         text,
  primary key (tenant_id, id),
  unique (tenant_id, note_id, position),
  foreign key (tenant_id, note_id) references credit_note,
  foreign key (tenant_id, line_id) references line,
  constraint net_is_gross_less_discount check (net_minor = gross_minor - discount_minor),
  constraint nothing_negative check (discount_minor >= 0 and net_minor >= 0)
);

-- The tax that a note credits, one row per tax code.
create table note_tax (
  tenant_id     uuid not null,
  id            uuid not null,
  note_id       uuid not null,
  code          text not null,
  name          text not null,
  rate          numeric,
  base_minor    bigint not null,
  amount_minor  bigint not null,
  primary key (tenant_id, id),
  unique (tenant_id, note_id, code),
  foreign key (tenant_id, note_id) references credit_note,
  constraint nothing_negative check (base_minor >= 0 and amount_minor >= 0)
);

-- The source of a note's credit. Only credit that was paid with money can be refunded as money.
create table funding (
  tenant_id      uuid not null,
  id             uuid not null,
  version        int not null,
  note_id        uuid not null,
  kind           text not null,
  settlement_id  uuid,
  payment_id     uuid,
  amount_minor   bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, note_id) references credit_note,
  foreign key (tenant_id, settlement_id) references settlement,
  foreign key (tenant_id, payment_id) references payment,
  constraint kind_known check (kind in ('cash', 'notes', 'wallet', 'grant', 'lost')),
  constraint cash_is_somebodys check (kind <> 'cash' or payment_id is not null),
  constraint amount_not_negative check (amount_minor >= 0)
);
create index funding_note on funding (tenant_id, note_id);
create index funding_settlement on funding (tenant_id, settlement_id)
  where settlement_id is not null;
create index funding_payment on funding (tenant_id, payment_id) where payment_id is not null;

-- A refund out of one payment. It is owed until it is settled or converted.
create table refund (
  tenant_id      uuid not null,
  id             uuid not null,
  version        int not null,
  customer_id    uuid not null,
  payment_id     uuid not null,
  settlement_id  uuid,
  invoice_id     uuid,
  note_id        uuid,
  of_balance     boolean not null,
  currency       text not null,
  amount_minor   bigint not null,
  state          text not null,
  reason         text,
  reference      text,
  requested_at   timestamptz not null,
  settled_at     timestamptz,
  entry_id       uuid,
  available_from  date,
  failure        text,
  primary key (tenant_id, id),
  foreign key (tenant_id, payment_id) references payment,
  foreign key (tenant_id, settlement_id) references settlement,
  foreign key (tenant_id, invoice_id) references invoice,
  foreign key (tenant_id, note_id) references credit_note,
  foreign key (tenant_id, entry_id) references entry,
  constraint state_known check (
    state in ('requested', 'sent', 'unknown', 'pending', 'failed', 'settled', 'converted')),
  constraint amount_positive check (amount_minor > 0),
  constraint settled_has_its_time check ((state = 'settled') = (settled_at is not null)),
  constraint balance_is_a_notes check (not of_balance or note_id is not null)
);
create index refund_note on refund (tenant_id, note_id) where note_id is not null;
create index refund_payment on refund (tenant_id, payment_id);
create index refund_settlement on refund (tenant_id, settlement_id)
  where settlement_id is not null;
create index refund_list on refund (tenant_id, requested_at desc, id);
create index refund_owed on refund (tenant_id, requested_at)
  where state in ('requested', 'sent', 'unknown', 'pending', 'failed');

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

-- A lot: credits that came into a wallet together.
create table lot (
  tenant_id     uuid not null,
  id            uuid not null,
  version       int not null,
  wallet_id     uuid not null,
  customer_id   uuid not null,
  funding       text not null,
  amount_minor  bigint not null,
  left_minor    bigint not null,
  priority      int not null,
  invoice_id    uuid,
  note_id       uuid,
  landed_at     timestamptz not null,
  expires_at    timestamptz,
  entry_id      uuid,
  available_from  date,
  primary key (tenant_id, id),
  foreign key (tenant_id, wallet_id) references wallet,
  foreign key (tenant_id, invoice_id) references invoice,
  foreign key (tenant_id, note_id) references credit_note,
  foreign key (tenant_id, entry_id) references entry,
  constraint funding_known check (funding in ('purchased', 'granted')),
  constraint amount_positive check (amount_minor > 0),
  constraint left_within_amount check (left_minor between 0 and amount_minor)
);
create index lot_wallet on lot (tenant_id, wallet_id);
create index lot_invoice on lot (tenant_id, invoice_id) where invoice_id is not null;
create index lot_left on lot (tenant_id, customer_id) where left_minor > 0;
create index lot_expiring on lot (tenant_id, expires_at, id)
  where left_minor > 0 and expires_at is not null;

-- A change of a lot in a wallet: positive amounts came in, negative amounts went out.
create table movement (
  tenant_id     uuid not null,
  id            uuid not null,
  wallet_id     uuid not null,
  customer_id   uuid not null,
  lot_id        uuid not null,
  kind          text not null,
  amount_minor  bigint not null,
  invoice_id    uuid,
  at            timestamptz not null,
  details       jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, lot_id) references lot,
  constraint kind_known check (kind in ('granted', 'purchased', 'credited', 'consumed',
    'restored', 'voided', 'expired', 'revoked'))
);
create index movement_wallet on movement (tenant_id, wallet_id, at desc, id);


-- --------------------------------------------------------- commands, events and the audit log

-- The first outcome of each command; a repeated command gets it again. Old rows may be deleted.
create table command (
  tenant_id    uuid not null,
  id           uuid not null,
  key          text,
  fingerprint  text,
  refusals     json,
  at           timestamptz not null,
  primary key (tenant_id, id)
);
create unique index command_key on command (tenant_id, key) where key is not null;
create index command_at on command (tenant_id, at);

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

-- An event, written in the same transaction as the change. Webhooks are made from events.
create table event (
  tenant_id    uuid not null,
  id           uuid not null,
  kind         text not null,
  at           timestamptz not null,
  command_id   uuid not null,
  position     int not null,
  customer_id  uuid,
  invoice_id   uuid,
  subject      text not null,
  subject_id   uuid not null,
  before       json,
  after        json not null,
  primary key (tenant_id, id),
  unique (tenant_id, command_id, position)
);
create index event_at on event (tenant_id, at, id);
create index event_invoice on event (tenant_id, invoice_id, at) where invoice_id is not null;

-- What a person must look at. An event opens it; a person, or a later event, resolves it.
create table task (
  tenant_id     uuid not null,
  id            uuid not null,
  version       int not null,
  kind          text not null,
  event_id      uuid not null,
  customer_id   uuid not null,
  invoice_id    uuid,
  subject       text not null,
  subject_id    uuid not null,
  currency      text,
  amount_minor  bigint,
  opened_at     timestamptz not null,
  resolved_at   timestamptz,
  resolved_by   text,
  resolution    text,
  primary key (tenant_id, id),
  unique (tenant_id, event_id),
  foreign key (tenant_id, event_id) references event,
  foreign key (tenant_id, customer_id) references customer,
  foreign key (tenant_id, invoice_id) references invoice,
  constraint kind_known check (kind in (
    'double_return', 'refund_failed', 'refund_unknown', 'refund_not_requested',
    'money_held')),
  constraint amount_has_its_currency check ((amount_minor is null) = (currency is null)),
  constraint resolved_with_all check (
    (resolved_at is null) = (resolved_by is null)
    and (resolved_at is null) = (resolution is null))
);
create index task_list on task (tenant_id, opened_at, id);
create index task_open on task (tenant_id, opened_at, id) where resolved_at is null;
create index task_subject on task (tenant_id, subject_id) where resolved_at is null;

-- The audit log: each request, its actor, time and outcome. Rows are never changed or deleted.
create table audit (
  tenant_id   uuid not null,
  id          uuid not null,
  command_id  uuid not null,
  at          timestamptz not null,
  actor       text not null,
  command     text not null,
  subject_id  uuid,
  outcome     text not null,
  refusals    json,
  request     json not null,
  primary key (tenant_id, id),
  constraint outcome_known check (outcome in ('done', 'refused', 'broken'))
);
create index audit_at on audit (tenant_id, at, id);
create index audit_subject on audit (tenant_id, subject_id, at) where subject_id is not null;

-- A seal in the chain of the audit log, for a committed line. Each hash covers the previous hash.
-- An audit line is unsealed if it has no row here, even if it is older than the last sealed line.
create table seal (
  tenant_id  uuid not null,
  position   bigint not null,
  audit_id   uuid not null,
  hash       bytea not null,
  previous   bytea,
  primary key (tenant_id, position),
  unique (tenant_id, audit_id),
  foreign key (tenant_id, audit_id) references audit,
  constraint first_has_no_previous check ((position = 1) = (previous is null)),
  constraint counts_from_one check (position >= 1)
);


-- ------------------------------------------------------------------------------------ webhooks

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
create index webhook_delivery_ended on webhook_delivery (tenant_id, ended_at, id)
  where state <> 'waiting';

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


-- --------------------------------------------------------------- external names and imports

-- The name of a row in another dialect. A row can have several names; a name is never reused.
create table alias (
  tenant_id  uuid not null,
  dialect    text not null,
  kind       text not null,
  alias      text not null,
  object_id  uuid not null,
  primary key (tenant_id, dialect, kind, alias)
);
create index alias_object on alias (tenant_id, object_id);

-- An import of a file, identified by its content. `totals` holds the sums in the file itself.
create table import_run (
  tenant_id    uuid not null,
  id           uuid not null,
  source       text not null,
  file         text not null,
  started_at   timestamptz not null,
  finished_at  timestamptz,
  totals       jsonb,
  primary key (tenant_id, id)
);

-- The result for a document: how many rows were used, and their unrounded sum. Its id is that of
-- the command. The object is the invoice that was recorded or voided, or the credit note.
create table import_document (
  tenant_id     uuid not null,
  id            uuid not null,
  run_id        uuid not null,
  number        text not null,
  row_number    int not null,
  rows          int not null,
  amount_minor  numeric not null,
  became        text not null,
  object_id     uuid not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, run_id) references import_run,
  constraint became_known check (became in ('invoice', 'void', 'credit_note', 'standalone_note'))
);
create index import_document_run on import_document (tenant_id, run_id);

-- A row of the file that was rejected, exactly as it was, with the reason and unrounded amount.
create table import_rejected_row (
  tenant_id     uuid not null,
  run_id        uuid not null,
  row_number    int not null,
  document      text not null,
  reason        text not null,
  amount_minor  numeric,
  line          jsonb not null,
  primary key (tenant_id, run_id, row_number),
  foreign key (tenant_id, run_id) references import_run
);

-- A view of the list of invoices that an operator saved: its filters, order and tab, as the query
-- of a URL. The operator's colleagues see it if it is shared. No view has an empty name: such a row
-- has in `query` the columns of the list that the operator chose.
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
