-- requirement: R2.4-a, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('b223') as other_portal \gset
select tenancy.new_id() as message, tenancy.new_id() as sibling \gset
create function pg_temp.moved(p_portal uuid, p_message uuid, p_event text) returns text language plpgsql as $$
declare
  v_count int := billing.move_charges(jsonb_build_array(jsonb_build_object('portal_id', p_portal, 'message_id', p_message, 'event', p_event)));
begin
  return v_count || ' ' || (select state || ' ' || n from billing.charge c where c.message_id = p_message);
end $$;
select billing.hold(jsonb_build_array(
  jsonb_build_object('portal_id', :'portal', 'message_id', :'message', 'channel_id', :'channel'),
  jsonb_build_object('portal_id', :'portal', 'message_id', :'sibling', 'channel_id', :'channel')));

-- The published machine
select results_eq(
  'select from_state, event, to_state from billing.charge_transition order by from_state, event',
  $$values ('captured', 'reverse', 'reversed'), ('held', 'capture', 'captured'), ('held', 'release', 'released'),
    ('released', 'capture', 'captured'), ('reversed', 'capture', 'captured')$$, 'these are all the ways of a charge');
select is_empty(
  $$select event from billing.charge_transition where to_state = 'held'$$, 'nothing is held again: late evidence captures, it never reserves');

-- Its life
select is(pg_temp.moved(:'portal', :'message', 'reverse'), '0 held 1', 'what was not captured is not reversed');
update billing.charge set price = 800, held = 800;
select tests.pass('1 minute');
select is(pg_temp.moved(:'portal', :'message', 'release'), '1 released 2', 'a message that failed is released, the second step of its charge');
select is((select row(price::bigint, held::bigint, changed_at) from billing.charge where message_id = :'message'), row(800::bigint, 0::bigint, tenancy.now()), 'nothing is held for it any more');
select is(pg_temp.moved(:'portal', :'message', 'release'), '0 released 2', 'the same evidence twice counts once');
select is(pg_temp.moved(:'portal', :'message', 'capture'), '1 captured 3', 'late evidence of a delivery captures after all');
select is(pg_temp.moved(:'portal', :'message', 'release'), '0 captured 3', 'what is captured is not released');
select is(pg_temp.moved(:'portal', :'message', 'reverse'), '1 reversed 4', 'it is reversed');
select is(pg_temp.moved(:'portal', :'message', 'capture'), '1 captured 5', 'and captured again');
select is((select row(state, held::bigint) from billing.charge where message_id = :'sibling'), row('held'::text, 800::bigint), 'its sibling stands where it stood');

-- What does not apply
select is(pg_temp.moved(:'other_portal', :'sibling', 'capture'), '0 held 1', 'another portal''s word is not heard');
select is(
  billing.move_charges(jsonb_build_array(
    jsonb_build_object('portal_id', :'portal', 'message_id', gen_random_uuid(), 'event', 'capture'),
    jsonb_build_object('portal_id', :'portal', 'message_id', :'message', 'event', 'sing'),
    jsonb_build_object('portal_id', :'portal', 'message_id', :'sibling', 'event', 'capture'))),
  1, 'a message without a charge and an event that is none never fail their siblings');
select is(billing.move_charges('[]'), 0, 'nothing moves nothing');
select * from finish();
rollback;
