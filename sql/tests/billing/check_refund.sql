-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
create function pg_temp.checks(p_amount bigint, p_left bigint) returns text language sql as $$
  select tests.refusal(format('select billing.check_refund(p, %s, %s) from billing.payment p', p_amount, p_left))
$$;
select is(pg_temp.checks(20000000, 20000000), 'accepted', 'all');
select is(pg_temp.checks(10000, 10000), 'accepted', 'a cent');
select is(pg_temp.checks(10001, 20000000), 'WB422 refund_limits', 'not less than a cent');
select is(pg_temp.checks(20000, 10000), 'WB422 refund_limits', 'not more than is left');
update billing.provider set capabilities = array_remove(capabilities, 'partial_refund');
select is(pg_temp.checks(10000, 10000) || ', ' || pg_temp.checks(20000000, 20000000), 'WB422 not_offered, accepted', 'only the whole, where the provider gives back no part');
select * from finish();
rollback;
