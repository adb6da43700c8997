-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(billing.statement_length(:'portal', '1'), 0, 'without a wallet there are no lines');
select tests.publish_card('out service * 0.4 0.3 sent', 'out marketing * 0.6 0.3 sent');
select tests.fund(:'portal', 10000000);
select tests.ids(3) as ids \gset
select tests.ids(1) as ad \gset
select tests.held(:'portal', :'channel', :'ids');
select tests.held(:'portal', :'channel', :'ad', '{"category": "marketing"}');
select tests.pass('1 day');
select tests.moved(:'portal', :'ids'::uuid[] || :'ad'::uuid[], 'sent');
select is(billing.statement_length(:'portal', '1'), (select count(*)::int from billing.statement(:'portal', '1')), 'as many as the statement has');
select is(billing.statement_length(:'portal', '1', p_most => 2), 3, 'counted no further than asked');
select is(billing.statement_length(:'portal', '1', p_from => '2026-11-23'), 4, 'of a time');
select is(billing.statement_length(:'portal', '1', p_to => '2026-11-23'), 1, 'up to one');
select is(billing.statement_length(:'portal', '1', p_category => 'marketing'), 1, 'of a category');
select is(tests.refusal(format('select billing.statement_length(%L, %L)', :'portal', '12')), 'WB403 permission', 'for who may read it');
select * from finish();
rollback;
