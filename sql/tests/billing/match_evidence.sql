-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
create function pg_temp.matches(variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(coalesce(x.outcome, 'ours'), ', ' order by x.item) from unnest(billing.match_evidence(array(select r from billing.read_evidence(to_jsonb(p_items)) r order by r.item))) x
$$;
select is(pg_temp.matches(tests.proof('fee', 1, 'stripe:pi:1:fee', '{"payment": "pi_1"}'), tests.proof('topup', 5, 'stripe:pi:1', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_1')), tests.proof('fee', 1, 'stripe:pi:2:fee', '{"payment": "pi_2"}')),
  'ours, ours, unmatched', 'an item is known by what another of the call shares with it');
select is((select array_agg(object_id order by object_id) from billing.provider_object where kind <> 'payment_id'), array['pi_1'], 'what is ours is bound');
select is(pg_temp.matches(tests.proof('fee', 1, 'stripe:pi:1:fee', '{"payment": "pi_1"}')), 'ours', 'and known from then on');
select tests.create_portal('other') as other \gset
select tests.opened(:'other', '{"key": "o"}') as theirs \gset
select is(pg_temp.matches(tests.proof('topup', 5, 'stripe:pi:7', jsonb_build_object('payment_id', :'payment', 'payment', 'pi_7')), tests.proof('topup', 5, 'stripe:pi:7', jsonb_build_object('payment_id', :'theirs', 'payment', 'pi_7'))),
  'ours, refused', 'of two that want one object the first has it');
select * from finish();
rollback;
