-- requirement: R2.3-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as one \gset
select tests.create_channel(:'one') as first \gset
select tests.create_portal('bbbb') as two \gset
select tests.create_channel(:'two', '2', '573001112222') as second \gset
select tests.billed(:'one', :'first', 'x') \g /dev/null
select tests.pass('25 hours');
select billing.reconcile() \g /dev/null
select tests.billed(:'two', :'second', 'y') \g /dev/null
select tests.pass('25 hours');
select billing.reconcile() \g /dev/null
select results_eq('select portal_id, kind, domain from billing.all_differences()', format($$values (%L::uuid, text 'unknown_message', text 'p1.example'), (%L, 'unknown_message', 'p1.example')$$, :'two', :'one'), 'of every portal, the newest first');
select is((select portal_id from billing.all_differences(p_after => (select difference_id from billing.all_differences(p_limit => 1)))), :'one'::uuid, 'page by page');
select is((select count(*) from billing.all_differences(p_portal_id => :'one')), 1::bigint, 'of one portal');
select is_empty($$select from billing.all_differences(p_kind => 'other_country')$$, 'of a kind');
select is(tests.refusal('select billing.all_differences(p_limit => 0)'), 'WB400 malformed_call', 'a page has lines');
select * from finish();
rollback;
