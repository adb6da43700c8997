-- May the channel work, as far as its subscription goes? For the doors of a channel's state and of sending.
create or replace function billing.is_running(p_portal_id uuid, p_channel_id uuid) returns boolean
language sql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select exists (
    select from billing.subscription s
      join billing.subscription_state t on t.state = s.state and t.runs
     where s.portal_id = p_portal_id and s.channel_id = p_channel_id)
$$;
comment on function billing.is_running(uuid, uuid) is 'Internal. Has the channel a subscription in a state in which it may work?';
