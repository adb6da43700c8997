-- Deletes events of providers that were worked on longer than p_keep ago (at least 30 days; 180 unless told: so long a payer may open a
-- case), the oldest first, at most p_limit a call: their bodies name payers. What belongs to nothing of ours or failed stays until
-- staff has dealt with it. Evidence, movements and deeds of staff stay, and an event that came once more would book nothing.
-- For the worker's round, until it returns 0. Returns how many. Raises WB400 malformed_call. Passes over what others hold.
create or replace function billing.drop_events(p_keep interval default '180 days', p_limit int default 1000) returns int
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  if p_keep is null or p_keep < interval '30 days' then
    perform trace.refuse('malformed_call', '{"argument": "p_keep"}');
  end if;
  with old as (
    select e.provider, e.event_id from billing.provider_event e
     where e.state in ('processed', 'ignored', 'dismissed') and e.settled_at < v_now - p_keep
     order by e.settled_at
     limit least(greatest(p_limit, 1), 10000)
       for update skip locked)
  delete from billing.provider_event e using old where e.provider = old.provider and e.event_id = old.event_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.drop_events(interval, int) is
  'Platform. Deletes events of payment providers that were worked on long ago; returns how many.';
grant execute on function billing.drop_events(interval, int) to whatsappb24_worker;
