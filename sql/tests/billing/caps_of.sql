-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select billing.open_wallet(:'portal', 'USD', 'staff');
insert into billing.cap (portal_id, scope, scope_id, period, soft, hard) values (:'portal', 'portal', '', 'month', 900, 1000), (:'portal', 'user', '7', 'day', null, 300), (:'portal', 'user', '9', 'day', null, 1), (:'portal', 'robot', 'bot', 'day', 5, null);
insert into billing.spend (portal_id, scope, scope_id, day, spent) values
  (:'portal', 'portal', '', '2026-10-31', 7), (:'portal', 'portal', '', '2026-11-01', 10), (:'portal', 'portal', '', '2026-11-22', 20), (:'portal', 'user', '7', '2026-11-21', 5), (:'portal', 'user', '7', '2026-11-22', 6);
create function pg_temp.caps(p_rows billing.holding[]) returns text language sql as $$
  select string_agg(concat_ws(' ', c.scope, c.scope_id, c.period, c.begins, c.spent, c.asked, c.items), ', ' order by c.scope)
    from billing.caps_of((select array_agg(jsonb_populate_record(r, '{"outcome": "held"}')) from unnest(p_rows) r)) c
$$;
select is(pg_temp.caps(tests.holding(:'portal', :'channel', 100, 2)), 'portal  month 2026-11-01 30 200 {1,2}, user 7 day 2026-11-22 6 200 {1,2}', 'a month is the sum of its days; another user''s cap is none of theirs');
select is(pg_temp.caps(tests.holding(:'portal', :'channel', 100, 1, null, 'bot')), 'portal  month 2026-11-01 30 100 {1}, robot bot day 2026-11-22 0 100 {1}', 'a robot has its own');
select is(pg_temp.caps(tests.holding(:'portal', :'channel', 0, 1)), null, 'what is free falls under none');
select * from finish();
rollback;
