-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.fund(:'portal', 1000000);
insert into billing.cap (portal_id, scope, scope_id, period, hard) values (:'portal', 'user', '7', 'day', 250), (:'portal', 'channel', :'channel', 'month', 400);
create function pg_temp.decided(p_rows billing.holding[]) returns text language sql as $$
  select string_agg(concat_ws(' ', d.outcome, d.reason, d.detail ->> 'scope'), ', ' order by d.item)
    from unnest(billing.decide_holds_each((select array_agg(case when r.outcome is null then jsonb_populate_record(r, '{"outcome": "held"}') else r end order by r.item) from unnest(p_rows) r),
                                          array[(p_rows[1]).portal_id])) d
$$;
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 100, 3)), 'held, held, refused cap user', 'each is decided by what the ones before it left');
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 100, 3, null, 'bot')), 'held, held, held', 'a robot is nobody''s user');
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 200, 3, '8')), 'held, held, refused cap channel', 'the channel''s month ends as well');
select is(pg_temp.decided(tests.holding(:'portal', :'channel', 1000001, 1, '8')), 'refused balance', 'the balance comes first');
select results_eq($$select detail ->> 'scope', kind, detail ->> 'cap', detail ->> 'spent', detail ->> 'price' from billing.alert order by 1$$,
  $$values ('channel', 'cap_hard', '400', '400', '200'), ('user', 'cap_hard', '250', '200', '100')$$, 'and whoever looks after the money hears of it, with the figures');
select * from finish();
rollback;
