-- Reconciles what Gupshup says it billed with what we charged, as far as it is due: p_limit events, an hour of messages of
-- p_limit portals, and p_limit days of usage of a channel. Called again it does nothing again; after any crash it goes on. For the worker's round, until it returns 0.
-- One runner at a time, others return 0. Returns how much it looked at. Locks nothing that others wait for.
create or replace function billing.reconcile(p_limit int default 500) returns int
language plpgsql security definer
set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('billing.reconcile', 0)) then
    return 0;
  end if;
  return billing.compare_billed(p_limit) + billing.find_unsaid(p_limit) + billing.compare_usage(p_limit);
end
$$;
comment on function billing.reconcile(int) is
  'Platform. Reconciles what Gupshup says it billed with what we charged; returns how much it looked at.';
grant execute on function billing.reconcile(int) to whatsappb24_worker;
