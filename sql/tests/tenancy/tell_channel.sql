-- requirement: R1, R2.1-d, R2.4-c
-- Through tenancy.change_channel(), its only caller.
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.waits() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', n.user_id, n.state, n.reason), ', ' order by n.user_id), 'nothing') from tenancy.channel_notice n
$$;
create function pg_temp.happens(p_event text, p_reason text default null, p_actor text default null) returns text language sql as $$
  select tenancy.change_channel(c.portal_id, c.channel_id, p_event, p_reason, p_actor) from tenancy.channel c;
  select pg_temp.waits()
$$;
create function pg_temp.all_told() returns void language sql as $$ delete from tenancy.channel_notice $$;

select is((select notify from tenancy.portal), array['1'], 'the administrator who installed it hears of it until somebody says otherwise');
select is(pg_temp.waits(), 'nothing', 'that a new channel became active is no news');
update tenancy.portal set notify = array['1', '9'];
select is(pg_temp.happens('problem', '1003'), '1 attention 1003, 9 attention 1003', 'that one came to need attention is told to everybody who wants to hear it');
select is(pg_temp.happens('problem', '470'), '1 attention 1003, 9 attention 1003', 'once: more trouble is no crossing');
select pg_temp.all_told();
select is(pg_temp.happens('connect', null, '1'), 'nothing', 'trying again is no news');
select is(pg_temp.happens('problem', '1003'), 'nothing', 'nor is that it did not help');
select pg_temp.happens('connect', null, '1');
select is(pg_temp.happens('connected'), '1 active, 9 active', 'that it works again is told');
select pg_temp.all_told();
select pg_temp.happens('problem', '131031');
select is(pg_temp.happens('connected'), '1 active, 9 active', 'who was not reached yet hears the newest word only');
select pg_temp.all_told();
select is(pg_temp.happens('pause', null, '1') || ', ' || pg_temp.happens('unpause', null, '1') || ', ' || pg_temp.happens('connected'),
  'nothing, nothing, nothing', 'what a person does himself is not told him');
select pg_temp.happens('problem', '470');
select is(pg_temp.happens('disconnect', null, '1'), 'nothing', 'switching it off ends the matter');
select pg_temp.happens('connect', null, '1');
select is(pg_temp.happens('connected'), 'nothing', 'for good');
update tenancy.portal set notify = '{}';
select is(pg_temp.happens('problem', '470'), 'nothing', 'where nobody wants to hear it nobody does');
select * from finish();
rollback;
