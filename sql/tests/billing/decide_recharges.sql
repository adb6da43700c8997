-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
insert into billing.recharge_rule (portal_id, is_on, threshold, amount, monthly_cap, consent) values (:'portal', true, 500000, 2000000, 5000000, '{"by": "1"}');
create function pg_temp.spends(p_portal uuid, p_key text, p_amount bigint) returns text language plpgsql as $$
begin
  perform tests.debited(jsonb_build_array(tests.item(p_portal, p_key, p_amount)));
  return (select string_agg(state || ' ' || amount || ' ' || month, ', ' order by recharge_id) from billing.recharge);
end $$;
select is(pg_temp.spends(:'portal', 'a', 500000), null, 'at the threshold nothing is decided');
select is(pg_temp.spends(:'portal', 'b', 1), 'open 2000000 2026-11-01', 'the debit that crosses it decides');
select is(pg_temp.spends(:'portal', 'c', 1), 'open 2000000 2026-11-01', 'one attempt is open at a time');
update billing.recharge set state = 'succeeded';
select tests.pass('1 second');
select is(pg_temp.spends(:'portal', 'd', 1), 'succeeded 2000000 2026-11-01, open 2000000 2026-11-01', 'then the next');
update billing.recharge set state = 'succeeded';
select tests.pass('1 second');
select is(pg_temp.spends(:'portal', 'e', 1), 'succeeded 2000000 2026-11-01, succeeded 2000000 2026-11-01', 'but never more than the cap of the month');
select is(pg_temp.spends(:'portal', 'f', 1) || (select string_agg(kind || ' ' || (detail ->> 'recharged'), ', ') from billing.alert), 'succeeded 2000000 2026-11-01, succeeded 2000000 2026-11-01' || 'recharge_cap 4000000', 'which is told once');
select tests.at('2026-12-01 06:00+00');
update billing.recharge_rule set amount = null, target = 3000000, not_before = tenancy.now() + interval '1 hour';
select is((select count(*) from billing.recharge where state = 'open'), 0::bigint, 'after a decline it waits');
select tests.pass('1 hour');
select matches(pg_temp.spends(:'portal', 'g', 5), 'open 2500010 2026-12-01$', 'a target is reached exactly, in a new month');
update billing.recharge set state = 'failed' where state = 'open';
select tests.opened(:'portal', '{"amount": 5000000}') as coming \gset
select billing.note_payment(:'portal', :'coming', '{"outcome": "processing"}');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'h', 1)));
select is((select count(*) from billing.recharge where state = 'open'), 0::bigint, 'a payment that is coming counts as if it had come');
select billing.note_payment(:'portal', :'coming', '{"outcome": "failed"}');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'i', 1)));
select is((select count(*) from billing.recharge where state = 'open'), 1::bigint, 'until it does not come');
select * from finish();
rollback;
