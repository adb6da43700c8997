-- Resolves a message whose outcome is unknown: p_verdict arrived (evidence that the other side has it), absent
-- (evidence that it does not: sent again, up to six times; each look for it comes later, messaging.give_notice()), silent
-- (there is nothing to look in, and it stayed silent: sent again, once), resend or drop (a person decided, told of the
-- risk of a duplicate).
-- What the portal has told of itself (an echo of what was shown in its chat) has arrived, whatever its history says.
-- For the worker's verification (p_actor null) and the panel (p_actor needs log.replay on the channel).
-- Returns the message's state. Raises WB404 unknown_message, WB409 not_unknown, WB409 resent_enough, WB403 permission,
-- WB400 malformed_call for another verdict.
-- Locks lane -> message -> charge -> wallet.
create or replace function messaging.resolve_unknown(p_portal_id uuid, p_message_id uuid, p_verdict text, p_actor text default null)
returns text
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
  v_message messaging.message;
  v_moves jsonb;
begin
  if coalesce(p_verdict, '') not in ('arrived', 'absent', 'silent', 'resend', 'drop') then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_verdict'));
  end if;
  select * into v_message from messaging.message m where m.portal_id = p_portal_id and m.message_id = p_message_id;
  if not found then
    perform trace.refuse('unknown_message', jsonb_build_object('message_id', p_message_id));
  end if;
  if p_actor is not null then
    perform tenancy.demand(p_portal_id, p_actor, 'log.replay', v_message.channel_id);
  end if;
  if p_verdict in ('absent', 'silent') and exists (
    select from messaging.mirror r where r.portal_id = p_portal_id and r.mirror_id = p_message_id and r.echoes > 0)
  then
    p_verdict := 'arrived';
  end if;
  perform 1 from messaging.lane l
   where l.portal_id = p_portal_id and l.conversation_id = v_message.conversation_id and l.direction = v_message.direction
     for update;
  select * into v_message from messaging.message m where m.portal_id = p_portal_id and m.message_id = p_message_id for update;
  if v_message.state <> 'unknown' then
    perform trace.refuse('not_unknown', jsonb_build_object('message_id', p_message_id, 'state', v_message.state));
  end if;
  if p_verdict in ('absent', 'silent') and p_actor is null
    and (select count(*) from messaging.attempt a
          where a.portal_id = p_portal_id and a.message_id = p_message_id and a.outcome = 'unknown') > (case p_verdict when 'absent' then 6 else 1 end)
  then
    perform trace.refuse('resent_enough', jsonb_build_object('message_id', p_message_id));
  end if;
  v_moves := messaging.climb_and_leave(array[row(
    1, p_portal_id, v_message.channel_id, p_message_id,
    case p_verdict
      when 'arrived' then case v_message.direction when 'in' then 'delivered' else 'submitted' end
      when 'drop' then 'failed' else 'return' end,
    v_now, case p_verdict when 'drop' then 'dropped' else p_verdict end, null, null,
    jsonb_strip_nulls(jsonb_build_object('verdict', p_verdict, 'actor', coalesce(p_actor, 'worker'))), null, 1)::messaging.evidence]);
  if p_verdict in ('absent', 'silent', 'resend') then
    perform messaging.enqueue(v_message.direction, array[p_portal_id], array[v_message.conversation_id],
      array[v_message.channel_id], array[p_message_id]);
  end if;
  perform messaging.charge_moves(v_moves);
  select m.state into v_message.state from messaging.message m where m.portal_id = p_portal_id and m.message_id = p_message_id;
  return v_message.state;
end
$$;
comment on function messaging.resolve_unknown(uuid, uuid, text, text) is
  'Tenant. Resolves an unknown message: arrived, absent or silent (sent again, a few times or once), or a person''s resend or drop; returns its state.';
grant execute on function messaging.resolve_unknown(uuid, uuid, text, text) to whatsappb24_api, whatsappb24_worker;
