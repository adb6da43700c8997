-- Claims notices about channels that are due, each for one minute, with all the teller needs. Telling twice does no
-- harm: the portal replaces a notification that has the same tag. Those that expired, or whose portal cannot be told for
-- ever, are forgotten. For the worker. Locks the claimed rows, passing over locked ones.
create or replace function tenancy.claim_channel_notices(p_limit int default 50)
returns table (
  portal_id uuid, channel_id uuid, user_id text, token bigint, state text, reason text, reason_party text,
  channel_name text, phone text, language text, who_acts text)
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
begin
  delete from tenancy.channel_notice n
   where (n.portal_id, n.channel_id, n.user_id) in (
     select x.portal_id, x.channel_id, x.user_id from tenancy.channel_notice x
      where x.due_at <= v_now and x.expires_at <= v_now
      order by x.due_at limit p_limit for update skip locked);
  return query
    with due as (
      select n.portal_id, n.channel_id, n.user_id
        from tenancy.channel_notice n
        join tenancy.portal p on p.portal_id = n.portal_id and p.state = 'installed'
       where n.due_at <= v_now
       order by n.due_at limit p_limit for update of n skip locked),
    leased as (
      update tenancy.channel_notice n
         set due_at = v_now + interval '1 minute', token = n.token + 1, tries = n.tries + 1
        from due where n.portal_id = due.portal_id and n.channel_id = due.channel_id and n.user_id = due.user_id
      returning n.*)
    select l.portal_id, l.channel_id, l.user_id, l.token, l.state, l.reason,
           case when l.reason in ('portal_uninstalled', 'line_removed') or l.reason = c.check_report ->> 'line' then 'bitrix24'
                when exists (select from trace.error_code e where e.reason = l.reason) then 'ours' else 'gupshup' end,
           c.name, c.phone, p.language, s.who_acts
      from leased l
      join tenancy.channel c on c.portal_id = l.portal_id and c.channel_id = l.channel_id
      join tenancy.portal p on p.portal_id = l.portal_id
      join tenancy.channel_state s on s.state = l.state;
end
$$;
comment on function tenancy.claim_channel_notices(int) is
  'Platform. Claims due notices about channels (attention, active again) for a minute, with all the teller needs.';
grant execute on function tenancy.claim_channel_notices(int) to whatsappb24_worker;
