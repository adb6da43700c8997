-- The first field of a plan that is not as billing.publish_plan() describes it; null: none. Locks nothing.
create or replace function billing.plan_fault(p_facts jsonb) returns text
language sql stable
set search_path = ''
as $$
  select f.name
    from (values
      (1, 'code', p_facts ->> 'code' ~ '^[a-z][a-z0-9_]{0,39}$'),
      (2, 'names', length(p_facts -> 'names' ->> 'es') between 1 and 60 and length(p_facts -> 'names' ->> 'en') between 1 and 60
                   and length(p_facts -> 'names' ->> 'pt') between 1 and 60),
      (3, 'price', p_facts ->> 'price' ~ '^\d{1,9}(\.\d{1,6})?$'),
      (4, 'currency', exists (select from billing.currency c where c.currency = p_facts ->> 'currency')),
      (5, 'every', p_facts ->> 'every' in ('month', 'year')),
      (6, 'included_messages', coalesce(p_facts ->> 'included_messages', '0') ~ '^\d{1,9}$'),
      (7, 'included_categories', p_facts -> 'included_categories' is null or jsonb_typeof(p_facts -> 'included_categories') = 'array'
            and p_facts -> 'included_categories' <@ '["service", "utility", "authentication", "marketing", "marketing_lite"]'),
      (8, 'features', jsonb_typeof(p_facts -> 'features' -> 'send') = 'boolean'
            and not jsonb_path_exists(p_facts, '$.features.* ? (@.type() != "boolean")')),
      (9, 'trial_days', coalesce(p_facts ->> 'trial_days', '0') ~ '^\d{1,3}$' and coalesce((p_facts ->> 'trial_days')::numeric, 0) <= 365),
      (10, 'grace_days', coalesce(p_facts ->> 'grace_days', '0') ~ '^\d{1,2}$' and coalesce((p_facts ->> 'grace_days')::numeric, 0) <= 27),
      (11, 'tariff', coalesce(p_facts ->> 'tariff', 'default') ~ '^[a-z][a-z0-9_]{0,39}$'),
      (12, 'is_default', coalesce(p_facts ->> 'is_default', 'true') in ('true', 'false'))) f(rank, name, is_good)
   where f.is_good is not true
   order by f.rank
   limit 1
$$;
comment on function billing.plan_fault(jsonb) is 'Internal. The first field of a plan that is not as it should be.';
