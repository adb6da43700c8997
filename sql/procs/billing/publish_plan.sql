-- Publishes a plan, or a new version of one: from now on it is what is offered under its code. Nobody who has an older
-- version is moved. For the provider's staff (the caller is trusted). p_facts: {code, names {es, en, pt}, price (units
-- of the currency, at most six decimals), currency, every (month, year), included_messages (0), included_categories
-- (["service"]), features {feature: true or false; send must be named}, trial_days (0), grace_days (0, at most 27),
-- tariff ("default"), is_default (as the version before)}. Returns the version's id.
-- Raises WB400 malformed_item with the field. One publisher at a time.
create or replace function billing.publish_plan(p_actor text, p_facts jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
  v_field text := billing.plan_fault(p_facts);
  v_before billing.plan;
  v_is_default boolean;
begin
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  perform pg_advisory_xact_lock(hashtextextended('billing.plan', 0));
  select * into v_before from billing.plan p where p.code = p_facts ->> 'code' order by p.version desc limit 1;
  v_is_default := coalesce((p_facts ->> 'is_default')::boolean, v_before.is_default and v_before.withdrawn_at is null, false);
  update billing.plan p set withdrawn_at = v_now
   where p.withdrawn_at is null and p.code = p_facts ->> 'code';
  update billing.plan p set is_default = false
   where v_is_default and p.is_default and p.withdrawn_at is null;
  insert into billing.plan (
    plan_id, code, version, names, price, currency, every, included_messages, included_categories, features, trial_days,
    grace_days, tariff, is_default, created_by, created_at)
  values (
    v_id, p_facts ->> 'code', coalesce(v_before.version, 0) + 1, p_facts -> 'names',
    ((p_facts ->> 'price')::numeric * 1000000)::bigint, p_facts ->> 'currency', p_facts ->> 'every',
    coalesce((p_facts ->> 'included_messages')::int, 0),
    coalesce((select array_agg(c) from jsonb_array_elements_text(p_facts -> 'included_categories') c), '{service}'),
    p_facts -> 'features', coalesce((p_facts ->> 'trial_days')::int, 0), coalesce((p_facts ->> 'grace_days')::int, 0),
    coalesce(p_facts ->> 'tariff', 'default'), v_is_default, p_actor, v_now);
  return v_id;
end
$$;
comment on function billing.publish_plan(text, jsonb) is
  'Directory. Publishes a plan or a new version of one; who has an older version keeps it.';
grant execute on function billing.publish_plan(text, jsonb) to whatsappb24_api;
