-- Keeps what the outside said of a channel: p_facts [{fact, value, failure {code, policy, message}}]. A value replaces
-- the older one; a failure stands beside the older value. An item that names no fact of tenancy.channel_fact, or says
-- neither, is passed over. For settle_check and for events that tell facts. Locks the channel row (whoever
-- changes the channel holds it, too: one order), then the fact rows in the order of their key.
create or replace function tenancy.keep_facts(p_portal_id uuid, p_channel_id uuid, p_facts jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if jsonb_typeof(p_facts) <> 'array' then
    return;
  end if;
  perform 1 from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id for no key update;
  insert into tenancy.channel_fact as f (portal_id, channel_id, fact, value, refreshed_at, asked_at, failure)
  select p_portal_id, p_channel_id, i.fact, i.value, case when i.value is not null then v_now end, v_now, i.failure
    from (
      select distinct on (e.x ->> 'fact') e.x ->> 'fact' as fact, nullif(e.x -> 'value', 'null') as value,
             nullif(e.x -> 'failure', 'null') as failure
        from jsonb_array_elements(p_facts) with ordinality e(x, i)
       where e.x ->> 'fact' in ('events', 'line', 'callback', 'app', 'health', 'wallet', 'waba_id', 'display_name', 'quality',
               'messaging_limit', 'account_status', 'round_trip', 'usage')
         and (nullif(e.x -> 'value', 'null') is not null or nullif(e.x -> 'failure', 'null') is not null)
       order by e.x ->> 'fact', e.i desc) i
   order by i.fact
  on conflict (portal_id, channel_id, fact) do update set
    value = case when excluded.value is null then f.value else excluded.value end,
    refreshed_at = case when excluded.value is null then f.refreshed_at else excluded.refreshed_at end,
    asked_at = excluded.asked_at,
    failure = excluded.failure;
end
$$;
comment on function tenancy.keep_facts(uuid, uuid, jsonb) is
  'Internal. Keeps what the outside said of a channel, or why it could not be asked.';
