-- Can nobody pay an open payment any more? Its page ended an hour ago, or it is two days old; a provider may tell late. Locks nothing.
create or replace function billing.is_stale(p_payment billing.payment, p_at timestamptz) returns boolean
language sql immutable
set search_path = ''
as $$
  select coalesce(p_payment.url_expires_at + interval '1 hour', p_payment.opened_at + interval '2 days') < p_at
$$;
comment on function billing.is_stale(billing.payment, timestamptz) is 'Internal. Can nobody pay an open payment any more?';
