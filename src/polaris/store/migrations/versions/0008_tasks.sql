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
  constraint kind_known check (kind in ('double_return', 'refund_failed')),
  constraint amount_has_its_currency check ((amount_minor is null) = (currency is null)),
  constraint resolved_with_all check (
    (resolved_at is null) = (resolved_by is null)
    and (resolved_at is null) = (resolution is null))
);
create index task_list on task (tenant_id, opened_at, id);
create index task_open on task (tenant_id, opened_at, id) where resolved_at is null;
create index task_subject on task (tenant_id, subject_id) where resolved_at is null;

-- Earlier events get their task too. The task of a refund is resolved if the refund has not failed
-- any more, or if it failed again later, which has a task of its own. The ids of the tasks are made
-- from the ids of the events.
-- cross-tenant: every tenant migrates
insert into task (tenant_id, id, version, kind, event_id, customer_id, invoice_id, subject,
  subject_id, currency, amount_minor, opened_at)
select v.tenant_id, md5('task ' || v.id::text)::uuid, 1,
       case v.kind when 'refund.failed' then 'refund_failed' else 'double_return' end,
       v.id, v.customer_id, v.invoice_id, v.subject, v.subject_id,
       case v.kind when 'refund.failed' then v.after->>'currency' end,
       case v.kind when 'refund.failed' then (v.after->>'amount_minor')::bigint end,
       v.at
  from event v
 where v.kind in ('invoice.double_return_suspected', 'payment.double_return_suspected',
                  'refund.failed');

update task k set resolved_at = later.at, resolved_by = 'migration',
       resolution = 'The refund changed its state afterwards.'
  from (select k.tenant_id, k.id, min(v.at) as at
          from task k
          join event v on v.tenant_id = k.tenant_id and v.subject_id = k.subject_id
           and v.kind in ('refund.pending', 'refund.settled', 'refund.converted')
           and v.at >= k.opened_at
         where k.kind = 'refund_failed'
         group by k.tenant_id, k.id) later
 where k.tenant_id = later.tenant_id and k.id = later.id;
