-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.fund(:'portal', 1000000);
insert into billing.cap (portal_id, scope, scope_id, period, soft) values (:'portal', 'portal', '', 'day', 250);
create function pg_temp.counted(p_rows billing.holding[]) returns text language plpgsql as $$
begin
  perform billing.count_spend((select array_agg(jsonb_populate_record(r, '{"outcome": "held"}')) from unnest(p_rows) r));
  return (select string_agg(concat_ws(' ', scope, case when scope in ('user', 'robot') then scope_id end, day, spent), ', ' order by scope) from billing.spend);
end $$;
select is(pg_temp.counted(tests.holding(:'portal', :'channel', 100, 2)), 'channel 2026-11-22 200, portal 2026-11-22 200, user 7 2026-11-22 200', 'what is held counts for portal, channel and user');
select is(pg_temp.counted(tests.holding(:'portal', :'channel', 50, 1, null, 'bot')), 'channel 2026-11-22 250, portal 2026-11-22 250, robot bot 2026-11-22 50, user 7 2026-11-22 200', 'or for the robot');
select is((select array_agg(kind || ' ' || (detail ->> 'spent')) from billing.alert), array['cap_soft 250'], 'a soft cap that is reached is told of, and refuses nothing');
select * from finish();
rollback;
