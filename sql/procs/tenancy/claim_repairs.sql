-- Portals whose comparison with the desired state is due, each leased to this caller for two minutes; one
-- that is under way is never begun a second time, what is asked for meanwhile comes after it.
-- For the worker. Each row carries the desired state: connector with its name (null: the application's) and the lines of channels that shall be connected (a
-- suspended one as well: what arrives is still stored, and its operators are told why nothing leaves).
-- Locks the claimed portal rows, passing over locked ones.
create or replace function tenancy.claim_repairs(p_limit int default 10)
returns table (
  portal_id uuid, member_id text, state text, connector text, connector_name text, language text, repair_token bigint, read_until text,
  lines jsonb)
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
      select p.portal_id from tenancy.portal p
       where p.repair_at <= v_now and p.state in ('installing', 'installed') and coalesce(p.repair_lease_until <= v_now, true)
       order by p.repair_at limit p_limit for update skip locked),
    leased as (
      update tenancy.portal p
         set repair_at = v_now + interval '2 minutes', repair_lease_until = v_now + interval '2 minutes', repair_token = p.repair_token + 1
        from due where p.portal_id = due.portal_id
      returning p.*)
    select l.portal_id, l.member_id, l.state, l.connector, l.connector_name, l.language, l.repair_token, l.read_until,
           coalesce((select jsonb_agg(jsonb_build_object(
                       'channel_id', c.channel_id, 'line_id', c.line_id, 'phone', c.phone, 'name', c.name) order by c.line_id)
                       from tenancy.channel c
                      where c.portal_id = l.portal_id and c.connector = l.connector
                        and c.state in ('connecting', 'active', 'attention', 'suspended', 'paused')), '[]')
      from leased l;
end
$$;
comment on function tenancy.claim_repairs(int) is
  'Platform. Leases portals whose reconciliation is due, with the desired state of each.';
grant execute on function tenancy.claim_repairs(int) to whatsappb24_worker;
