-- requirement: R2.1-b, R2.1-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other_portal \gset
select tests.create_channel(:'portal') as first \gset
select tests.pass('1 minute');
select tests.create_channel(:'portal', '2', '5215550002222') as second \gset
select tests.create_channel(:'other_portal') as foreign_channel \gset

select results_eq(
  format('select channel_id, state, next_action, who_acts from tenancy.channels(%L, ''1'')', :'portal'),
  format($$values (%L::uuid, 'active', 'write', 'nobody'), (%L::uuid, 'active', 'write', 'nobody')$$, :'first', :'second'),
  'the portal''s own channels, oldest first, each with its state and its one next action');
select tests.customer_writes(:'portal', :'first');
select tests.customer_writes(:'portal', :'first', 'Hay alguien?');
select results_eq(
  format('select waiting_in, waiting_out from tenancy.channels(%L, ''1'')', :'portal'),
  'values (2::bigint, 0::bigint), (0, 0)', 'it says how much waits each way');
select tests.settled(:'portal', m, 'accepted', '{"chat_id": "1807"}') from tests.claimed(:'portal', 'in') m;
select is((select waiting_in from tenancy.channels(:'portal', '1') limit 1), 1::bigint, 'what was handed over waits no more');

select tenancy.change_channel(:'portal', :'second', 'problem', '470');
select is(
  (select row(state, state_reason, next_action, who_acts) from tenancy.channels(:'portal', '1') where channel_id = :'second'),
  row('attention'::text, '470'::text, 'repair'::text, 'administrator'::text), 'a channel in trouble says why and who must act');

select set_eq(
  format('select channel_id from tenancy.channels(%L, ''7'')', :'portal'), array[:'first'::uuid, :'second'::uuid],
  'an agent sees the channels too');
select tenancy.note_users(:'portal', '[{"user_id": "8", "is_active": false}]');
select is_empty(format('select from tenancy.channels(%L, ''8'')', :'portal'), 'a dismissed user sees none');
select is_empty(format('select from tenancy.channels(%L, null)', :'portal'), 'neither does nobody');
select tenancy.change_channel(:'portal', :'second', 'disconnect');
select tenancy.change_channel(:'portal', :'second', 'remove');
select set_eq(
  format('select channel_id from tenancy.channels(%L, ''1'')', :'portal'), array[:'first'::uuid], 'a removed channel is gone');
select * from finish();
rollback;
