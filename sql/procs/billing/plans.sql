-- All plans in all their versions, the newest of each code first, with how many channels have each: what was sold stays
-- what it was. is_offered: new channels may choose it. For the provider's staff (the caller is trusted). price in
-- millionths of currency. Locks nothing.
create or replace function billing.plans()
returns table (
  plan_id uuid, code text, version int, names jsonb, price bigint, currency text, every text, included_messages int,
  included_categories text[], features jsonb, trial_days int, grace_days int, tariff text, is_default boolean, is_offered boolean,
  withdrawn_at timestamptz, created_by text, created_at timestamptz, channels int)
language sql stable security definer
set search_path = ''
as $$
  select p.plan_id, p.code, p.version, p.names, p.price::bigint, p.currency, p.every, p.included_messages, p.included_categories,
         p.features, p.trial_days, p.grace_days, p.tariff, p.is_default and p.withdrawn_at is null, p.withdrawn_at is null,
         p.withdrawn_at, tenancy.actor_name(p.created_by), p.created_at,
         (select count(*)::int from billing.subscription s where s.plan_id = p.plan_id and s.state <> 'cancelled')
    from billing.plan p
   order by p.code, p.version desc
   limit 1000
$$;
comment on function billing.plans() is 'Directory. All plans in all their versions, with how many channels have each.';
grant execute on function billing.plans() to whatsappb24_api;
