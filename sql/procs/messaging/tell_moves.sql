-- Which moves the portal must hear of: the tick when every part of an operator message reached the channel's
-- tick_at, the trouble when an outgoing message failed or is unknown (and again when it is healed), and the
-- question (verify) when a delivery to the portal is unknown. Every move of what a robot or the SMS service sent wakes
-- its automation. A button that a customer pressed and a message that failed are triggers of the CRM.
create or replace function messaging.tell_moves(p_moves jsonb) returns void
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  perform case t.kind when 'automation' then messaging.wake_automations(array_agg(t.portal_id), array_agg(t.message_id))
                      when 'trigger' then messaging.note_triggers(array_agg(t.portal_id), array_agg(t.message_id))
                      else messaging.give_notice(t.kind, array_agg(t.portal_id), array_agg(t.message_id)) end
    from (
      select distinct n.kind, m.portal_id, case n.kind when 'verify' then m.message_id else m.origin_id end as message_id
        from jsonb_to_recordset(p_moves) v(portal_id uuid, message_id uuid, from_state text, to_state text)
        join messaging.message m on m.portal_id = v.portal_id and m.message_id = v.message_id
        join tenancy.channel c on c.portal_id = m.portal_id and c.channel_id = m.channel_id
        join messaging.message_state s on s.state = v.to_state
        join messaging.message_state k on k.state = c.tick_at
        join messaging.message_state f on f.state = v.from_state
        cross join lateral (
          select 'trouble' as kind where m.direction = 'out' and (
            v.to_state in ('failed', 'unknown', 'expired')
            or v.from_state in ('failed', 'unknown') and s.outcome = 'done')
          union all
          select 'automation' where m.direction = 'out' and m.source in ('robot', 'sms')
          union all
          select 'trigger' where m.direction = 'out' and v.to_state = 'failed'
             or m.direction = 'in' and v.to_state = 'delivered' and m.kind in ('button_reply', 'list_reply')
          union all
          select 'verify' where m.direction = 'in' and v.to_state = 'unknown'
          union all
          select 'tick' where m.direction = 'out' and s.outcome = 'done' and s.rank >= k.rank
             and (f.rank < k.rank or f.outcome <> 'done')
             and not exists (
               select from messaging.message o
                 join messaging.message_state os on os.state = o.state
                where m.parts > 1 and o.parts > 1 and o.portal_id = m.portal_id and o.origin_id = m.origin_id
                  and (os.outcome <> 'done' or os.rank < k.rank))) n) t
   group by t.kind;
end
$$;
comment on function messaging.tell_moves(jsonb) is
  'Internal, batch. Gives the notices (tick, trouble, verify) that moves of messages call for, and wakes automation.';
