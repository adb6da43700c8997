-- Channels whose comparison with the outside is due, each leased to this caller for two minutes, with everything
-- the check needs: what is desired (connected or not), the Gupshup app, its sealed key and webhook secrets, the
-- line, the name that the portal shows for it, and which readings of it are due (tenancy.reading says how often each may
-- be asked). One that is under way is never begun a second time: what is asked for meanwhile comes after it
-- (tenancy.settle_check). A channel that is off has no line_id where another channel serves that line now: it must be left alone.
-- For the worker. Locks the claimed channel rows, passing over locked ones.
create or replace function tenancy.claim_checks(p_limit int default 20)
returns table (
  portal_id uuid, channel_id uuid, state text, desired text, connector text, line_id text, name text, phone text,
  app_id text, app_name text, key_sealed bytea, secrets_sealed bytea, check_token bigint, portal_state text,
  shown_name text, readings text[])
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
  return query
    with due as (
      select c.portal_id, c.channel_id from tenancy.channel c
       where c.check_at <= v_now and c.check_at < 'infinity' and coalesce(c.check_lease_until <= v_now, true)
       order by c.check_at limit p_limit for update skip locked),
    leased as (
      update tenancy.channel c
         set check_at = v_now + interval '2 minutes', check_lease_until = v_now + interval '2 minutes', check_token = c.check_token + 1
        from due where c.portal_id = due.portal_id and c.channel_id = due.channel_id
      returning c.*)
    select l.portal_id, l.channel_id, l.state,
           case when l.state in ('connecting', 'active', 'attention', 'suspended', 'paused') then 'connected' else 'disconnected' end,
           l.connector,
           case when not exists (
             select from tenancy.channel o
              where o.portal_id = l.portal_id and o.connector = l.connector and o.line_id = l.line_id
                and o.channel_id <> l.channel_id and o.state not in ('disconnected', 'removed')) then l.line_id end,
           l.name, l.phone, l.app_id, l.app_name, l.key_sealed, l.secrets_sealed, l.check_token,
           p.state, l.check_report ->> 'shown_name',
           array(
             select r.reading from tenancy.reading r
              where not exists (
                select from tenancy.channel_fact f
                 where f.portal_id = l.portal_id and f.channel_id = l.channel_id and f.fact = any (r.facts)
                   and f.asked_at > v_now - case when f.failure is null or f.failure ->> 'policy' = 'retry' then r.every else r.refused_for end)
              order by r.reading)
      from leased l
      join tenancy.portal p on p.portal_id = l.portal_id;
end
$$;
comment on function tenancy.claim_checks(int) is
  'Platform. Leases channels whose subscription and line are due to be compared with what is desired.';
grant execute on function tenancy.claim_checks(int) to whatsappb24_worker;
