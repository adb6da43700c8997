-- Is this service available to the channel? The one place that answers; the doors ask nothing else.
-- Features: receive, send, and whatever its plan names. A suspended or uninstalled portal may use nothing, neither may
-- a suspended or removed channel, nor one whose subscription does not run, whatever state the channel itself has got
-- into; receiving is never refused, because what arrives is stored and handed over on resumption. What the plan does
-- not name is available to nobody. Locks nothing.
create or replace function billing.entitled(p_portal_id uuid, p_channel_id uuid, p_feature text) returns boolean
language sql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select p_feature = 'receive' or exists (
    select from tenancy.portal p
      join tenancy.channel c on c.portal_id = p.portal_id and c.channel_id = p_channel_id
      join billing.subscription s on s.portal_id = c.portal_id and s.channel_id = c.channel_id
      join billing.subscription_state t on t.state = s.state and t.runs
      join billing.plan l on l.plan_id = s.plan_id and l.features -> p_feature = 'true'
     where p.portal_id = p_portal_id and p.state not in ('suspended', 'uninstalled')
       and c.state not in ('suspended', 'removed'))
$$;
comment on function billing.entitled(uuid, uuid, text) is
  'Tenant. Is this feature (receive, send, or one of its plan) available to the channel?';
