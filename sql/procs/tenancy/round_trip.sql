-- When a channel's last message was handed over to the portal (in_at), reached a phone (out_at), and failed because
-- Gupshup's wallet is empty (unpaid_at, code 1003), as a fact for tenancy.keep_facts. Goes on from what was found
-- before: reads the portal's messages since a day before that, at most of seven days. Locks nothing.
create or replace function tenancy.round_trip(p_portal_id uuid, p_channel_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_before tenancy.channel_fact;
  v_found record;
begin
  select * into v_before from tenancy.channel_fact f
   where f.portal_id = p_portal_id and f.channel_id = p_channel_id and f.fact = 'round_trip';
  select max(m.state_at) filter (where m.direction = 'in' and m.state = 'delivered') as in_at,
         max(m.state_at) filter (where m.direction = 'out' and m.state in ('delivered', 'read')) as out_at,
         max(m.state_at) filter (where m.direction = 'out' and m.state = 'failed' and m.reason = '1003') as unpaid_at
    into v_found
    from messaging.message m
   where m.portal_id = p_portal_id and m.channel_id = p_channel_id and m.source <> 'mirror'
     and m.message_id >= tenancy.id_floor(
       greatest(v_now - interval '7 days', coalesce(v_before.asked_at, '-infinity') - interval '1 day'));
  return jsonb_build_object('fact', 'round_trip', 'value', jsonb_strip_nulls(jsonb_build_object(
    'in_at', greatest(v_found.in_at, (v_before.value ->> 'in_at')::timestamptz),
    'out_at', greatest(v_found.out_at, (v_before.value ->> 'out_at')::timestamptz),
    'unpaid_at', greatest(v_found.unpaid_at, (v_before.value ->> 'unpaid_at')::timestamptz))));
end
$$;
comment on function tenancy.round_trip(uuid, uuid) is
  'Internal. When a channel''s last messages arrived on either side, and when one was last not paid for, as a fact.';
