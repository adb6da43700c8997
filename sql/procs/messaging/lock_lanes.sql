-- Locks the lanes that a call is about to number messages in, and makes those that are missing, idle. For submit(): what is
-- locked after the lanes (wallets) must not be waited for by those who hold them. What does not come from an open line may
-- be shown there (messaging.mirror_outgoing): its lane to the portal is locked as well. Locks the lanes in the order of their key.
create or replace function messaging.lock_lanes(p_direction text, p_rows messaging.outgoing[]) returns void
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  insert into messaging.lane (portal_id, conversation_id, direction, channel_id)
  select distinct on (r.portal_id, r.conversation_id, d.direction) r.portal_id, r.conversation_id, d.direction, r.channel_id
    from unnest(p_rows) r
   cross join lateral unnest(case when r.source <> 'open_line' then array['in', p_direction] else array[p_direction] end) d(direction)
   where r.outcome = 'accepted'
   order by r.portal_id, r.conversation_id, d.direction
  on conflict (portal_id, conversation_id, direction) do nothing;
  perform 1
    from (select distinct r.portal_id, r.conversation_id, d.direction
            from unnest(p_rows) r
           cross join lateral unnest(case when r.source <> 'open_line' then array['in', p_direction] else array[p_direction] end) d(direction)
           where r.outcome = 'accepted') k
    join messaging.lane l on l.portal_id = k.portal_id and l.conversation_id = k.conversation_id and l.direction = k.direction
   order by l.portal_id, l.conversation_id, l.direction
     for update of l;
end
$$;
comment on function messaging.lock_lanes(text, messaging.outgoing[]) is
  'Internal, batch. Locks the lanes of accepted messages, making those that are missing.';
