-- Since when an invoice is marked as overdue, and what periodic jobs search for.

alter table invoice add column overdue_since timestamptz;
create index invoice_unmarked on invoice (tenant_id, due_date, id)
  where status = 'finalized' and overdue_since is null and dispute_lost_at is null
    and coalesce(payment_status_asserted <> 'succeeded', outstanding_minor > 0);

create index wallet_expiring on wallet (tenant_id, expires_at, id)
  where status = 'active' and expires_at is not null;

drop index lot_expiring;
create index lot_expiring on lot (tenant_id, expires_at, id)
  where left_minor > 0 and expires_at is not null;

create index webhook_delivery_ended on webhook_delivery (tenant_id, ended_at, id)
  where state <> 'waiting';

create index operator_session_expiring on operator_session (expires_at);
create index operator_link_expiring on operator_link (expires_at);
create index sign_in_attempt_last on sign_in_attempt (last_at);
