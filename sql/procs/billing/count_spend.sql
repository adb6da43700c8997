-- Counts what was held against the caps: per portal, channel, user and robot, on the day of the hold in the portal's
-- zone. For billing.hold(), which holds the wallets. Soft caps that are reached by it are told of. Locks nothing that the
-- wallets do not cover.
create or replace function billing.count_spend(p_rows billing.holding[]) returns void
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_hit jsonb;
begin
  select jsonb_agg(jsonb_build_object(
           'portal_id', c.portal_id, 'scope', c.scope, 'scope_id', c.scope_id, 'period', c.period, 'begins', c.begins, 'cap', c.soft,
           'spent', c.spent + c.asked))
    into v_hit
    from billing.caps_of(p_rows) c
   where c.spent + c.asked >= c.soft;
  insert into billing.spend as s (portal_id, scope, scope_id, day, spent)
  select r.portal_id, k.scope, k.scope_id, r.spend_day, sum(r.price)
    from unnest(p_rows) r
   cross join lateral (values ('portal', ''), ('channel', r.channel_id::text), ('user', r.user_id), ('robot', r.robot)) k(scope, scope_id)
   where r.outcome = 'held' and r.price > 0 and k.scope_id is not null
   group by r.portal_id, k.scope, k.scope_id, r.spend_day
   order by 1, 2, 3, 4
  on conflict (portal_id, scope, scope_id, day) do update set spent = s.spent + excluded.spent;
  if v_hit is not null then
    perform billing.tell_caps('cap_soft', v_hit);
  end if;
end
$$;
comment on function billing.count_spend(billing.holding[]) is
  'Internal, batch. Counts held prices against the caps of their day; tells of soft caps that are reached.';
