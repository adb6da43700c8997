-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select billing.set_thresholds(:'portal', '1', '[500000]');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 900000)));
create function pg_temp.settles(p_outcome text, p_token bigint) returns text language plpgsql as $$
declare v_count int := billing.settle_alerts((select jsonb_agg(jsonb_build_object('portal_id', portal_id, 'alert_id', alert_id, 'token', p_token, 'outcome', p_outcome)) from billing.alert));
begin
  return v_count || ' ' || (select count(*) from billing.alert);
end $$;
select billing.claim_alerts();
select is(pg_temp.settles('told', 7), '0 1', 'only who claimed it may report');
select is(pg_temp.settles('retry', 1), '1 1', 'what was not told waits');
select is((select due_at - tenancy.now() from billing.alert), interval '1 minute', 'longer each time');
select tests.pass('1 minute');
select billing.claim_alerts();
select is(pg_temp.settles('told', 2), '1 0', 'what was told is gone');
select is(billing.settle_alerts('[{"portal_id": 5}, 7]'), 0, 'bad items settle nothing');
select is(tests.refusal($$select billing.settle_alerts('{}')$$), 'WB400 malformed_call', 'a call that is no list is refused');
select * from finish();
rollback;
