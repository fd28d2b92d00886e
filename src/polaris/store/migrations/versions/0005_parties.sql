-- The seller and the buyer of a document, as they stood when it was issued. For documents that were
-- issued before, these are the tenant and the customer as they stand now.

alter table invoice add column parties json;
-- cross-tenant: every tenant migrates
update invoice i set parties = json_build_object(
  'seller', json_build_object(
    'name', t.name, 'legal_name', t.legal_name, 'tax_number', t.tax_number, 'email', t.email,
    'phone', t.phone, 'address', t.address),
  'buyer', json_build_object(
    'name', c.name, 'legal_name', c.legal_name, 'tax_number', c.tax_number, 'email', c.email,
    'phone', c.phone, 'address', c.address, 'external_id', c.external_id,
    'first_name', c.first_name, 'last_name', c.last_name, 'currency', c.currency,
    'timezone', c.timezone, 'payment_term_days', c.payment_term_days, 'metadata', c.metadata,
    'details', c.details),
  'timezone', coalesce(nullif(c.timezone, ''), t.timezone))
  from tenant t
  join customer c on c.tenant_id = t.id
 where t.id = i.tenant_id and c.id = i.customer_id
   and i.status in ('finalized', 'voided');
alter table invoice add constraint issued_with_parties check (
  (status in ('finalized', 'voided')) = (parties is not null));

alter table credit_note add column parties json;
-- cross-tenant: every tenant migrates
update credit_note n set parties = json_build_object(
  'seller', json_build_object(
    'name', t.name, 'legal_name', t.legal_name, 'tax_number', t.tax_number, 'email', t.email,
    'phone', t.phone, 'address', t.address),
  'buyer', json_build_object(
    'name', c.name, 'legal_name', c.legal_name, 'tax_number', c.tax_number, 'email', c.email,
    'phone', c.phone, 'address', c.address, 'external_id', c.external_id,
    'first_name', c.first_name, 'last_name', c.last_name, 'currency', c.currency,
    'timezone', c.timezone, 'payment_term_days', c.payment_term_days, 'metadata', c.metadata,
    'details', c.details),
  'timezone', coalesce(nullif(c.timezone, ''), t.timezone))
  from tenant t
  join customer c on c.tenant_id = t.id
 where t.id = n.tenant_id and c.id = n.customer_id;
alter table credit_note alter column parties set not null;
