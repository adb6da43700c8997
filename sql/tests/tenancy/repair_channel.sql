-- requirement: R2.1-b, R2.5-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
update tenancy.channel set check_at = 'infinity';
update tenancy.portal set repair_at = tenancy.now() + interval '6 hours';

select is(tenancy.repair_channel(:'portal', :'channel', '1'), 'active', 'a channel that works stays as it is');
select is((select check_at from tenancy.channel), tenancy.now(), 'and is compared with the outside');
select is((select repair_at from tenancy.portal), tenancy.now(), 'as is its portal: connector, events, lines');
select tenancy.change_channel(:'portal', :'channel', 'problem', '131031');
select is(tenancy.repair_channel(:'portal', :'channel', '1'), 'connecting', 'one that needs attention is connected again');
select is(
  tests.refusal(format('select tenancy.repair_channel(%L, %L, ''7'')', :'portal', :'channel')), 'WB403 permission', 'an agent repairs nothing');
select is(
  tests.refusal(format('select tenancy.repair_channel(%L, gen_random_uuid(), ''1'')', :'portal')), 'WB404 unknown_channel', 'an unknown one is refused');
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select is(
  tests.refusal_detail(format('select tenancy.repair_channel(%L, %L, ''1'')', :'portal', :'channel')) ->> 'next_action',
  'connect', 'one that is off is connected, not repaired');
select tenancy.remove_channel(:'portal', :'channel', '1', 'keep');
select is(
  tests.refusal(format('select tenancy.repair_channel(%L, %L, ''1'')', :'portal', :'channel')), 'WB404 unknown_channel', 'and a removed one is gone');
select * from finish();
rollback;
