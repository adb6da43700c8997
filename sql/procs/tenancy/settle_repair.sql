-- Ends a leased reconciliation. Success: the next one in six hours (a few seconds while the installation is not
-- finished); p_failure: again after 2, 4, 8 … seconds, at most ten minutes. p_facts may carry {tier, read_until,
-- installed: bool}: what the portal said of itself; what we do not understand of it changes nothing. A caller whose
-- lease is over changes nothing; a repair that was asked for while the lease ran stays due.
-- Returns whether it counted. Locks the portal row, then what tenancy.finish_install() locks.
create or replace function tenancy.settle_repair(
  p_portal_id uuid, p_repair_token bigint, p_report jsonb, p_failure text default null, p_facts jsonb default '{}')
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_leased tenancy.portal;
begin
  select * into v_leased from tenancy.portal p
   where p.portal_id = p_portal_id and p.repair_token = p_repair_token for no key update;
  if not found then
    return false;
  end if;
  if v_leased.state = 'installing' and p_facts -> 'installed' = 'true' then
    perform tenancy.finish_install(p_portal_id);
  end if;
  update tenancy.portal p
     set repair_lease_until = null,
         repair_failures = case when p_failure is null then 0 else p.repair_failures + 1 end,
         repair_at = case
           when v_leased.repair_at <= v_now then v_now
           when p_failure is not null
             then v_now + least(interval '10 minutes', interval '1 second' * power(2, least(p.repair_failures + 1, 12)))
           when p.state = 'installing' then v_now + interval '5 seconds'
           else v_now + interval '6 hours' end,
         repaired_at = case when p_failure is null then v_now else p.repaired_at end,
         repair_report = coalesce(p_report, '{}')
           || case when p_failure is null then '{}' else jsonb_build_object('failure', p_failure) end,
         tier = case when p_facts ->> 'tier' in ('standard', 'enterprise') then p_facts ->> 'tier' else p.tier end,
         read_until = coalesce(p_facts ->> 'read_until', p.read_until)
   where p.portal_id = p_portal_id;
  return true;
end
$$;
comment on function tenancy.settle_repair(uuid, bigint, jsonb, text, jsonb) is
  'Tenant. Ends a leased reconciliation with its report or its failure; p_facts: tier, read_until, installed as the portal said.';
grant execute on function tenancy.settle_repair(uuid, bigint, jsonb, text, jsonb) to whatsappb24_worker;
