-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 10000000);
select tests.saved(:'portal');
select tests.recharge(:'portal') as recharge \gset
select payment_id as payment from billing.open_recharge(:'portal', :'recharge', true) \gset
select is(billing.end_attempt(:'portal', :'payment', 'lose', null), 'unknown', 'an unknown outcome');
select is((select state from billing.recharge), 'open', 'keeps the recharge open');
select is(billing.end_attempt(:'portal', :'payment', 'expire', 'sca'), 'expired', 'one that expired');
select is((select row(r.state, r.detail ->> 'code', u.failures) from billing.recharge r join billing.recharge_rule u using (portal_id)), row('declined'::text, 'sca'::text, 1), 'counts as declined');
select tests.pass('1 hour');
select tests.fund(:'portal', 5000000, 'k2');
select tests.recharge(:'portal') as recharge \gset
select payment_id as payment from billing.open_recharge(:'portal', :'recharge', true) \gset
select is(billing.end_attempt(:'portal', :'payment', 'fail', 'not_charged'), 'failed', 'a failure of ours');
select is((select row(r.state, u.failures) from billing.recharge r join billing.recharge_rule u using (portal_id) where r.recharge_id = :'recharge'), row('failed'::text, 0), 'does not');
select * from finish();
rollback;
