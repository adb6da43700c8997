-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal') as payment \gset
create function pg_temp.posts(p_moves jsonb) returns text language sql as $$
  select tests.refusal(format('select billing.post_money(e, %L) from billing.evidence e', p_moves))
$$;
select is(pg_temp.posts('[{"key": "a", "from": "wallet", "to": "clearing_stripe", "amount": 5, "reason": "x"}, {"key": "b", "from": "tax", "to": "clearing_stripe", "amount": 0, "reason": "x"}]'), 'accepted', 'movements are posted');
select is((select array_agg(key order by key) from billing.transfer where key in ('a', 'b')), array['a'], 'those of nothing are left out');
select is((select detail ->> 'payment_id' from billing.transfer where key = 'a'), :'payment', 'each leads to its payment');
select is(pg_temp.posts('[{"key": "a", "from": "wallet", "to": "clearing_stripe", "amount": 6, "reason": "x"}]'), 'WB409 conflict', 'a key that means something else is not overlooked');
select * from finish();
rollback;
