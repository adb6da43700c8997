-- requirement: R2.1-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.step(p_more jsonb default '{}', p_channel text default 'active', p_portal text default 'installed') returns text language plpgsql as $$
begin
  update tenancy.channel set state = p_channel;
  update tenancy.portal set state = p_portal;
  return (select billing.renewal_step(jsonb_populate_record(s, p_more), tenancy.now()) from billing.subscription s);
end $$;
select is(pg_temp.step(), 'pay', 'what is due is paid');
select is(pg_temp.step('{"state": "suspended", "stopped_at": "2026-10-20"}', 'suspended'), 'pay', 'also when it waited for money');
select is(pg_temp.step('{}', 'removed'), 'cancel', 'a channel that is gone ends it');
select is(pg_temp.step('{"cancels_at_end": true, "period_ends_at": "2026-11-01T12:00:00Z"}'), 'cancel', 'so does what was decided before, at the end');
select is(pg_temp.step('{"cancels_at_end": true, "period_ends_at": "2026-11-01T12:00:01Z"}'), 'pay', 'and not before it');
select is(pg_temp.step('{"state": "suspended", "stopped_at": "2026-09-02T12:00:00Z"}', 'suspended'), 'lapse', 'after sixty days nobody waits any more');
select is(pg_temp.step('{}', 'disconnected'), 'rest', 'for a channel that is off nothing is charged');
select is(pg_temp.step('{}', 'active', 'uninstalled'), 'rest', 'nor for a portal that left');
select is(pg_temp.step('{}', 'attention'), 'pay', 'trouble is no reason not to pay');
select * from finish();
rollback;
