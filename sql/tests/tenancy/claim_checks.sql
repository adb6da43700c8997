-- requirement: R2.1-b, R2.5-b, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.desired(p_state text) returns text language plpgsql as $$
begin
  update tenancy.channel set state = p_state, check_at = tenancy.now();
  return (select desired from tenancy.claim_checks());
end $$;

select results_eq(
  'select portal_id, channel_id, state, desired, connector, line_id, phone, app_id, key_sealed, secrets_sealed, check_token, portal_state from tenancy.claim_checks()',
  format($$values (%L::uuid, %L::uuid, 'active', 'connected', 'wab24', '1', '5215550001111', 'app-1', '\xaa'::bytea, '\xbb'::bytea, 1::bigint, 'installed')$$, :'portal', :'channel'),
  'a due channel with all that the check needs, its secrets sealed');
select is_empty('select from tenancy.claim_checks()', 'it is given to one worker');
select tests.pass('2 minutes');
select is((select check_token from tenancy.claim_checks()), 2::bigint, 'for two minutes; a worker that died is succeeded');

-- What is desired
select is(pg_temp.desired('connecting'), 'connected', 'a new channel is to be connected');
select is(pg_temp.desired('attention'), 'connected', 'one in trouble too: the trouble may be over');
select is(pg_temp.desired('suspended'), 'connected', 'and a suspended one: what arrives is stored');
select is(pg_temp.desired('disconnected'), 'disconnected', 'a disconnected one is to be taken off');
select is(pg_temp.desired('removed'), 'disconnected', 'so is a removed one whose taking off was still due');

-- A line with a new channel
update tenancy.channel set state = 'disconnected', check_at = tenancy.now();
select tests.create_channel(:'portal', '2', '5215550002222') as newcomer \gset
select is((select line_id from tenancy.claim_checks() where channel_id = :'channel'), '1', 'a line that nobody else serves is let go');
update tenancy.channel set line_id = '1', check_at = tenancy.now();
select results_eq(
  'select channel_id, desired, line_id from tenancy.claim_checks() order by desired',
  format($$values (%L::uuid, 'connected', '1'), (%L, 'disconnected', null)$$, :'newcomer', :'channel'),
  'a line that another channel took over is not torn from it');

-- Whose turn it is
update tenancy.channel set check_at = case channel_id when :'channel' then tenancy.now() - interval '1 minute' else tenancy.now() end;
select results_eq('select channel_id from tenancy.claim_checks(1)', array[:'channel'::uuid], 'the longest due first, no more than asked for');
update tenancy.channel set check_at = 'infinity';
select is_empty('select from tenancy.claim_checks()', 'what is done for good is never due');
select function_privs_are('tenancy', 'claim_checks', array['integer'], 'whatsappb24_api', array[]::text[], 'what changes something outside runs in the worker');
select * from finish();
rollback;
