-- requirement: R2.5-a, R2.4-c
begin;
select plan(19);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.leased() returns bigint language sql as $$ select repair_token from tenancy.claim_repairs() $$;
create function pg_temp.waits() returns interval language sql as $$ select repair_at - tenancy.now() from tenancy.portal $$;

select ok(tenancy.settle_repair(:'portal', pg_temp.leased(), '{"done": ["register"]}'), 'a repair is settled by who leased it');
select is(
  (select row(repaired_at, repair_failures, repair_report) from tenancy.portal),
  row(tenancy.now(), 0, '{"done": ["register"]}'::jsonb), 'with its report');
select is(pg_temp.waits(), interval '6 hours', 'the next one comes in six hours');

-- Failure
select tests.pass('6 hours');
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}', 'http_503');
select is(pg_temp.waits(), interval '2 seconds', 'what failed is tried again soon');
select tests.pass('2 seconds');
select tenancy.settle_repair(:'portal', pg_temp.leased(), null, 'http_503');
select is(pg_temp.waits(), interval '4 seconds', 'then more slowly');
select is(
  (select row(repaired_at, repair_report) from tenancy.portal),
  row('2026-11-22 12:00+00'::timestamptz, '{"failure": "http_503"}'::jsonb), 'the report says what failed, and when it last worked');
update tenancy.portal set repair_failures = 50;
select tests.pass('4 seconds');
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}', 'http_503');
select is(pg_temp.waits(), interval '10 minutes', 'at most ten minutes apart');
select tests.pass('10 minutes');
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}');
select is((select repair_failures from tenancy.portal), 0, 'a success forgets the failures');

-- A lease that is over, a repair that was asked for meanwhile
select tests.pass('6 hours');
select pg_temp.leased() as lease \gset
select tests.pass('2 minutes');
select pg_temp.leased() as newer_lease \gset
select ok(not tenancy.settle_repair(:'portal', :lease, '{"who": "late"}'), 'who lost the lease changes nothing');
select is((select repair_report from tenancy.portal), '{}'::jsonb, 'not even the report');
select tenancy.request_repair(:'portal');
select ok(tenancy.settle_repair(:'portal', :newer_lease, '{"who": "newer"}'), 'the repair under way counts');
select is(pg_temp.waits(), interval '0', 'and the one that was asked for meanwhile follows it');

-- What the portal says of itself
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}', null, '{"tier": "enterprise", "read_until": "86497"}');
select is((select row(tier, read_until) from tenancy.portal), row('enterprise'::text, '86497'::text), 'its tier, and how far its history was read');
select tests.pass('6 hours');
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}', null, '{"tier": "galactic", "installed": "perhaps"}');
select is((select row(tier, read_until, repair_failures) from tenancy.portal), row('enterprise'::text, '86497'::text, 0), 'what we do not understand of it changes nothing');

update tenancy.portal set state = 'installing', installed_at = null, repair_at = tenancy.now();
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}', null, '{"installed": false}');
select is(pg_temp.waits(), interval '5 seconds', 'an installation that is not finished is looked at again in five seconds');
select tests.pass('5 seconds');
select tenancy.settle_repair(:'portal', pg_temp.leased(), '{}', null, '{"installed": true}');
select is((select row(state, installed_at) from tenancy.portal), row('installed'::text, tenancy.now()), 'when the portal says INSTALLED it is finished');
select is(pg_temp.waits(), interval '6 hours', 'and rests');
select tests.pass('6 hours');
select pg_temp.leased() as lease \gset
select tenancy.uninstall_portal(:'portal');
select tenancy.settle_repair(:'portal', :lease, '{}', null, '{"installed": true}');
select is((select state from tenancy.portal), 'uninstalled', 'a late word does not install what was uninstalled');
select ok(not tenancy.settle_repair(gen_random_uuid(), 1, '{}'), 'an unknown portal changes nothing');
select * from finish();
rollback;
