-- The channels a user may see, each with its state, the one next action and who takes it, and how much waits.
-- For the panel and the SETTING_CONNECTOR page. Locks nothing.
create or replace function tenancy.channels(p_portal_id uuid, p_user_id text)
returns table (
  channel_id uuid, name text, phone text, line_id text, app_name text, state text, state_reason text,
  state_at timestamptz, next_action text, who_acts text, checked_at timestamptz, check_report jsonb,
  waiting_in bigint, waiting_out bigint)
language sql stable security definer
set search_path = ''
as $$
  select c.channel_id, c.name, c.phone, c.line_id, c.app_name, c.state, c.state_reason, c.state_at,
         s.next_action, s.who_acts, c.checked_at, c.check_report,
         coalesce(w.waiting_in, 0)::bigint, coalesce(w.waiting_out, 0)::bigint
    from tenancy.channel c
    join tenancy.channel_state s on s.state = c.state
    left join lateral (
      select sum(l.last_seq - l.done_seq) filter (where l.direction = 'in') as waiting_in,
             sum(l.last_seq - l.done_seq) filter (where l.direction = 'out') as waiting_out
        from messaging.lane l
       where l.portal_id = c.portal_id and l.channel_id = c.channel_id and l.last_seq > l.done_seq) w on true
   where c.portal_id = p_portal_id and c.state <> 'removed'
     and tenancy.allows(p_portal_id, p_user_id, 'channel.view', c.channel_id)
   order by c.created_at, c.channel_id
$$;
comment on function tenancy.channels(uuid, text) is
  'Tenant. The channels this user may see: state, next action, who acts, last check, messages waiting each way.';
grant execute on function tenancy.channels(uuid, text) to whatsappb24_api;
