-- The version of a plan that a portal gets when it asks for a code (null: the default plan).
-- Raises WB404 unknown_plan where nothing of that code is on offer, or only in another currency. Locks nothing.
create or replace function billing.choose_plan(p_portal_id uuid, p_code text) returns billing.plan
language plpgsql stable
set search_path = ''
as $$
declare
  v_plan billing.plan;
begin
  select * into v_plan
    from billing.plan p
   where p.withdrawn_at is null and case when p_code is null then p.is_default else p.code = p_code end
     and (p.price = 0 or p.currency = billing.currency_of(p_portal_id));
  if not found then
    perform trace.refuse('unknown_plan', jsonb_build_object('code', p_code));
  end if;
  return v_plan;
end
$$;
comment on function billing.choose_plan(uuid, text) is 'Internal. The plan on offer under a code (null: the default one).';
