-- Offers a plan no longer. Who has it keeps it. The default plan stays: name another one first.
-- For the provider's staff (the caller is trusted). Raises WB404 unknown_plan, WB409 default_plan.
create or replace function billing.withdraw_plan(p_actor text, p_code text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_plan billing.plan;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.plan', 0));
  select * into v_plan from billing.plan p where p.code = p_code and p.withdrawn_at is null;
  if not found then
    perform trace.refuse('unknown_plan', jsonb_build_object('code', p_code));
  elsif v_plan.is_default then
    perform trace.refuse('default_plan', jsonb_build_object('code', p_code));
  end if;
  update billing.plan p set withdrawn_at = v_now where p.plan_id = v_plan.plan_id;
end
$$;
comment on function billing.withdraw_plan(text, text) is 'Directory. Offers a plan no longer; who has it keeps it.';
grant execute on function billing.withdraw_plan(text, text) to whatsappb24_api;
