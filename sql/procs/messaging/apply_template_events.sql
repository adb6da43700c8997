-- Applies template events that were just kept: status, category (announced or done) and quality, each change with its reason in
-- the template's history; the rest of the template comes with the synchronization that is asked for. A template that is not
-- known comes with it too. For messaging.record_events(), in its transaction. p_portals, p_events: the keys of
-- messaging.channel_event. Locks the templates in the order of their key, then the channels' synchronizations, then the portals.
create or replace function messaging.apply_template_events(p_portals uuid[], p_events uuid[]) returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_said record;
begin
  for v_said in
    select t.portal_id, t.template_id, c.what, c.before, c.after, left(coalesce(e.item ->> 'reason', e.item -> 'payload' ->> 'description'), 500) as reason
      from unnest(p_portals, p_events) u(portal_id, channel_event_id)
      join messaging.channel_event e on e.portal_id = u.portal_id and e.channel_event_id = u.channel_event_id
      join messaging.template t
        on t.portal_id = e.portal_id and t.channel_id = e.channel_id
       and (t.provider_id = e.item ->> 'template_id'
            or t.provider_id is null and t.name = e.item ->> 'element_name' and t.language = e.item ->> 'language')
     cross join lateral (select case jsonb_typeof(e.item -> 'payload' -> 'category') when 'object' then e.item -> 'payload' -> 'category' else '{}' end as said) g
     cross join lateral (values
       ('status', t.status, case when e.item ->> 'event' = 'status-update' then lower(e.item ->> 'status') end),
       ('category', t.category, lower(g.said ->> 'new')),
       ('next_category', t.next_category, lower(g.said ->> 'correct')),
       ('quality', t.quality, case when e.item ->> 'event' = 'quality-update' then case
         when e.item ->> 'status' ~* 'high' then 'GREEN' when e.item ->> 'status' ~* 'medium' then 'YELLOW'
         when e.item ->> 'status' ~* 'low' then 'RED' when e.item ->> 'status' ~* 'pending' then 'UNKNOWN' end end)) c(what, before, after)
     where c.after is not null
     order by t.portal_id, t.template_id, e.channel_event_id
       for update of t
  loop
    insert into messaging.template_change (portal_id, change_id, template_id, what, before, after, reason, source, at)
    select t.portal_id, tenancy.new_id(), t.template_id, v_said.what,
           case v_said.what when 'status' then t.status when 'category' then t.category when 'quality' then t.quality else t.next_category end,
           v_said.after, v_said.reason, 'event', v_now
      from messaging.template t
     where t.portal_id = v_said.portal_id and t.template_id = v_said.template_id
       and case v_said.what when 'status' then t.status when 'category' then t.category when 'quality' then t.quality else t.next_category end
           is distinct from v_said.after;
    update messaging.template t
       set status = case v_said.what when 'status' then left(v_said.after, 40) else t.status end,
           reason = case v_said.what when 'status' then v_said.reason else t.reason end,
           category = case v_said.what when 'category' then left(v_said.after, 40) else t.category end,
           quality = case v_said.what when 'quality' then v_said.after else t.quality end,
           next_category = case v_said.what when 'category' then null when 'next_category' then left(v_said.after, 40) else t.next_category end,
           changed_at = v_now
     where t.portal_id = v_said.portal_id and t.template_id = v_said.template_id;
  end loop;
  perform messaging.ask_template_sync(k.portal_id, k.channel_id)
    from (
      select distinct e.portal_id, e.channel_id
        from unnest(p_portals, p_events) u(portal_id, channel_event_id)
        join messaging.channel_event e on e.portal_id = u.portal_id and e.channel_event_id = u.channel_event_id
       order by 1, 2) k;
  -- Robots offer what is approved.
  perform tenancy.request_repair(k.portal_id)
    from (select distinct p.portal_id from unnest(p_portals) p(portal_id) order by 1) k;
end
$$;
comment on function messaging.apply_template_events(uuid[], uuid[]) is
  'Internal, batch. Applies template events that were just kept, and asks for a synchronization.';
