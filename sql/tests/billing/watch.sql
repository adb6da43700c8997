-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.fund(:'portal', 1000000);
insert into billing.threshold (portal_id, amount) values (:'portal', 500000), (:'portal', 100000);
create function pg_temp.spends(p_portal uuid, p_key text, p_amount bigint) returns text language plpgsql as $$
begin
  perform tests.pass('1 second');
  perform tests.debited(jsonb_build_array(tests.item(p_portal, p_key, p_amount)));
  return (select string_agg(detail ->> 'threshold', ', ' order by at, (detail ->> 'threshold')::bigint desc) from billing.alert);
end $$;
select is(pg_temp.spends(:'portal', 'a', 500000), null, 'at the threshold nothing is told');
select is(pg_temp.spends(:'portal', 'b', 1), '500000', 'below it, it is');
select is(pg_temp.spends(:'portal', 'c', 1), '500000', 'when it is crossed, and no more');
select is(pg_temp.spends(:'portal', 'd', 450000), '500000, 100000', 'the next one on its own');
select tests.fund(:'portal', 500000, 'stripe:pi:2');
select is(pg_temp.spends(:'portal', 'e', 100000), '500000, 100000', 'crossed again on the same day it is not told again');
select tests.fund(:'portal', 500000, 'stripe:pi:3');
select tests.pass('25 hours');
select is(pg_temp.spends(:'portal', 'f', 500000), '500000, 100000, 500000', 'on another it is');
select is((select detail - 'threshold' from billing.alert order by at limit 1), '{"held": 0, "balance": 499999, "currency": "USD"}', 'with the figures');
select tests.fund(:'portal', 500000, 'stripe:pi:4');
select tests.pass('25 hours');
select tests.publish_card('out service * 0.8 0.5 sent');
select tests.held(:'portal', :'channel', tests.ids(1));
select is((select count(*) from billing.alert), 4::bigint, 'what is held counts as spent');
select * from finish();
rollback;
