-- Values that are not specific to a vendor become columns: addresses, names, numbers, taxes and
-- metadata. Values that only one dialect knows stay in `details`, under the dialect's name. Until
-- now, only the Lago dialect and the import of Online Retail wrote details.

-- --------------------------------------------------------------------------------- the catalogue

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
-- cross-tenant: every tenant migrates
insert into catalogue_item
select a.tenant_id, a.id, a.version, a.code, a.name, a.invoice_display_name, a.description,
       a.amount_minor, a.currency, a.tax_codes,
       case when a.details = '{}' then a.details else jsonb_build_object('lago', a.details) end,
       a.created_at, a.deleted_at
  from add_on a;
drop table add_on;
create unique index catalogue_item_code on catalogue_item (tenant_id, code)
  where deleted_at is null;
create index catalogue_item_list on catalogue_item (tenant_id, created_at desc, id)
  where deleted_at is null;
update tax_code set details = jsonb_build_object('lago', details) where details <> '{}';
update event set kind = 'catalogue_item.' || split_part(kind, '.', 2), subject = 'catalogue_item'
 where subject = 'add_on';


-- ------------------------------------------------------------------------------------ the tenant

-- cross-tenant: every tenant migrates
alter table tenant
  add column legal_name text,
  add column tax_number text,
  add column email text,
  add column phone text,
  add column address jsonb not null default '{}',
  add column details jsonb not null default '{}';
alter table tenant alter column address drop default, alter column details drop default;
-- cross-tenant: every tenant migrates
update tenant set
  legal_name = settings->'details'->>'legal_name',
  tax_number = settings->'details'->>'tax_identification_number',
  email = settings->'details'->>'email',
  address = jsonb_strip_nulls(jsonb_build_object(
    'line1', settings->'details'->'address_line1', 'line2', settings->'details'->'address_line2',
    'city', settings->'details'->'city', 'postal_code', settings->'details'->'zipcode',
    'state', settings->'details'->'state', 'country', settings->'details'->'country'))
 where settings ? 'details';
-- cross-tenant: every tenant migrates
update tenant set
  details = jsonb_strip_nulls(jsonb_build_object('lago', nullif(
    coalesce(settings->'details', '{}') - '{legal_name,tax_identification_number,email,
      address_line1,address_line2,city,zipcode,state,country}'::text[]
    || jsonb_strip_nulls(jsonb_build_object(
      'notes_on_void', settings->'lago_notes_on_void',
      'refuse_void_when_paid', settings->'lago_refuse_void_when_paid',
      'skip_zero', settings->'lago_skip_zero')), '{}'))),
  settings = settings
    - '{details,lago_notes_on_void,lago_refuse_void_when_paid,lago_skip_zero}'::text[];


-- ------------------------------------------------------------------------------------- customers

alter table customer
  add column first_name text,
  add column last_name text,
  add column legal_name text,
  add column tax_number text,
  add column phone text,
  add column address jsonb not null default '{}',
  add column tax_code_ids uuid[] not null default '{}',
  add column metadata json;
alter table customer
  alter column address drop default,
  alter column tax_code_ids drop default;
update customer set
  first_name = details->>'firstname',
  last_name = details->>'lastname',
  legal_name = details->>'legal_name',
  tax_number = details->>'tax_identification_number',
  phone = details->>'phone',
  address = jsonb_strip_nulls(jsonb_build_object(
    'line1', details->'address_line1', 'line2', details->'address_line2',
    'city', details->'city', 'postal_code', details->'zipcode', 'state', details->'state',
    'country', case when length(details->>'country') = 2 then details->'country' end)),
  tax_code_ids = coalesce(
    (select array_agg(x::uuid order by n)
       from jsonb_array_elements_text(details->'tax_ids') with ordinality as ids (x, n)), '{}'),
  metadata = (select json_object_agg(x->>'key', x->>'value' order by n)
    from jsonb_array_elements(details->'metadata') with ordinality as pairs (x, n)),
  details = jsonb_strip_nulls(jsonb_build_object(
    'online-retail', case when length(details->>'country') > 2
      then jsonb_build_object('country', details->'country') end,
    'lago', nullif(details - '{firstname,lastname,legal_name,tax_identification_number,phone,
      address_line1,address_line2,city,zipcode,state,country,tax_ids,metadata}'::text[]
      || coalesce((select jsonb_build_object('metadata',
           jsonb_object_agg(x->>'key', x - '{key,value}'::text[]))
           from jsonb_array_elements(details->'metadata') as pairs (x)
          having count(*) > 0), '{}'), '{}')))
 where details <> '{}';

