-- requirement: R2.4-c, R4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.publish_card('out service * 0.4 0.3 sent 0 0 true');
select tests.fund(:'portal');
select tests.submitted(:'portal', 'uno', '101') as message \gset
create function pg_temp.charged(p_portal uuid, p_message uuid, variadic p_states text[]) returns text language plpgsql as $$
begin
  perform messaging.charge_moves((select jsonb_agg(jsonb_build_object('portal_id', p_portal, 'message_id', p_message, 'to_state', s)) from unnest(p_states) s));
  return (select state || ' ' || n from billing.charge where message_id = p_message);
end $$;
update messaging.message set state = 'unknown' where message_id = :'message';
select is(pg_temp.charged(:'portal', :'message', 'unknown'), 'held 1', 'an unknown outcome keeps its hold');
update messaging.message set state = 'failed' where message_id = :'message';
select is(pg_temp.charged(:'portal', :'message', 'submitted', 'sent', 'failed'), 'reversed 3', 'what was sent and failed in one call is captured, and given back by its tariff');
select is(pg_temp.charged(:'portal', :'hello', 'delivered'), null, 'what customers write has no charge');
select lives_ok('select messaging.charge_moves(null)', 'no moves, no charges');
select * from finish();
rollback;
