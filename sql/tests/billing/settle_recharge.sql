-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select billing.set_recharge(:'portal', '1', '{"is_on": true, "threshold": 500000, "amount": 2000000, "monthly_cap": 9000000, "consent": {"text_version": "1"}}');
create function pg_temp.attempt(p_portal uuid, p_key text, p_outcome text) returns text language plpgsql as $$
declare v_id uuid; v_state text;
begin
  perform tests.debited(jsonb_build_array(tests.item(p_portal, p_key, 150000)));
  select recharge_id into v_id from billing.recharge where state = 'open';
  if v_id is null then return 'none'; end if;
  v_state := billing.settle_recharge(p_portal, v_id, p_outcome);
  return v_state || ' ' || (select failures || ' ' || is_on from billing.recharge_rule);
end $$;
select tests.debited(jsonb_build_array(tests.item(:'portal', 'z', 500000)));
select is(pg_temp.attempt(:'portal', 'a', 'declined'), 'declined 1 true', 'a decline is counted');
select is(pg_temp.attempt(:'portal', 'b', 'declined'), 'none', 'and backs off');
select tests.pass('1 hour');
select is(pg_temp.attempt(:'portal', 'c', 'declined'), 'declined 2 true', 'an hour later it is tried again');
select tests.pass('2 hours');
select tests.fund(:'portal', 1000000, 'stripe:pi:2');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'y', 800000)));
select is(pg_temp.attempt(:'portal', 'd', 'declined'), 'declined 3 false', 'the third in a row ends the order');
select is((select array_agg(kind order by at, kind) from billing.alert), array['recharge_declined', 'recharge_declined', 'recharge_stopped'], 'people hear of each');
select recharge_id as last from billing.recharge order by decided_at desc limit 1 \gset
select is(billing.settle_recharge(:'portal', :'last', 'succeeded'), 'declined', 'an outcome is said once');
select is(tests.refusal(format('select billing.settle_recharge(%L, %L, %L)', :'portal', gen_random_uuid(), 'failed')), 'WB404 unknown_recharge', 'of a recharge that there is');
select is(tests.refusal(format('select billing.settle_recharge(%L, %L, %L)', :'portal', :'last', 'perhaps')), 'WB400 malformed_call', 'in words that there are');
select * from finish();
rollback;