-- The import of Online Retail wrote countries as names.
update customer c set
  address = jsonb_build_object('country', named.code),
  details = c.details - 'online-retail'
  from (values
    ('Australia', 'AU'), ('Austria', 'AT'), ('Bahrain', 'BH'), ('Belgium', 'BE'), ('Brazil', 'BR'),
    ('Canada', 'CA'), ('Cyprus', 'CY'), ('Czech Republic', 'CZ'), ('Denmark', 'DK'),
    ('EIRE', 'IE'), ('Finland', 'FI'), ('France', 'FR'), ('Germany', 'DE'), ('Greece', 'GR'),
    ('Hong Kong', 'HK'), ('Iceland', 'IS'), ('Israel', 'IL'), ('Italy', 'IT'), ('Japan', 'JP'),
    ('Lebanon', 'LB'), ('Lithuania', 'LT'), ('Malta', 'MT'), ('Netherlands', 'NL'),
    ('Norway', 'NO'), ('Poland', 'PL'), ('Portugal', 'PT'), ('RSA', 'ZA'), ('Saudi Arabia', 'SA'),
    ('Singapore', 'SG'), ('Spain', 'ES'), ('Sweden', 'SE'), ('Switzerland', 'CH'), ('USA', 'US'),
    ('United Arab Emirates', 'AE'), ('United Kingdom', 'GB')) as named (name, code)
 where c.details->'online-retail'->>'country' = named.name;


-- --------------------------------------------------------------------------------------- wallets

alter table wallet
  add column purchase_min_minor bigint,
  add column purchase_max_minor bigint,
  add column metadata json;
update wallet set
  purchase_min_minor = (details->>'paid_top_up_min_amount_cents')::bigint,
  purchase_max_minor = (details->>'paid_top_up_max_amount_cents')::bigint,
  metadata = nullif(details->'metadata', 'null')::json,
  details = jsonb_strip_nulls(jsonb_build_object('lago', nullif(details - '{metadata,
    paid_top_up_min_amount_cents,paid_top_up_max_amount_cents}'::text[], '{}')))
 where details <> '{}';
update movement set
  details = jsonb_strip_nulls(jsonb_build_object('lago', nullif(details - '{fees,taxes,metadata,
    purchase_order_number}'::text[], '{}')))
 where details <> '{}';


-- -------------------------------------------------------------------------------------- invoices

alter table invoice
  add column purchase_order_number text,
  add column metadata json;
alter table line
  add column name text,
  add column item_id uuid,
  add column item_description text,
  add column tax_codes text[],
  add column period_from timestamptz,
  add column period_to timestamptz;
alter table tax
  add column tax_code_id uuid,
  add column description text;
update line l set
  name = kept.fee->>'name',
  item_id = (kept.fee->>'add_on_id')::uuid,
  item_description = kept.fee->>'item_description',
  tax_codes = case when jsonb_typeof(kept.fee->'tax_codes') = 'array'
    then array(select jsonb_array_elements_text(kept.fee->'tax_codes')) end,
  period_from = (kept.fee->>'from')::timestamptz,
  period_to = (kept.fee->>'to')::timestamptz
  from (select i.tenant_id, i.id, i.revision, fees.position, fees.fee
          from invoice i, jsonb_each(i.details->'fees') as fees (position, fee)) as kept
 where kept.tenant_id = l.tenant_id and kept.id = l.invoice_id and kept.revision = l.revision
   and kept.position = l.position::text;
update tax x set
  tax_code_id = (i.details->'taxes'->x.code->>'lago_tax_id')::uuid,
  description = i.details->'taxes'->x.code->>'description'
  from invoice i
 where i.tenant_id = x.tenant_id and i.id = x.invoice_id and i.revision = x.revision
   and i.details->'taxes' ? x.code;
update invoice set
  purchase_order_number = details->>'purchase_order_number',
  metadata = (select json_object_agg(x->>'key', x->>'value' order by n)
    from jsonb_array_elements(details->'metadata') with ordinality as pairs (x, n)),
  details = jsonb_strip_nulls(jsonb_build_object(
    'online-retail', nullif(jsonb_strip_nulls(
      jsonb_build_object('country', details->'country')), '{}'),
    'lago', nullif(details - '{country,fees,taxes,metadata,purchase_order_number}'::text[]
      || coalesce((select jsonb_build_object('fees', jsonb_object_agg(
           position, fee - '{name,add_on_id,item_description,tax_codes,from,to}'::text[]))
           from jsonb_each(details->'fees') as fees (position, fee)
          having count(*) > 0), '{}')
      || coalesce((select jsonb_build_object('metadata',
           jsonb_object_agg(x->>'key', x - '{key,value}'::text[]))
           from jsonb_array_elements(details->'metadata') as pairs (x)
          having count(*) > 0), '{}'), '{}')))
 where details <> '{}';


-- ---------------------------------------------------------------------------------- credit notes

alter table credit_note add column metadata json;
update credit_note set
  metadata = nullif(details->'metadata', 'null')::json,
  details = jsonb_strip_nulls(jsonb_build_object(
    'online-retail', case when details ? 'external_number'
      then jsonb_build_object('external_number', details->'external_number') end,
    'lago', nullif(details - '{metadata,external_number}'::text[], '{}')))
 where details <> '{}';
