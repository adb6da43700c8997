-- requirement: R4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.scheduled(:'portal') as payment \gset
select tests.agreed(:'payment') \g /dev/null
select is(billing.cancel_schedule(:'portal', '1', :'payment'), 'active', 'it runs until the provider knows');
select is(tests.schedule(:'payment'), 'active created 00:00:00', 'whom the worker tells at once');
select tests.pass('1 minute');
select billing.cancel_schedule(:'portal', '1', :'payment') \g /dev/null
select is((select row(cancelled_by, cancel_asked_at) from billing.payment_schedule), row('1'::text, tenancy.now() - interval '1 minute'), 'again it changes nothing');
select tests.agreed(:'payment', 'cancelled') \g /dev/null
select is(billing.cancel_schedule(:'portal', '1', :'payment'), 'cancelled', 'what has ended has ended');
select is(tests.schedule(:'payment'), 'cancelled cancelled', 'and nobody is told');
select throws_ok(format($$select billing.cancel_schedule(%L, '1', %L)$$, :'other', :'payment'), 'WB404', null, 'another''s is not known');
select throws_ok(format($$select billing.cancel_schedule(%L, 'stranger', %L)$$, :'portal', :'payment'), 'WB403', null, 'for those who may top up');
select * from finish();
rollback;
