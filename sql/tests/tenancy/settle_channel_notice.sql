-- requirement: R1, R2.1-d, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.settled(p_outcome text, p_late bigint default 0) returns boolean language sql as $$
  select tenancy.settle_channel_notice(c.portal_id, c.channel_id, c.user_id, c.token - p_late, p_outcome) from tenancy.claim_channel_notices() c
$$;
create function pg_temp.waits() returns interval language sql as $$ select due_at - tenancy.now() from tenancy.channel_notice $$;
select tenancy.change_channel(:'portal', :'channel', 'problem', '470');

select is(pg_temp.settled('later'), true, 'a portal that is away');
select is(pg_temp.waits(), interval '15 seconds', 'is told later');
select tests.pass('15 seconds');
select pg_temp.settled('later');
select is(pg_temp.waits(), interval '30 seconds', 'and more slowly each time');
select tests.pass('30 seconds');
select is(pg_temp.settled('told', 1), false, 'who was overtaken by a newer word settles nothing');
select is(pg_temp.waits(), interval '1 minute', 'that one stands');
select tests.pass('1 minute');
select is(pg_temp.settled('told'), true, 'what is told');
select is_empty('select from tenancy.channel_notice', 'is taken off');
select is(tenancy.settle_channel_notice(:'portal', :'channel', '1', 1, 'never'), false, 'once');
select * from finish();
rollback;
