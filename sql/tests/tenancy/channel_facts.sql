-- requirement: R2.1-d, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tenancy.keep_facts(:'portal', :'channel', '[{"fact": "wallet", "value": {"amount": "1.5"}}, {"fact": "health", "failure": {"code": "not_offered", "policy": "never"}}]');
select results_eq(
  format('select fact, value, refreshed_at, asked_at, failure ->> ''code'' from tenancy.channel_facts(%L, ''7'', %L)', :'portal', :'channel'),
  $$values ('health', null, null, tenancy.now(), 'not_offered'), ('wallet', '{"amount": "1.5"}'::jsonb, tenancy.now(), tenancy.now(), null)$$,
  'what is known of the number, and why not');
select is(
  tests.refusal(format('select tenancy.channel_facts(%L, null, %L)', :'portal', :'channel')), 'WB403 permission', 'nobody sees nothing');
select is_empty(
  format('select from tenancy.channel_facts(%L, ''1'', %L)', tests.create_portal('b223'), :'channel'), 'another portal sees nothing of it');
select * from finish();
rollback;
