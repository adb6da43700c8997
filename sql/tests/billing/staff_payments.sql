-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
select tests.create_portal('other') as other \gset
select tests.pass('1 minute');
select tests.opened(:'other', '{"key": "o"}') as theirs \gset
select is((select array_agg(payment_id) from billing.staff_payments()), array[:'theirs', :'payment']::uuid[], 'of all portals, the newest first');
select is((select array_agg(payment_id) from billing.staff_payments(:'portal')), array[:'payment']::uuid[], 'or of one');
select is((select array_agg(payment_id) from billing.staff_payments(p_state => 'created')), array[:'theirs']::uuid[], 'or in a state');
select is((select array_agg(payment_id) from billing.staff_payments(p_before => :'theirs')), array[:'payment']::uuid[], 'page by page');
select * from finish();
rollback;
