-- requirement: R2.1-b, R2.5-b, R2.4-c
begin;
select plan(20);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.desired(p_state text) returns text language plpgsql as $$
begin
  update tenancy.channel set state = p_state, check_at = tenancy.now(), check_lease_until = null;
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
select is(pg_temp.desired('paused'), 'connected', 'and a paused one');
select is(pg_temp.desired('disconnected'), 'disconnected', 'a disconnected one is to be taken off');
select is(pg_temp.desired('removed'), 'disconnected', 'so is a removed one whose taking off was still due');

-- Which readings are due
create function pg_temp.due() returns text language plpgsql as $$
begin
  update tenancy.channel set check_at = tenancy.now(), check_lease_until = null;
  return (select array_to_string(readings, ' ') from tenancy.claim_checks());
end $$;
create function pg_temp.read(p_facts text[], p_failure jsonb default null) returns void language sql as $$
  select tenancy.keep_facts(c.portal_id, c.channel_id, (select jsonb_agg(jsonb_build_object('fact', f, 'value', case when p_failure is null then '{}'::jsonb end, 'failure', p_failure)) from unnest(p_facts) f))
    from tenancy.channel c
$$;
select is(pg_temp.due(), 'app health usage waba wallet', 'of a channel that was never read everything is due');
select pg_temp.read(array['app', 'wallet', 'waba_id', 'quality']);
select is(pg_temp.due(), 'health usage', 'what was read just now is not');
select tests.pass('1 minute');
select is(pg_temp.due(), 'app health usage wallet', 'each has its own time');
select pg_temp.read(array['wallet'], '{"code": "not_offered", "policy": "never"}');
select pg_temp.read(array['health'], '{"code": "timeout", "policy": "retry"}');
select tests.pass('10 minutes');
select is(pg_temp.due(), 'app health usage waba', 'what the other side refuses to tell is asked again after a day, a silence soon');
select tests.pass('1 day');
select is(pg_temp.due(), 'app health usage waba wallet', 'then it is asked again');
update tenancy.channel set check_report = '{"shown_name": "Ventas"}', check_at = tenancy.now(), check_lease_until = null;
select is((select shown_name from tenancy.claim_checks()), 'Ventas', 'the check knows which name the portal shows');

-- A line with a new channel
update tenancy.channel set state = 'disconnected', check_at = tenancy.now(), check_lease_until = null;
select tests.create_channel(:'portal', '2', '5215550002222') as newcomer \gset
select is((select line_id from tenancy.claim_checks() where channel_id = :'channel'), '1', 'a line that nobody else serves is let go');
update tenancy.channel set line_id = '1', check_at = tenancy.now(), check_lease_until = null;
select results_eq(
  'select channel_id, desired, line_id from tenancy.claim_checks() order by desired',
  format($$values (%L::uuid, 'connected', '1'), (%L, 'disconnected', null)$$, :'newcomer', :'channel'),
  'a line that another channel took over is not torn from it');

-- Whose turn it is
update tenancy.channel set check_at = case channel_id when :'channel' then tenancy.now() - interval '1 minute' else tenancy.now() end, check_lease_until = null;
select results_eq('select channel_id from tenancy.claim_checks(1)', array[:'channel'::uuid], 'the longest due first, no more than asked for');
update tenancy.channel set check_at = 'infinity';
select is_empty('select from tenancy.claim_checks()', 'what is done for good is never due');
select function_privs_are('tenancy', 'claim_checks', array['integer'], 'whatsappb24_api', array[]::text[], 'what changes something outside runs in the worker');
select * from finish();
rollback;
