-- requirement: R2.5-b, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_channel(:'portal') as first \gset
select tests.create_channel(:'other') as second \gset
select set_eq('select distinct channel_id from tenancy.every_connection()', array[:'first'::uuid, :'second'::uuid], 'every channel of every portal');
select results_eq(
  format($$select test, outcome, code, action from tenancy.every_connection() where channel_id = %L$$, :'first'),
  format($$select test, outcome, code, action from tenancy.connection_tests(%L, %L)$$, :'portal', :'first'), 'with the tests that the panel shows, in their order');
select tenancy.change_channel(:'other', :'second', 'disconnect', null, '1');
select tenancy.remove_channel(:'other', :'second', '1', 'keep');
select set_eq('select distinct channel_id from tenancy.every_connection()', array[:'first'::uuid], 'removed ones are gone');
select * from finish();
rollback;
