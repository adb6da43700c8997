-- Makes the portals' people hear that a channel's trial ends within p_ahead, once a trial: until when, and what it costs then. A
-- trial that is followed by nothing to pay, or that is cancelled at its end, is no news. For the worker's round. Returns how many
-- are told. Passes over subscriptions that others hold. Locks them.
create or replace function billing.tell_trials(p_ahead interval default '3 days', p_limit int default 200) returns int
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
  with told as (
    update billing.subscription s
       set trial_told_at = v_now
      from (
        select x.portal_id, x.channel_id
          from billing.subscription x
         where x.state = 'trialing' and x.trial_told_at is null and x.period_ends_at <= v_now + p_ahead and x.period_ends_at > v_now
           and not x.cancels_at_end
           and exists (select from billing.plan p where p.plan_id = coalesce(x.next_plan_id, x.plan_id) and p.price > 0)
           and exists (
             select from tenancy.channel c
              where c.portal_id = x.portal_id and c.channel_id = x.channel_id and c.state not in ('removed', 'draft', 'disconnected'))
         order by x.period_ends_at limit p_limit
           for update skip locked) k
     where s.portal_id = k.portal_id and s.channel_id = k.channel_id
    returning s.portal_id, s.channel_id, coalesce(s.next_plan_id, s.plan_id) as plan_id,
              (s.period_ends_at at time zone s.time_zone)::date as until)
  insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at, channel_id, while_state)
  select t.portal_id, tenancy.new_id(), 'trial_ends',
         jsonb_build_object('channel', c.name, 'amount', p.price, 'currency', p.currency, 'until', t.until), v_now, v_now, t.channel_id,
         'trialing'
    from told t
    join tenancy.channel c on c.portal_id = t.portal_id and c.channel_id = t.channel_id
    join billing.plan p on p.plan_id = t.plan_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.tell_trials(interval, int) is
  'Platform. Alerts of trials that end soon and are followed by something to pay; once each.';
grant execute on function billing.tell_trials(interval, int) to whatsappb24_worker;
