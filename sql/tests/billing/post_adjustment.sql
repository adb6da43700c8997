-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.posts(p_portal uuid, p_amount bigint) returns void language sql as $$
  select billing.post_adjustment(row(p_portal, tenancy.new_id(), 'k', p_amount, 'porque', 'posted', 'eva', tenancy.now(), 'ada', tenancy.now())::billing.adjustment)
$$;
select pg_temp.posts(:'portal', 7);
select is(tests.accounts(:'portal'), 'clearing_stripe -1000000, promotions -7, wallet 1000007', 'a credit comes from promotions');
select is((select detail from billing.transfer where reason = 'adjustment'), '{"actor": "eva", "reason": "porque", "approved_by": "ada"}', 'who and why stand in the transfer');
select is(tests.refusal(format('select pg_temp.posts(%L, -2000000)', :'portal')), 'WB402 balance', 'a debit needs its balance');
select * from finish();
rollback;
