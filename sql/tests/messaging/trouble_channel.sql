-- requirement: R2.1-b, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.channel() returns text language sql as $$ select concat_ws(' ', state, state_reason) from tenancy.channel $$;

select messaging.trouble_channel(:'portal', :'channel', '1010');
select is(pg_temp.channel(), 'attention 1010', 'a channel that the other side refuses needs attention, and says why');
select messaging.trouble_channel(:'portal', :'channel', '1003');
select is(pg_temp.channel(), 'attention 1010', 'the first reason stands until it is mended');
select is((select count(*) from tenancy.channel_history where event = 'problem'), 1::bigint, 'and the trouble is one');
select tenancy.change_channel(:'portal', :'channel', 'connect');
select messaging.trouble_channel(:'portal', :'channel', '1003');
select is(pg_temp.channel(), 'attention 1003', 'trouble while it is being connected counts as well');
select tenancy.change_channel(:'portal', :'channel', 'suspend');
select messaging.trouble_channel(:'portal', :'channel', '1003');
select is(pg_temp.channel(), 'suspended', 'a channel that is off is left alone');
select lives_ok(format('select messaging.trouble_channel(%L, %L, ''1003'')', :'portal', :'portal'), 'and one that does not exist as well');
select ok(not has_function_privilege('whatsappb24_worker', 'messaging.trouble_channel(uuid, uuid, text)', 'execute'), 'it is no door');
select * from finish();
rollback;
