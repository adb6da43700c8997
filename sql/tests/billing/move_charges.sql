-- requirement: R2.4-a, R2.4-c, R4-c
begin;
select plan(21);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('b223') as other_portal \gset
select tests.publish_card('out service MX 0.4 0.3 submitted 0 0 true', 'out service CO 0.6 0.5 delivered 0 0 false', 'out service * 0.8 0.5 sent 0 0 false');
select tests.fund(:'portal', 2400000);
select tenancy.new_id() as message, tenancy.new_id() as sibling \gset
create function pg_temp.moved(p_portal uuid, p_message uuid, p_event text, p_next text default null) returns text language plpgsql as $$
declare
  v_count int := tests.moved(p_portal, array[p_message], p_event, p_next);
begin
  return v_count || ' ' || (select state || ' ' || n from billing.charge c where c.message_id = p_message);
end $$;
select tests.held(:'portal', :'channel', array[:'message', :'sibling']::uuid[]);

-- The published machine
select results_eq(
  'select from_state, event, to_state from billing.charge_transition order by from_state, event',
  $$values ('captured', 'reverse', 'reversed'), ('held', 'capture', 'captured'), ('held', 'release', 'released'),
    ('released', 'capture', 'captured'), ('reversed', 'capture', 'captured')$$, 'these are all the ways of a charge');
select is_empty(
  $$select event from billing.charge_transition where to_state = 'held'$$, 'nothing is held again: late evidence captures, it never reserves');

-- Its life
select is(pg_temp.moved(:'portal', :'message', 'reverse'), '0 held 1', 'what was not captured is not reversed');
select tests.pass('1 minute');
select is(pg_temp.moved(:'portal', :'message', 'release'), '1 released 2', 'a message that failed is released, the second step of its charge');
select is((select row(price::bigint, held::bigint, changed_at) from billing.charge where message_id = :'message'), row(800000::bigint, 0::bigint, tenancy.now()), 'nothing is held for it any more');
select is(tests.wallet(:'portal'), '2400000 800000', 'nor in the wallet');
select is(pg_temp.moved(:'portal', :'message', 'release'), '0 released 2', 'the same evidence twice counts once');
select is(pg_temp.moved(:'portal', :'message', 'capture'), '1 captured 3', 'late evidence of a delivery captures after all');
select is(tests.wallet(:'portal'), '1600000 800000', 'and is paid');
select is(pg_temp.moved(:'portal', :'message', 'release'), '0 captured 3', 'what is captured is not released');
select is(pg_temp.moved(:'portal', :'message', 'reverse'), '1 reversed 4', 'it is reversed');
select is(pg_temp.moved(:'portal', :'message', 'capture'), '1 captured 5', 'and captured again');
select is((select row(state, held::bigint) from billing.charge where message_id = :'sibling'), row('held'::text, 800000::bigint), 'its sibling stands where it stood');
select results_eq($$select key, amount::bigint from billing.transfer where key like 'charge:%' order by wallet_seq$$,
  format($$values ('charge:%s:3', 800000::bigint), ('charge:%s:4', 800000), ('charge:%s:5', 800000)$$, :'message', :'message', :'message'), 'each step that moved money has its key');

-- What the tariff says
select tests.ids(2) as mexican, tests.ids(1) as colombian \gset
select tests.held(:'portal', :'channel', :'mexican', '{"country": "MX"}');
select is(tests.moved(:'portal', :'mexican', 'submitted', 'failed') || ' ' || tests.wallet(:'portal'), '2 1600000 800000', 'captured when submitted, given back when it failed: by the tariff');
select is((select string_agg(reason || ' ' || amount || ' ' || cardinality(messages), ', ' order by wallet_seq) from billing.transfer where messages && :'mexican'),
  'messages 800000 2, message_reversed 400000 1, message_reversed 400000 1', 'captures of a call are one transfer');
select tests.held(:'portal', :'channel', :'colombian', '{"country": "CO"}');
select is(tests.moved(:'portal', :'colombian', 'sent') + tests.moved(:'portal', :'colombian', 'delivered') + tests.moved(:'portal', :'colombian', 'failed'), 1, 'another is charged on delivery, and nothing gives it back');

-- What does not apply
select is(pg_temp.moved(:'other_portal', :'sibling', 'capture'), '0 held 1', 'another portal''s word is not heard');
select is(
  billing.move_charges(jsonb_build_array(
    jsonb_build_object('portal_id', :'portal', 'message_id', gen_random_uuid(), 'event', 'capture'),
    jsonb_build_object('portal_id', :'portal', 'message_id', :'message', 'event', 'sing'),
    jsonb_build_object('portal_id', :'portal', 'message_id', :'sibling', 'event', 'capture'))),
  1, 'a message without a charge and an event that is none never fail their siblings');
select is(billing.move_charges('[]'), 0, 'nothing moves nothing');
select is((select sum(a.balance)::bigint from (select balance from billing.wallet union all select balance from billing.account) a), 0::bigint, 'all balances add up to zero');
select * from finish();
rollback;
