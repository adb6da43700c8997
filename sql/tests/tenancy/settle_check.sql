-- requirement: R2.1-b, R2.5-b, R2.4-c
begin;
select plan(27);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.leased() returns bigint language sql as $$ select check_token from tenancy.claim_checks() $$;
create function pg_temp.waits() returns interval language sql as $$ select check_at - tenancy.now() from tenancy.channel $$;
create function pg_temp.checked(p_failure jsonb default null) returns text language sql as $$
  select tenancy.settle_check(c.portal_id, c.channel_id, c.check_token, '{"line": "ok"}', p_failure)
    from tenancy.claim_checks() c
$$;
update tenancy.channel set state = 'connecting';

-- In place
select is(pg_temp.checked(), 'active', 'a channel that is in place becomes active');
select is(
  (select row(checked_at, check_failures, check_report) from tenancy.channel), row(tenancy.now(), 0, '{"line": "ok"}'::jsonb), 'with the report of the check');
select is(pg_temp.waits(), interval '6 hours', 'and is looked at again in six hours');

-- What the outside told
select tests.pass('6 hours');
select tenancy.settle_check(c.portal_id, c.channel_id, c.check_token,
    '{"line": "ok", "facts": [{"fact": "quality", "value": {"text": "GREEN"}}, {"fact": "wallet", "failure": {"code": "not_offered", "policy": "never"}}]}')
  from tenancy.claim_checks() c;
select results_eq(
  $$select fact, value, failure ->> 'code' from tenancy.channel_fact order by fact$$,
  $$values ('quality', '{"text": "GREEN"}'::jsonb, null), ('round_trip', '{}', null), ('wallet', null, 'not_offered')$$,
  'its facts are kept, and how far messages came');
select is((select check_report from tenancy.channel), '{"line": "ok"}', 'not in the report as well');
select is((select state from tenancy.channel), 'active', 'what could not be read of the number is no trouble of the channel');
select tests.pass('1 second');
select check_token as older_lease from tenancy.channel \gset
select tenancy.settle_check(:'portal', :'channel', :older_lease - 1, '{"facts": [{"fact": "quality", "value": {"text": "RED"}}]}');
select is((select value ->> 'text' from tenancy.channel_fact where fact = 'quality'), 'GREEN', 'who lost the lease tells nothing');
update tenancy.channel set check_at = tenancy.now() + interval '6 hours';

-- Disturbances
select tests.pass('6 hours');
select is(pg_temp.checked('{"code": "http_503", "policy": "retry"}'), 'active', 'a disturbance does not change an active channel');
select is(pg_temp.waits(), interval '2 seconds', 'it is looked at again soon');
select tests.pass('2 seconds');
select is(pg_temp.checked('{"code": "http_503", "policy": "retry"}'), 'active', 'and again');
select is(pg_temp.waits(), interval '4 seconds', 'more slowly each time, at most ten minutes apart');

-- What a person must mend
select tests.pass('4 seconds');
select is(pg_temp.checked('{"code": "401", "policy": "fix", "message": "Invalid key"}'), 'attention', 'a failure that a person must mend is shown');
select is(
  (select row(state_reason, check_report -> 'failure' ->> 'message') from tenancy.channel), row('401'::text, 'Invalid key'::text), 'with its code and the other side''s words');
select tests.pass('10 minutes');
select is(pg_temp.checked('{"code": "http_503", "policy": "retry"}'), 'attention', 'it is looked at all the same');
select tests.pass('10 minutes');
select is(pg_temp.checked(), 'active', 'and heals when the check finds it mended');

-- What no check sees
select tests.pass('1 second');
select tenancy.change_channel(:'portal', :'channel', 'problem', '470');
select tests.pass('1 minute');
select is(pg_temp.checked(), 'attention', 'attention that sending found is not healed by a check that sees nothing wrong');
select tests.pass('6 hours');
select is(pg_temp.checked(), 'attention', 'however often');
select tests.pass('1 second');
select tenancy.change_channel(:'portal', :'channel', 'connect', null, '1');
select is(pg_temp.checked(), 'active', 'a person connects it again');
select tests.pass('1 second');
select tenancy.change_channel(:'portal', :'channel', 'problem', 'http_401');
select tests.pass('1 second');
select is(pg_temp.checked('{"code": "http_401", "policy": "fix"}'), 'attention', 'where the check finds what sending had found');
select tests.pass('2 seconds');
select is(pg_temp.checked(), 'active', 'it also sees that it is mended');

-- A lease that is over, a change meanwhile
select tests.pass('6 hours');
select pg_temp.leased() as lease \gset
select tests.pass('2 minutes');
select pg_temp.leased() as newer_lease \gset
select is(
  tenancy.settle_check(:'portal', :'channel', :lease, '{}', '{"code": "401", "policy": "fix"}'), 'active', 'who lost the lease changes nothing');
select tests.pass('1 second');
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select is(tenancy.settle_check(:'portal', :'channel', :newer_lease, '{}'), 'disconnected', 'a check that began before the channel was disconnected does not connect it');
select is(pg_temp.waits(), interval '0', 'and the one that takes it off is still due');

-- Off
select is(pg_temp.checked('{"code": "http_503", "policy": "retry"}'), 'disconnected', 'taking off is tried again');
select is(pg_temp.waits(), interval '2 seconds', 'as anything else');
select tests.pass('2 seconds');
select pg_temp.checked('{"code": "401", "policy": "fix"}');
select is((select check_at from tenancy.channel), 'infinity'::timestamptz, 'until it is done or can not be done any more: the key may be gone');
select is(tenancy.settle_check(:'portal', gen_random_uuid(), 1, '{}'), null, 'an unknown channel has no state');
select * from finish();
rollback;
