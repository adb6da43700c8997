-- requirement: R2.1-b, R2.1-c, R2.4-c
begin;
select plan(27);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset

-- What a change is
select is(tenancy.change_channel(:'portal', :'channel', 'problem', '470'), 'attention', 'the new state is returned');
select is(
  (select row(state, state_reason, state_at) from tenancy.channel where channel_id = :'channel'),
  row('attention'::text, '470'::text, '2026-11-22 12:00+00'::timestamptz), 'the channel carries it with reason and instant');
select is(
  (select row(from_state, to_state, reason, actor) from tenancy.channel_history where event = 'problem'),
  row('active'::text, 'attention'::text, '470'::text, 'system'::text), 'the history says what, why and by whom');
select is((select check_at from tenancy.channel where channel_id = :'channel'), tenancy.now(), 'the outside is compared at once');

-- Refusals
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''resume'')', :'portal', :'channel')),
  'WB409 channel_state', 'an event that the machine does not list is refused');
select is(
  tests.refusal_detail(format('select tenancy.change_channel(%L, %L, ''resume'')', :'portal', :'channel')) - 'message',
  '{"sqlstate": "WB409", "reason": "channel_state", "state": "attention", "event": "resume", "next_action": "repair"}',
  'with the state and the one next action');
select is(
  tests.refusal(format('select tenancy.change_channel(%L, gen_random_uuid(), ''connect'')', :'portal')),
  'WB404 unknown_channel', 'an unknown channel is refused');
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''connect'')', tests.create_portal('b223'), :'channel')),
  'WB404 unknown_channel', 'and so is another portal''s channel');

-- Who may
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''disconnect'', null, ''7'')', :'portal', :'channel')),
  'WB403 permission', 'an agent does not disconnect a channel');
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''connected'', null, ''1'')', :'portal', :'channel')),
  'WB403 permission', 'that a channel is connected is found out, not said, even by an administrator');
select tenancy.change_channel(:'portal', :'channel', 'suspend', 'renewal');
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''resume'', null, ''1'')', :'portal', :'channel')),
  'WB403 permission', 'and nobody lifts the suspension of his own channel');
select is(
  tenancy.change_channel(:'portal', :'channel', 'disconnect', 'moving', '1'), 'disconnected', 'an administrator disconnects it');
select is((select actor from tenancy.channel_history where event = 'disconnect'), '1', 'and is named in the history');

-- One line, one number
select tests.create_channel(:'portal', '2') as other \gset
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''connect'', null, ''1'')', :'portal', :'channel')),
  'WB409 line_taken', 'it does not come back while another channel has its number');
select tenancy.change_channel(:'portal', :'other', 'disconnect', null, '1');
select is(tenancy.change_channel(:'portal', :'channel', 'connect', null, '1'), 'connecting', 'it does once the number is free');

-- What waited continues where the new state opens the way
select tenancy.change_channel(:'portal', :'channel', 'connected');
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.submitted(:'portal') as message \gset
select tenancy.change_channel(:'portal', :'channel', 'problem', '470');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'nothing leaves while the channel needs attention');
select is((tests.lane_of(:'portal', :'message')).paused, 'attention', 'its lane says why');
select tenancy.change_channel(:'portal', :'channel', 'connected');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'message'::uuid], 'and goes on when it is active again');

-- Paused by a person: everything is kept, and goes on when he says so
select is(
  tests.refusal(format('select tenancy.change_channel(%L, %L, ''pause'', null, ''7'')', :'portal', :'channel')),
  'WB403 permission', 'an agent does not pause a channel');
select is(tenancy.change_channel(:'portal', :'channel', 'pause', null, '1'), 'paused', 'an administrator does');
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "g1"}}');
select tests.submitted(:'portal', 'espera', '102') as later \gset
select tests.customer_writes(:'portal', :'channel', 'también espera') as incoming \gset
select is_empty(format('select tests.claimed(%L) union all select tests.claimed(%L, ''in'')', :'portal', :'portal'), 'nothing leaves, in either direction');
select is(
  tests.lane(:'portal', :'later') || ', ' || tests.lane(:'portal', :'incoming'), 'paused paused 1, paused paused 1', 'everything is kept, and says why it waits');
select is(tenancy.change_channel(:'portal', :'channel', 'unpause', null, '1'), 'connecting', 'it is looked at before it goes on');
select tenancy.change_channel(:'portal', :'channel', 'connected');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'later'::uuid], 'what waited leaves');
select set_eq(format('select tests.claimed(%L, ''in'')', :'portal'), array[:'incoming'::uuid], 'and is handed over');

-- A removed channel: what must still be taken off outside stays due
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select is((select check_at from tenancy.channel where channel_id = :'channel'), tenancy.now(), 'a removal does not cancel a check that is due');
select function_privs_are(
  'tenancy', 'change_channel', array['uuid', 'uuid', 'text', 'text', 'text'], 'whatsappb24_worker', array['EXECUTE'],
  'the worker may report what it finds');
select * from finish();
rollback;
