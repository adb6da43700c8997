-- The plans that a portal may choose: those on offer in its customer's currency, and free ones of any.
-- For the panel. Needs billing.view (raises WB403 permission). price in millionths of currency. Locks nothing.
create or replace function billing.offered_plans(p_portal_id uuid, p_user_id text)
returns table (
  code text, version int, names jsonb, price billing.micros, currency text, every text, included_messages int,
  included_categories text[], features jsonb, trial_days int, grace_days int, is_default boolean)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select p.code, p.version, p.names, p.price, p.currency, p.every, p.included_messages, p.included_categories, p.features,
           p.trial_days, p.grace_days, p.is_default
      from billing.plan p
     where p.withdrawn_at is null and (p.price = 0 or p.currency = billing.currency_of(p_portal_id))
     order by p.price, p.code;
end
$$;
comment on function billing.offered_plans(uuid, text) is 'Tenant. The plans that this portal may choose.';
grant execute on function billing.offered_plans(uuid, text) to whatsappb24_api;
