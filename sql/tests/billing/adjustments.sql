-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.fund(:'portal');
select tests.fund(:'other', 1000000, 'stripe:pi:2');
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select adjustment_id as small from billing.adjust(:'portal', 'eva', 5000000, 'cortesía', 'k1') \gset
select tests.pass('1 second');
select adjustment_id as big from billing.adjust(:'portal', 'eva', 200000000, 'compensación', 'k2') \gset
select tests.pass('1 second');
select adjustment_id as elsewhere from billing.adjust(:'other', 'ada', -200000, 'error nuestro', 'k3') \gset
select is((select string_agg(concat_ws(' ', reason, amount, currency, state, proposed_by), ', ') from billing.adjustments('eva')),
  'error nuestro -200000 USD posted ada, compensación 200000000 USD proposed eva, cortesía 5000000 USD posted eva', 'the newest first');
select is((select string_agg(reason, ', ') from billing.adjustments('eva', p_customer_id => :'customer')), 'compensación, cortesía', 'a customer''s alone');
select is((select may from billing.adjustments('eva', 'proposed')), '{reject}', 'whoever asked may take it back');
select is((select may from billing.adjustments('ada', 'proposed')), '{approve,reject}', 'a second person decides');
select billing.decide_adjustment(:'portal', 'ada', :'big', true);
select is((select row(may, decided_by) from billing.adjustments('ada') where adjustment_id = :'big'), row('{}'::text[], 'ada'::text), 'once');
select is((select array_agg(adjustment_id) from billing.adjustments('ada', p_before => :'big', p_limit => 1)), array[:'small']::uuid[], 'page by page');
select is_empty($$select 1 from billing.adjustments('ada', 'proposed')$$, 'nothing waits any more');
select is(tests.refusal($$select billing.adjustments('ada', 'lost')$$), 'WB400 malformed_call', 'in a state that there is');
select * from finish();
rollback;
