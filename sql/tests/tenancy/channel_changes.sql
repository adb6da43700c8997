-- requirement: R1, R2.1-b, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.pass('1 minute');
select tenancy.change_channel(:'portal', :'channel', 'pause', 'holidays', '1');
select set_eq(
  format('select at, event, from_state, to_state, reason, actor, actor_name from tenancy.channel_changes(%L, ''7'', %L)', :'portal', :'channel'),
  $$values (tenancy.now(), 'pause', 'active', 'paused', 'holidays', '1', 'Ana Admin'),
           (tenancy.now() - interval '1 minute', 'connected', 'connecting', 'active', null, 'system', null),
           (tenancy.now() - interval '1 minute', 'connect', 'draft', 'connecting', null, '1', 'Ana Admin')$$,
  'every change, with who did it');
select is((select event from tenancy.channel_changes(:'portal', '1', :'channel', 1)), 'pause', 'the newest first, no more than asked for');
select is(
  tests.refusal(format('select tenancy.channel_changes(%L, null, %L)', :'portal', :'channel')), 'WB403 permission', 'nobody sees nothing');
select is_empty(
  format('select from tenancy.channel_changes(%L, ''1'', %L)', tests.create_portal('b223'), :'channel'), 'another portal sees nothing of it');
select * from finish();
rollback;
