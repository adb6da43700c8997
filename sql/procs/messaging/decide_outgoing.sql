-- Decides for each new part whether it may be sent, in the order a person would ask: does the channel send, may
-- this user write, is it paid for, is the 24-hour window open. A template needs no window; it must be approved, of this
-- channel, and filled in: its text, its parameters and its category are put into the row here.
-- Returns the rows with outcome accepted, or refused with the reason and the figures in detail. Locks nothing.
create or replace function messaging.decide_outgoing(p_rows messaging.outgoing[]) returns messaging.outgoing[]
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
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
           billing.entitled(a.portal_id, a.channel_id, 'send') as is_entitled,
           billing.entitled(a.portal_id, a.channel_id, 'templates') as has_templates
      from asked a
      join tenancy.channel c on c.portal_id = a.portal_id and c.channel_id = a.channel_id
      join tenancy.channel_state s on s.state = c.state),
  judged as (
    select r.*, a.channel_state, a.next_action, v.window_until, t as template, f.filled,
           case
             when r.outcome is not null then r.reason
             when a.channel_state in ('draft', 'disconnected') then 'channel_state'
             when not a.may_write then 'permission'
             when not a.is_entitled or r.kind = 'template' and not a.has_templates then 'plan'
             when r.kind = 'template' and t.template_id is null then 'unknown_template'
             when r.kind = 'template' and t.status <> 'approved' then 'template_state'
             when r.kind = 'template' and (f.filled -> 'missing' <> '[]' or f.filled -> 'media' = 'true') then 'template_incomplete'
             when r.kind = 'template' and length(f.filled ->> 'text') > 1024 then 'too_long'
             when r.kind <> 'template' and coalesce(v.window_until <= v_now, true) then 'window'
           end as verdict
      from unnest(p_rows) r
      left join answered a
        on r.outcome is null and a.portal_id = r.portal_id and a.channel_id = r.channel_id and a.author is not distinct from r.author
      left join messaging.conversation v on v.portal_id = r.portal_id and v.conversation_id = r.conversation_id
      left join messaging.template t
        on t.portal_id = r.portal_id and t.channel_id = r.channel_id
       and t.template_id = case when r.outcome is null and r.kind = 'template' then (r.payload -> 'template' ->> 'template_id')::uuid end
     cross join lateral (
       select case when t.template_id is not null then
                messaging.fill_template(t, r.payload -> 'template' -> 'values', r.payload -> 'template' ->> 'media_url') end as filled) f)
  select array_agg(row(
           j.item,
           coalesce(j.outcome, case when j.verdict is null then 'accepted' else 'refused' end),
           j.verdict,
           case j.verdict
             when 'channel_state' then jsonb_build_object('state', j.channel_state, 'next_action', j.next_action)
             when 'permission' then jsonb_build_object('user_id', j.author)
             when 'plan' then jsonb_build_object('state', j.channel_state)
             when 'window' then jsonb_build_object('window_until', j.window_until)
             when 'unknown_template' then jsonb_build_object('template_id', j.payload -> 'template' -> 'template_id')
             when 'template_state' then jsonb_build_object('status', (j.template).status, 'name', (j.template).name, 'said', (j.template).reason)
             when 'template_incomplete' then jsonb_build_object('missing', j.filled -> 'missing', 'media', j.filled -> 'media')
             when 'too_long' then coalesce(j.detail, jsonb_build_object('length', length(j.filled ->> 'text'), 'limit', 1024))
             else j.detail
           end,
           j.portal_id, j.source, j.key, j.part, j.parts, j.channel_id, j.conversation_id, j.author, j.kind,
           case when j.filled is null then j.text
                else concat_ws(E'\n', j.filled ->> 'header', j.filled ->> 'text', j.filled ->> 'footer') end,
           case when (j.template).type in ('IMAGE', 'VIDEO', 'DOCUMENT')
                then jsonb_build_object('url', j.payload -> 'template' -> 'media_url') else j.media end,
           case when j.filled is null then j.payload else j.payload || jsonb_build_object('template', jsonb_build_object(
             'template_id', (j.template).template_id, 'provider_id', (j.template).provider_id, 'name', (j.template).name,
             'language', (j.template).language, 'category', (j.template).category, 'type', (j.template).type,
             'params', j.filled -> 'params')) end, coalesce(j.said_at, v_now), j.raw, j.sort, j.origin_id, j.message_id, j.seq)::messaging.outgoing
           order by j.item, j.part)
    into v_rows
    from judged j;
  return v_rows;
end
$$;
comment on function messaging.decide_outgoing(messaging.outgoing[]) is
  'Internal, batch. Accepts or refuses each part: channel state, permission, entitlement, template, 24-hour window.';
