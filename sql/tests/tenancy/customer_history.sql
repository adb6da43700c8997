-- requirement: R4-a, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tenancy.note_users(:'portal', '[{"user_id": "1", "name": "Ana Jefa", "is_admin": true}]');
select customer_id as customer from tenancy.portal where portal_id = :'portal' \gset
select tests.fund(:'portal', 10000000);
select tests.pass('1 second');
select tenancy.change_customer(:'portal', '1', 1, '{"trade_name": "Panadería Norte"}');
select tests.pass('1 second');
select billing.freeze_wallet(:'portal', 'eva', 'disputa');
select is((select string_agg(concat_ws(' ', event, actor, domain, reason), ', ') from tenancy.customer_history(:'customer')),
  'frozen eva p1.example disputa, customer Ana Jefa p1.example, opened staff p1.example', 'who changed what, the newest first');
select is((select detail -> 'after' ->> 'trade_name' from tenancy.customer_history(:'customer') where event = 'customer'), 'Panadería Norte', 'with both sides');
select is((select count(*) from tenancy.customer_history(:'customer', (select change_id from tenancy.customer_history(:'customer', p_limit => 1)))), 2::bigint, 'page by page');
select is(tests.refusal(format('select tenancy.customer_history(%L, p_limit => 1000)', :'customer')), 'WB400 malformed_call', 'of a bearable length');
select * from finish();
rollback;
