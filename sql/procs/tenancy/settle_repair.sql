-- Ends a leased reconciliation. Success: the next one in six hours (a few seconds while the installation is not
-- finished); p_failure: again after 2, 4, 8 … seconds, at most ten minutes. p_facts may carry {tier, read_until,
-- installed: bool}: what the portal said of itself. A caller whose lease is over changes nothing.
-- Returns whether it counted. Locks the portal row.
create or replace function tenancy.settle_repair(
  p_portal_id uuid, p_repair_token bigint, p_report jsonb, p_failure text default null, p_facts jsonb default '{}')
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_portal tenancy.portal;
begin
  update tenancy.portal p
     set repair_failures = case when p_failure is null then 0 else p.repair_failures + 1 end,
         repair_at = v_now + case
           when p_failure is not null then least(interval '10 minutes', interval '1 second' * power(2, least(p.repair_failures + 1, 12)))
           when p.state = 'installing' and not coalesce((p_facts ->> 'installed')::boolean, false) then interval '5 seconds'
           else interval '6 hours' end,
         repaired_at = case when p_failure is null then v_now else p.repaired_at end,
         repair_report = p_report || case when p_failure is null then '{}' else jsonb_build_object('failure', p_failure) end,
         tier = coalesce(p_facts ->> 'tier', p.tier),
         read_until = coalesce(p_facts ->> 'read_until', p.read_until)
   where p.portal_id = p_portal_id and p.repair_token = p_repair_token
  returning * into v_portal;
  if not found then
    return false;
  end if;
  if v_portal.state = 'installing' and coalesce((p_facts ->> 'installed')::boolean, false) then
    perform tenancy.finish_install(p_portal_id);
    update tenancy.portal p set repair_at = v_now + interval '6 hours' where p.portal_id = p_portal_id;
  end if;
  return true;
end
$$;
comment on function tenancy.settle_repair(uuid, bigint, jsonb, text, jsonb) is
  'Tenant. Ends a leased reconciliation with its report or its failure; p_facts: tier, read_until, installed as the portal said.';
grant execute on function tenancy.settle_repair(uuid, bigint, jsonb, text, jsonb) to whatsappb24_worker;
