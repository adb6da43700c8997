-- Judges a channel's connection from what is known of it: a row per test of tenancy.connection_test, in their order.
-- outcome: ok; warn (works, but look at it, or it could not be asked just now); fail (with the one action that mends
-- it); waiting (not known yet, or not to be known before another test is ok). code and detail: the other side's words.
-- Actions: reinstall, open_application, repair, connect, check_line, check_key, check_again, top_up_gupshup,
-- contact_gupshup, write_to_number. p_in_at, p_out_at: the last message of today that was handed over to the portal, and
-- that reached a phone; older ones are the fact round_trip. A wallet that may not be read is judged by what became of
-- the last messages (1003: empty). Locks nothing.
create or replace function tenancy.connection_tests(
  p_portal_id uuid, p_channel_id uuid, p_in_at timestamptz default null, p_out_at timestamptz default null)
returns table (
  place int, test text, party text, outcome text, code text, detail text, at timestamptz, action text)
language sql stable security definer
set search_path = ''
as $$
  with f as materialized (
    select x.fact, x.value, x.failure, x.refreshed_at, x.asked_at
      from tenancy.channel_fact x where x.portal_id = p_portal_id and x.channel_id = p_channel_id),
  k as materialized (
    select c.state, c.state_reason, c.state in ('draft', 'disconnected', 'removed') as is_off,
           p.state as portal_state, p.state_reason as portal_reason, p.installed_at,
           t.updated_at as token_at,
           p.state in ('uninstalled', 'needs_reauth', 'suspended') or t.updated_at is null as is_mute,
           greatest(p_in_at, (r.value ->> 'in_at')::timestamptz) as in_at,
           greatest(p_out_at, (r.value ->> 'out_at')::timestamptz) as out_at,
           (r.value ->> 'unpaid_at')::timestamptz as unpaid_at
      from tenancy.channel c
      join tenancy.portal p on p.portal_id = c.portal_id
      left join lateral (
        select max(o.updated_at) as updated_at from tenancy.portal_token o
         where o.portal_id = c.portal_id and o.broken_at is null and (o.is_admin or o.is_system)) t on true
      left join f r on r.fact = 'round_trip'
     where c.portal_id = p_portal_id and c.channel_id = p_channel_id),
  judged(test, outcome, code, detail, at, action) as (
    select 'install_finished', case when v.code is null then 'ok' else 'fail' end, v.code, null, k.installed_at,
           case when v.code is not null then 'reinstall' end
      from k cross join lateral (
        select case when k.portal_state = 'uninstalled' then 'portal_uninstalled'
                    when k.portal_state = 'installing' or k.installed_at is null then 'portal_state' end as code) v
    union all
    select 'token', case when k.portal_state = 'uninstalled' then 'waiting' when k.is_mute then 'fail' else 'ok' end,
           case when k.portal_state = 'uninstalled' then null when k.portal_state = 'suspended' then coalesce(k.portal_reason, 'portal_state')
                when k.is_mute then 'no_token' end,
           null, k.token_at,
           case when k.portal_state = 'uninstalled' then null when k.portal_state = 'suspended' then 'reinstall'
                when k.is_mute then 'open_application' end
      from k
    union all
    select 'events_bound', v.outcome, case when v.outcome = 'fail' and f.failure is null then 'events_missing' else v.code end,
           coalesce(f.failure ->> 'message', array_to_string(array(select jsonb_array_elements_text(nullif(f.value -> 'missing', '[]'))), ', ')),
           f.asked_at, case v.outcome when 'fail' then 'repair' when 'warn' then 'check_again' end
      from k left join f on f.fact = 'events'
     cross join lateral (
       select case when k.is_off or k.is_mute or f.fact is null then 'waiting' when f.failure ->> 'policy' = 'retry' then 'warn'
                   when f.failure is not null or f.value -> 'missing' <> '[]' then 'fail' else 'ok' end as outcome,
              f.failure ->> 'code' as code) v
    union all
    select 'connector_active', v.outcome, case v.outcome when 'waiting' then null else v.code end, f.failure ->> 'message', f.asked_at,
           case when k.is_off then 'connect' when v.outcome = 'warn' then 'check_again'
                when v.outcome = 'fail' and v.code in ('NOT_ACTIVE_LINE', 'unknown_line', 'line_removed') then 'check_line'
                when v.outcome = 'fail' then 'repair' end
      from k left join f on f.fact = 'line'
     cross join lateral (
       select case when k.is_off or k.is_mute or f.fact is null then 'waiting'
                   when f.failure ->> 'policy' = 'retry' and f.failure ->> 'code' <> 'line_not_connected' then 'warn'
                   when f.failure is not null then 'fail' when f.value -> 'works' = 'false' then 'waiting' else 'ok' end as outcome,
              f.failure ->> 'code' as code) v
    union all
    select 'callback_ours', v.outcome, case v.outcome when 'waiting' then null else f.failure ->> 'code' end, f.failure ->> 'message', f.asked_at,
           case v.outcome when 'warn' then 'check_again' when 'fail' then 'repair' end
      from k left join f on f.fact = 'callback'
     cross join lateral (
       select case when k.is_off or f.fact is null then 'waiting' when f.failure is null then 'ok'
                   when f.failure ->> 'policy' = 'retry' then 'warn' when f.failure ->> 'policy' = 'fix' then 'waiting' else 'fail' end as outcome) v
    union all
    select 'gupshup_app', v.outcome,
           case when v.outcome not in ('fail', 'warn') then null
                when b.failure is not null then b.failure ->> 'code'
                when f.failure ->> 'policy' = 'retry' then f.failure ->> 'code'
                when h.value -> 'healthy' = 'false' then 'app_unhealthy'
                when v.outcome = 'fail' then 'account_restricted' else 'account_limited' end,
           coalesce(b.failure ->> 'message', case when v.outcome = 'warn' then f.failure ->> 'message' end,
             case when v.outcome in ('fail', 'warn') then concat_ws(', ', u.value ->> 'account', u.value ->> 'number', u.value ->> 'can_send', u.value ->> 'error') end),
           coalesce(f.asked_at, b.asked_at),
           case v.outcome
             when 'fail' then case when b.failure ->> 'code' in ('http_401', 'http_403', 'http_404', 'key_unusable', 'key_unreadable')
                                   then 'check_key' else 'contact_gupshup' end
             when 'warn' then case when coalesce(b.failure, f.failure) ->> 'policy' = 'retry' then 'check_again' else 'contact_gupshup' end end
      from k
      left join f on f.fact = 'app'
      left join f b on b.fact = 'callback' and b.failure ->> 'policy' in ('fix', 'retry')
      left join f h on h.fact = 'health'
      left join f u on u.fact = 'account_status'
     cross join lateral (
       select case when k.is_off or f.fact is null and b.fact is null then 'waiting'
                   when b.failure ->> 'policy' = 'fix' then 'fail'
                   when b.failure is not null or f.failure ->> 'policy' = 'retry' then 'warn'
                   when h.value -> 'healthy' = 'false' or u.value ->> 'account' in ('BANNED', 'ACCOUNT_VIOLATION', 'ACCOUNT_DISABLE', 'ACCOUNT_RESTRICTED')
                     or u.value ->> 'can_send' = 'BLOCKED' or u.value ->> 'number' in ('DISCONNECTED', 'RESTRICTED') then 'fail'
                   when u.value ->> 'can_send' = 'LIMITED' or u.value ->> 'number' in ('FLAGGED', 'PENDING') then 'warn'
                   else 'ok' end as outcome) v
    union all
    select 'gupshup_wallet', v.outcome,
           case when v.outcome in ('fail', 'warn') then case when f.failure ->> 'policy' = 'retry' and v.outcome = 'warn' then f.failure ->> 'code' else '1003' end end,
           case when f.failure is null then concat_ws(' ', f.value ->> 'amount', f.value ->> 'currency') else f.failure ->> 'message' end,
           coalesce(f.asked_at, k.unpaid_at),
           case when v.outcome = 'warn' and f.failure ->> 'policy' = 'retry' then 'check_again' when v.outcome in ('fail', 'warn') then 'top_up_gupshup' end
      from k left join f on f.fact = 'wallet'
     cross join lateral (
       select case when k.is_off then 'waiting'
                   when f.fact is not null and f.failure is null then
                     case when (f.value ->> 'amount')::numeric <= 0 then 'fail' when (f.value ->> 'amount')::numeric < 1 then 'warn' else 'ok' end
                   when k.unpaid_at is not null and (k.out_at is null or k.out_at < k.unpaid_at) then 'fail'
                   when f.failure ->> 'policy' = 'retry' then 'warn'
                   when k.out_at is not null then 'ok' else 'waiting' end as outcome) v
    union all
    select 'round_trip', case when k.in_at is not null and k.out_at is not null then 'ok' else 'waiting' end,
           case when k.is_off or k.in_at is not null and k.out_at is not null then null
                when k.in_at is not null then 'no_outbound' when k.out_at is not null then 'no_inbound' else 'no_messages' end,
           null, least(k.in_at, k.out_at),
           case when not k.is_off and (k.in_at is null or k.out_at is null) then 'write_to_number' end
      from k)
  select t.place::int, t.test, t.party, j.outcome, j.code, nullif(j.detail, ''), j.at, j.action
    from tenancy.connection_test t
    join judged j on j.test = t.test
   order by t.place
$$;
comment on function tenancy.connection_tests(uuid, uuid, timestamptz, timestamptz) is
  'Internal. The tests of a channel''s connection, judged from what is known: outcome, code and the one action of each.';
