-- The channels a user may see, oldest first, or the one of p_channel_id: each with its state, the one next action and
-- who takes it, whose word the state's reason is (reason_party: ours, bitrix24, gupshup), its connection tests as last
-- found (a JSON array of the rows of tenancy.connection_tests), what waits each way, what was said since the portal's
-- midnight, and what this user may do with it (may).
-- For the panel and the SETTING_CONNECTOR page. Locks nothing. Reads the portal's messages of today once.
create or replace function tenancy.channels(p_portal_id uuid, p_user_id text, p_channel_id uuid default null)
returns table (
  channel_id uuid, name text, phone text, line_id text, app_id text, app_name text, state text, state_reason text,
  reason_party text, state_at timestamptz, next_action text, who_acts text, sends boolean, receives boolean, tick_at text,
  checked_at timestamptz, check_report jsonb, tests jsonb, waiting_in bigint, waiting_out bigint, today_in bigint,
  today_out bigint, today_failed bigint, may text[])
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_midnight timestamptz;
begin
  select date_trunc('day', v_now, p.time_zone) into v_midnight from tenancy.portal p where p.portal_id = p_portal_id;
  return query
    with mine as materialized (
      select c.*, y.may
        from tenancy.channel c
       cross join lateral (select tenancy.permissions_of(p_portal_id, p_user_id, c.channel_id) as may) y
       where c.portal_id = p_portal_id and c.state <> 'removed' and (p_channel_id is null or c.channel_id = p_channel_id)
         and 'channel.view' = any (y.may)),
    today as materialized (
      select m.channel_id, count(*) filter (where m.direction = 'in') as said_in,
             count(*) filter (where m.direction = 'out' and s.outcome <> 'failed' and s.outcome <> 'refused' and s.outcome <> 'expired') as said_out,
             count(*) filter (where s.outcome in ('failed', 'refused', 'expired')) as failed,
             max(m.state_at) filter (where m.direction = 'in' and m.state = 'delivered') as in_at,
             max(m.state_at) filter (where m.direction = 'out' and m.state in ('delivered', 'read')) as out_at
        from messaging.message m
        join messaging.message_state s on s.state = m.state
       where m.portal_id = p_portal_id and m.message_id >= tenancy.id_floor(v_midnight) and m.source <> 'mirror'
       group by m.channel_id)
    select c.channel_id, c.name, c.phone, c.line_id, c.app_id, c.app_name, c.state, c.state_reason,
           case when c.state_reason in ('portal_uninstalled', 'line_removed') or c.state_reason = c.check_report ->> 'line' then 'bitrix24'
                when exists (select from trace.error_code e where e.reason = c.state_reason) then 'ours'
                when c.state_reason is not null then 'gupshup' end,
           c.state_at, s.next_action, s.who_acts, s.sends, s.receives, c.tick_at, c.checked_at, c.check_report,
           (select jsonb_agg(to_jsonb(t) order by t.place) from tenancy.connection_tests(p_portal_id, c.channel_id, d.in_at, d.out_at) t),
           coalesce(w.waiting_in, 0)::bigint, coalesce(w.waiting_out, 0)::bigint,
           coalesce(d.said_in, 0), coalesce(d.said_out, 0), coalesce(d.failed, 0), c.may
      from mine c
      join tenancy.channel_state s on s.state = c.state
      left join today d on d.channel_id = c.channel_id
      left join lateral (
        select sum(l.last_seq - l.done_seq) filter (where l.direction = 'in') as waiting_in,
               sum(l.last_seq - l.done_seq) filter (where l.direction = 'out') as waiting_out
          from messaging.lane l
         where l.portal_id = c.portal_id and l.channel_id = c.channel_id and l.last_seq > l.done_seq) w on true
     order by c.created_at, c.channel_id;
end
$$;
comment on function tenancy.channels(uuid, text, uuid) is
  'Tenant. The channels this user may see (or one): state, next action, tests, what waits, what was said today, what he may do.';
grant execute on function tenancy.channels(uuid, text, uuid) to whatsappb24_api;
