-- requirement: R2.1-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset

select lives_ok(
  format('select tenancy.demand(%L, ''1'', ''channel.configure'', %L)', :'portal', :'channel'), 'what is allowed passes in silence');
select throws_ok(
  format('select tenancy.demand(%L, ''7'', ''channel.configure'', %L)', :'portal', :'channel'),
  'WB403', 'This user may not do that.', 'what is not is refused');
select is(
  tests.refusal_detail(format('select tenancy.demand(%L, ''7'', ''channel.configure'', %L)', :'portal', :'channel')) - 'message',
  jsonb_build_object('sqlstate', 'WB403', 'reason', 'permission', 'user_id', '7', 'permission', 'channel.configure', 'channel_id', :'channel'),
  'and the detail says who may not do what, where');
select is(
  tests.refusal(format('select tenancy.demand(%L, null, ''billing.topup'')', :'portal')), 'WB403 permission', 'nobody is not everybody');
select * from finish();
rollback;
