-- requirement: R2.5-b, R2.1-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select check_token as lease from tenancy.claim_checks() \gset

select is(tenancy.request_check(:'portal', :'channel', '7'), 'active', 'whoever sees a channel may ask for its connection test');
select tests.pass('1 second');
select is_empty('select from tenancy.claim_checks()', 'while one is under way no other begins beside it');
select tenancy.settle_check(:'portal', :'channel', :lease, '{}');
select set_eq('select channel_id from tenancy.claim_checks()', array[:'channel'::uuid], 'and it does not answer for what was asked for meanwhile: another follows at once');
select tenancy.note_users(:'portal', '[{"user_id": "7", "is_active": false}]');
select is(
  tests.refusal(format('select tenancy.request_check(%L, %L, ''7'')', :'portal', :'channel')), 'WB403 permission', 'a dismissed user asks for nothing');
select is(
  tests.refusal(format('select tenancy.request_check(%L, gen_random_uuid(), ''1'')', :'portal')), 'WB404 unknown_channel', 'an unknown channel is refused');
select is(
  tests.refusal(format('select tenancy.request_check(%L, %L, ''1'')', tests.create_portal('b223'), :'channel')), 'WB404 unknown_channel',
  'and so is another portal''s');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select is(tenancy.request_check(:'portal', :'channel', '1'), 'disconnected', 'a disconnected channel can be tested');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select is(
  tests.refusal(format('select tenancy.request_check(%L, %L, ''1'')', :'portal', :'channel')), 'WB404 unknown_channel', 'a removed one is gone');
select * from finish();
rollback;
