-- Sets who issues documents from now on: {legal_name, tax_id_type, tax_id, address, email, web}; issued ones stay as they are. For staff
-- (the caller is trusted); who changed what is kept. Raises WB400 malformed_call. Locks the issuer's row.
create or replace function billing.set_issuer(p_actor text, p_facts jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_before jsonb;
begin
  if coalesce(p_actor, '') = '' or coalesce(jsonb_typeof(p_facts), '') <> 'object' or coalesce(length(p_facts ->> 'legal_name'), 0) not between 1 and 200
     or length(p_facts::text) > 4000 or jsonb_path_exists(p_facts, '$.* ? (@.type() != "string")')
     or exists (select from jsonb_object_keys(p_facts) k where k not in ('legal_name', 'tax_id_type', 'tax_id', 'address', 'email', 'web')) then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_facts"}');
  end if;
  select i.facts into v_before from billing.issuer i where i.issuer = 'main' for update;
  if v_before = p_facts then
    return;
  end if;
  update billing.issuer i set facts = p_facts, changed_by = p_actor, changed_at = v_now where i.issuer = 'main';
  insert into billing.issuer_change (change_id, issuer, actor, before, after, changed_at)
  values (tenancy.new_id(), 'main', p_actor, v_before, p_facts, v_now);
end
$$;
comment on function billing.set_issuer(text, jsonb) is 'Platform. Sets who issues documents from now on; who changed what is kept.';
grant execute on function billing.set_issuer(text, jsonb) to whatsappb24_api;
