-- requirement: R4-c, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other_portal \gset
select tests.fund(:'portal', 1000000);
select tests.fund(:'other_portal', 1000000);
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 300000), tests.item(:'portal', 'b', 200000))),
  'done 700000, done 500000', 'each debit answers with the balance after it');
select is(tests.accounts(:'portal'), 'clearing_stripe -1000000, revenue 500000, wallet 500000', 'what the wallet lost, revenue has');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 300000))), 'repeated 500000', 'the same key happens once');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 300001))), 'conflict conflict 500000', 'with another amount it is a conflict');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 300000, '{"reason": "other"}'), tests.item(:'portal', 'a', 300000, '{"to": "fees"}'))),
  'conflict conflict 500000, conflict conflict 500000', 'and with another reason or account');
select is(tests.debited(jsonb_build_array(tests.item(:'other_portal', 'a', 300000))), 'done 700000', 'keys of portals do not meet');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'c', 400000), tests.item(:'portal', 'd', 200000), tests.item(:'portal', 'e', 100000))),
  'done 100000, refused balance 0, done 0', 'where the total does not fit, each is decided in turn: a smaller one behind still fits');
select is(
  (select detail from billing.debit(jsonb_build_array(tests.item(:'portal', 'd', 200000)))),
  '{"amount": 200000, "balance": 0, "held": 0, "available": 0, "currency": "USD", "overdraft_limit": 0}', 'a refusal has the figures');
select is(tests.debited(jsonb_build_array(tests.item(:'other_portal', 'x', 100), tests.item(:'other_portal', 'x', 100), tests.item(:'other_portal', 'x', 101))),
  'done 699900, repeated 699900, conflict conflict 699900', 'a key twice in a call happens once');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'y', 100), tests.item(:'portal', 'y', 100))),
  'refused balance 0, refused balance 0', 'and is refused alike');
select is(tests.debited(jsonb_build_array(tests.item(:'portal', 'z', -1), '{"portal_id": 7}', tests.item(:'other_portal', 'w', 100))),
  'refused malformed_item 0, refused malformed_item, done 699800', 'bad items never fail their siblings');
select is(tests.debited(jsonb_build_array(tests.item(gen_random_uuid(), 'z', 1))), 'refused no_wallet', 'no wallet, no money');
select is(tests.refusal($$select billing.debit('{}')$$), 'WB400 malformed_call', 'a call that is no list is refused');
select is((select sum(a.balance)::bigint from (select balance from billing.wallet union all select balance from billing.account) a), 0::bigint, 'all balances add up to zero');
select * from finish();
rollback;
