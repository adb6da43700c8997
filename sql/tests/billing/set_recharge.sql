-- requirement: R4-c, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.sets(p_portal uuid, p_user text, p_rule text) returns text language sql as $$
  select tests.refusal(format('select billing.set_recharge(%L, %L, %L)', p_portal, p_user, p_rule))
$$;
\set rule '{"is_on": true, "threshold": 500000, "amount": 2000000, "monthly_cap": 9000000, "consent": {"text_version": "2026-11"}}'
select is(pg_temp.sets(:'portal', '1', :'rule'), 'WB404 no_wallet', 'a recharge is of a wallet');
select tests.fund(:'portal', 1000000);
select is(pg_temp.sets(:'portal', '12', :'rule'), 'WB403 permission', 'not everybody orders it');
select is(pg_temp.sets(:'portal', '1', '{"is_on": true, "threshold": 500000, "amount": 2000000, "monthly_cap": 9000000}'), 'WB400 malformed_call', 'nobody is charged without consent');
select is(pg_temp.sets(:'portal', '1', '{"is_on": true, "threshold": 5, "target": 5, "monthly_cap": 9, "consent": {"text_version": "1"}}'), 'WB400 malformed_call', 'a target lies above the threshold');
select is(pg_temp.sets(:'portal', '1', :'rule'), 'accepted', 'an order is taken');
select is((select consent from billing.recharge_rule), jsonb_build_object('user_id', '1', 'at', tenancy.now(), 'text_version', '2026-11', 'rule',
  '{"threshold": 500000, "amount": 2000000, "monthly_cap": 9000000}'::jsonb), 'with who gave it, when, on which text and to what');
select is(pg_temp.sets(:'portal', '1', '{"is_on": true, "threshold": 500000, "amount": 499999, "monthly_cap": 9000000, "consent": {"text_version": "1"}}'), 'WB422 amount_limits', 'what no provider charges is not ordered');
select is(pg_temp.sets(:'portal', '1', '{"is_on": true, "threshold": 500000, "target": 999999, "monthly_cap": 9000000, "consent": {"text_version": "1"}}'), 'WB422 amount_limits', 'nor by a target just above the threshold');
select is(pg_temp.sets(:'portal', '1', '{"is_on": true, "threshold": 5, "amount": 5000000, "monthly_cap": 9000000, "method_id": "x", "consent": {"text_version": "1"}}'), 'WB404 unknown_method', 'it is charged to a saved method');
select is(pg_temp.sets(:'portal', '1', jsonb_build_object('is_on', true, 'threshold', 500000, 'amount', 5000000, 'monthly_cap', 9000000, 'method_id', tests.saved(:'portal'), 'consent', '{"text_version": "1"}'::jsonb)::text), 'accepted', 'of this portal');
select pg_temp.sets(:'portal', '1', '{"is_on": false}');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 900000)));
select is_empty('select from billing.recharge', 'turned off, nothing is recharged');
select * from finish();
rollback;
