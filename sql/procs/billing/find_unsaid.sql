-- Finds charges that were paid and of which Gupshup said nothing within a day, an hour of a portal's messages at a time, the oldest
-- first; where the channel's events did not come at all in that hour and the next (they are not subscribed, or all lost), nothing
-- can be told and nothing is. For billing.reconcile(). Returns how many portals it looked at. Locks their rows of billing.reconciliation;
-- passes over those that others hold.
create or replace function billing.find_unsaid(p_limit int) returns int
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_portal uuid;
  v_from timestamptz;
  v_to timestamptz;
  v_count int := 0;
begin
  for v_portal, v_from in
    select r.portal_id,
           least(v_now - interval '25 hours', greatest(r.before, coalesce(tenancy.id_time(c.message_id), 'infinity')))
      from (select x.portal_id, x.before from billing.reconciliation x
             where x.before <= v_now - interval '25 hours' order by x.before limit p_limit
               for update skip locked) r
      left join lateral (
        select y.message_id from billing.charge y
         where y.portal_id = r.portal_id and y.message_id >= tenancy.id_floor(r.before)
         order by y.message_id limit 1) c on true
  loop
    v_to := v_from + interval '1 hour';
    insert into billing.difference (portal_id, difference_id, kind, subject, message_id, channel_id, at, said, charged, found_at)
    select c.portal_id, tenancy.new_id(), 'billed_by_us_only', c.message_id, c.message_id, c.channel_id, tenancy.id_time(c.message_id), '{}',
           jsonb_strip_nulls(jsonb_build_object(
             'state', c.state, 'price', c.price, 'currency', c.currency, 'category', c.category, 'country', c.country)),
           v_now
      from billing.charge c
     where c.portal_id = v_portal and c.message_id >= tenancy.id_floor(v_from) and c.message_id < tenancy.id_floor(v_to)
       and c.state = 'captured' and c.price > 0
       and not exists (select from billing.billed b where b.portal_id = c.portal_id and b.message_id = c.message_id)
       and exists (
         select from billing.billed b
          where b.portal_id = c.portal_id and b.at >= v_from and b.at < v_to + interval '1 hour' and b.channel_id = c.channel_id)
    on conflict (portal_id, subject, kind) do nothing;
    update billing.reconciliation r set before = v_to where r.portal_id = v_portal;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function billing.find_unsaid(int) is
  'Internal. Finds charges that were paid and of which Gupshup said nothing within a day.';
