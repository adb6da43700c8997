-- requirement: R4-b, R2.4-c
begin;
select plan(2);
create function pg_temp.fault(p_more jsonb) returns text language sql as $$
  select billing.plan_fault('{"code": "pro", "names": {"es": "Pro", "en": "Pro", "pt": "Pro"}, "price": "1.5", "currency": "USD", "every": "month",
    "features": {"send": true}}'::jsonb || p_more)
$$;
select is_empty($$select m from unnest(array['{}', '{"price": "0.000001"}', '{"price": 12}', '{"trial_days": 365}', '{"grace_days": "27"}', '{"features": {"send": false, "api": true}}',
  '{"included_categories": []}', '{"is_default": false}']::jsonb[]) m where pg_temp.fault(m) is not null$$, 'what is good');
select is_empty($$select m, f, pg_temp.fault(m) from (values ('{"code": "Pro Plus"}'::jsonb, 'code'), ('{"names": {"es": "Pro"}}', 'names'), ('{"names": null}', 'names'),
  ('{"price": "1.0000001"}', 'price'), ('{"price": null}', 'price'), ('{"currency": "usd"}', 'currency'), ('{"every": "week"}', 'every'), ('{"included_messages": -1}', 'included_messages'),
  ('{"included_categories": ["chat"]}', 'included_categories'), ('{"features": {"api": true}}', 'features'), ('{"features": {"send": "yes"}}', 'features'),
  ('{"features": {"send": true, "api": 1}}', 'features'), ('{"trial_days": 366}', 'trial_days'), ('{"grace_days": 28}', 'grace_days'), ('{"tariff": "El Norte"}', 'tariff'),
  ('{"is_default": "yes"}', 'is_default')) t(m, f) where pg_temp.fault(m) is distinct from f$$, 'what is not, by name');
select * from finish();
rollback;
