-- requirement: R2.2-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as installing \gset
update tenancy.portal set repair_at = 'infinity';
update tenancy.portal set state = 'installing' where portal_id = :'installing';

select is(tenancy.beat('api-1'), 1, 'a process that finds nobody there does not know for how long nobody listened');
update tenancy.portal set repair_at = 'infinity';
select tests.pass('10 seconds');
select is(tenancy.beat('api-2'), 0, 'another one lives as well');
select tests.pass('5 seconds');
select tenancy.beat('api-1') \g /dev/null
select tests.pass('5 seconds');
select is(tenancy.beat('api-2'), 0, 'as long as each of them speaks every 15 seconds nothing was missed');
select is((select repair_at from tenancy.portal where portal_id = :'portal'), 'infinity'::timestamptz, 'and no portal is disturbed');

select tests.pass('11 seconds');
select is(tenancy.beat('api-2'), 1, 'one that died takes what it was told with it, although another one lives: Bitrix24 never repeats an event');
select is(
  (select repair_at between tenancy.now() and tenancy.now() + interval '1 minute' from tenancy.portal where portal_id = :'portal'), true,
  'the history of every installed portal is to be read, within a minute');
select is(
  (select repair_at from tenancy.portal where portal_id = :'installing'), 'infinity'::timestamptz, 'a portal that is not installed has said nothing');
select is(tenancy.beat('api-2'), 0, 'a death is noticed once');

select tests.pass('1 day 1 second');
update tenancy.portal set repair_at = tenancy.now() - interval '1 minute' where portal_id = :'portal';
select tenancy.beat('api-1');
select is(
  (select repair_at from tenancy.portal where portal_id = :'portal'), tenancy.now() - interval '1 minute', 'what was due already is not put off');
select set_eq('select process from tenancy.heartbeat', array['api-1'], 'processes that are long gone are forgotten');
select * from finish();
rollback;
