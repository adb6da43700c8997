-- requirement: R2.2-a, R2.4-a, R2.4-c
begin;
select plan(20);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.submitted(:'portal', 'dos', '2') as two \gset
select tests.submitted(:'portal', 'tres', '3') as three \gset
create function pg_temp.charge(p_message uuid) returns text language sql as $$
  select state || ' ' || n from billing.charge where message_id = p_message
$$;
create function pg_temp.moves(p_portal uuid, p_message uuid, p_events text[], p_record boolean default true, p_code text default null) returns text language plpgsql as $$
declare v_moves jsonb;
begin
  select jsonb_agg(to_jsonb(c)) into v_moves from messaging.climb(tests.evidence(p_portal, p_message, p_events, p_code), p_record) c;
  perform messaging.charge_moves(v_moves);
  return (select string_agg(m ->> 'from_state' || ' -> ' || (m ->> 'to_state'), ', ') from jsonb_array_elements(v_moves) m);
end $$;

select is(pg_temp.moves(:'portal', :'one', '{claim}', false), 'queued -> sending', 'an event moves a message as the ladder says');
select is(pg_temp.charge(:'one'), 'held 1', 'what is being sent stays held');
select tests.pass('1 second');
select is(pg_temp.moves(:'portal', :'one', '{submitted,sent,enqueued,delivered,sent}'), 'sending -> submitted, submitted -> sent, sent -> delivered',
  'several events of one message are taken in their turn, and what comes late moves nothing');
select is((select state_at from messaging.message where message_id = :'one'), tenancy.now(), 'the message says since when');
select is(pg_temp.charge(:'one'), 'captured 2', 'what was sent is captured, once');
select set_eq(format('select event, from_state, to_state from messaging.receipt where message_id = %L', :'one'),
  $$values ('submitted', 'sending', 'submitted'), ('sent', 'submitted', 'sent'), ('enqueued', 'sent', null), ('delivered', 'sent', 'delivered'), ('sent', 'delivered', null)$$,
  'every event is kept as evidence, whether it moved the message or not');
select is((select count(*) from messaging.receipt where event = 'claim'), 0::bigint, 'steps of our own are none');

-- failure
select pg_temp.moves(:'portal', :'two', '{claim}', false);
select is(pg_temp.moves(:'portal', :'two', '{failed}', false, '1002'), 'sending -> failed', 'a failure');
select results_eq(format('select reason from messaging.message where message_id = %L', :'two'), $$values ('1002')$$, 'says why');
select is(pg_temp.charge(:'two'), 'released 2', 'and costs nothing');
select is(pg_temp.moves(:'portal', :'two', '{sent,delivered}'), 'failed -> delivered', 'unless delivery proves it wrong');
select is(pg_temp.charge(:'two') || coalesce((select reason from messaging.message where message_id = :'two'), ''), 'captured 3', 'then it is charged and the reason is gone');

-- the same evidence in one call or in several
select pg_temp.moves(:'portal', :'three', '{claim}', false);
select pg_temp.moves(:'portal', :'three', '{submitted}', false);
select is(pg_temp.moves(:'portal', :'three', '{sent,failed}'), 'submitted -> sent, sent -> failed', 'what was sent may still fail');
select is(pg_temp.charge(:'three'), 'captured 2', 'it was sent, so it stays captured, as it would had the events come one by one');

-- a failure that speaks of an earlier attempt
select tests.submitted(:'portal', 'cuatro', '4') as four \gset
delete from messaging.queue where message_id <> :'four';
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'four'::uuid], 'while an attempt is being made');
select is(pg_temp.moves(:'portal', :'four', '{failed}'), null, 'a receipt of failure does not end it: it cannot know its id');
select is(pg_temp.moves(:'portal', :'four', '{enqueued,failed}'), 'sending -> enqueued', 'whatever came before');
select is(pg_temp.moves(:'portal', :'four', '{delivered}'), 'enqueued -> delivered', 'one of delivery does');

-- the customer's own message
select pg_temp.moves(:'portal', :'hello', '{claim,delivered}', false);
select is(tests.state_of(:'portal', :'hello') || ' ' || (select count(*) from billing.charge where message_id = :'hello'), 'delivered 0', 'what customers write costs nothing');
select is((select count(*) from messaging.climb(null, true)) + (select count(*) from messaging.climb(array[row(1, :'portal', :'channel', :'channel', 'sent', null, null, null, null, null, null, 1)::messaging.evidence], true)),
  0::bigint, 'no evidence, or evidence of no message, moves nothing');
select * from finish();
rollback;
