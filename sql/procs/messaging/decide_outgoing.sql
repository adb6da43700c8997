-- Decides for each new part whether it may be sent, in the order a person would ask: does the channel send, may
-- this user write, is it paid for, is the 24-hour window open. Free text only; templates have no window.
-- Returns the rows with outcome accepted, or refused with the reason and the figures in detail. Locks nothing.
create or replace function messaging.decide_outgoing(p_rows messaging.outgoing[]) returns messaging.outgoing[]
language plpgsql stable
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows messaging.outgoing[];
begin
  with asked as materialized (
    select distinct r.portal_id, r.channel_id, r.author from unnest(p_rows) r where r.outcome is null),
  answered as materialized (
    select a.*, c.state as channel_state, s.next_action,
           tenancy.allows(a.portal_id, a.author, 'conversation.write.own', a.channel_id)
             or tenancy.allows(a.portal_id, a.author, 'conversation.write.all', a.channel_id) as may_write,
           billing.entitled(a.portal_id, a.channel_id, 'send') as is_entitled
      from asked a
      join tenancy.channel c on c.portal_id = a.portal_id and c.channel_id = a.channel_id
      join tenancy.channel_state s on s.state = c.state),
  judged as (
    select r.*, a.channel_state, a.next_action, v.window_until,
           case
             when r.outcome is not null then r.reason
             when a.channel_state in ('draft', 'disconnected') then 'channel_state'
             when not a.may_write then 'permission'
             when not a.is_entitled then 'plan'
             when r.kind <> 'template' and coalesce(v.window_until <= v_now, true) then 'window'
           end as verdict
      from unnest(p_rows) r
      left join answered a
        on r.outcome is null and a.portal_id = r.portal_id and a.channel_id = r.channel_id and a.author is not distinct from r.author
      left join messaging.conversation v on v.portal_id = r.portal_id and v.conversation_id = r.conversation_id)
  select array_agg(row(
           j.item,
           coalesce(j.outcome, case when j.verdict is null then 'accepted' else 'refused' end),
           j.verdict,
           case j.verdict
             when 'channel_state' then jsonb_build_object('state', j.channel_state, 'next_action', j.next_action)
             when 'permission' then jsonb_build_object('user_id', j.author)
             when 'plan' then jsonb_build_object('state', j.channel_state)
             when 'window' then jsonb_build_object('window_until', j.window_until)
             else j.detail
           end,
           j.portal_id, j.source, j.key, j.part, j.parts, j.channel_id, j.conversation_id, j.author, j.kind, j.text, j.media,
           j.payload, coalesce(j.said_at, v_now), j.raw, j.sort, j.origin_id, j.message_id, j.seq)::messaging.outgoing
           order by j.item, j.part)
    into v_rows
    from judged j;
  return v_rows;
end
$$;
comment on function messaging.decide_outgoing(messaging.outgoing[]) is
  'Internal, batch. Accepts or refuses each part: channel state, permission, entitlement, 24-hour window.';
