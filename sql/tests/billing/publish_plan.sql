-- requirement: R4-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select is((select row(code, version, price::bigint, is_default) from billing.plan), row('basic'::text, 1, 0::bigint, true), 'a free plan is there from the beginning');
select tests.publish_plan('pro', '19.90', '{"included_messages": 500, "included_categories": ["service", "utility"], "trial_days": 7, "tariff": "norte"}') as first \gset
select is((select row(version, price::bigint, currency, every, included_messages, included_categories, trial_days, grace_days, tariff, is_default) from billing.plan where plan_id = :'first'),
  row(1, 19900000::bigint, 'USD'::text, 'month'::text, 500, '{service,utility}'::text[], 7, 5, 'norte'::text, false), 'a plan with all it says');
select tests.publish_plan('pro', '25') as second \gset
select results_eq($$select version, price::bigint, withdrawn_at is null from billing.plan where code = 'pro' order by version$$,
  $$values (1, 19900000::bigint, false), (2, 25000000, true)$$, 'a new version is offered in the place of the old one, which stays as it was');
select tests.publish_plan('starter', '5', '{"is_default": true}');
select is((select string_agg(code, ' ') from billing.plan where is_default and withdrawn_at is null), 'starter', 'there is one default plan');
select tests.publish_plan('starter', '6');
select is((select string_agg(code || version, ' ') from billing.plan where is_default and withdrawn_at is null), 'starter2', 'whose next version is the default as well');
select is(tests.refusal_detail($$select tests.publish_plan('pro', '-1')$$) ->> 'field', 'price', 'a price below nothing is refused');
select is(tests.refusal($$select tests.publish_plan('pro', '1', '{"currency": "pesos"}')$$), 'WB400 malformed_item', 'so is what is no currency');
select is(tests.refusal($$select tests.publish_plan('pro', '1', '{"every": "week"}')$$), 'WB400 malformed_item', 'and another interval');
select is((select max(version) from billing.plan where code = 'pro'), 2, 'and nothing of it stays');
select * from finish();
rollback;
