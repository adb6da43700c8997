-- requirement: R2.1-b, R2.1-c
begin;
select plan(19);
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

-- One of them
select set_eq(
  format('select channel_id from tenancy.channels(%L, ''1'', %L)', :'portal', :'first'), array[:'first'::uuid], 'one channel may be asked for');
select is_empty(format('select from tenancy.channels(%L, ''1'', %L)', :'portal', :'foreign_channel'), 'not another portal''s');
select is(
  (select row(app_id, tick_at, sends, receives) from tenancy.channels(:'portal', '1', :'second')), row('app-2'::text, 'sent'::text, false, true),
  'with its settings and what its state lets through');
select is(
  (select jsonb_agg(t ->> 'test') from tenancy.channels(:'portal', '1', :'first') c cross join jsonb_array_elements(c.tests) t),
  (select jsonb_agg(c.test order by c.place) from tenancy.connection_test c), 'and its connection tests in their order');

-- What he may do
select is(
  (select may from tenancy.channels(:'portal', '7', :'first')), tenancy.permissions_of(:'portal', '7', :'first'), 'each says what its reader may do with it');

-- Whose word the reason is
create function pg_temp.party(p_reason text) returns text language sql as $$
  update tenancy.channel set state_reason = p_reason, check_report = '{"line": "NOT_ACTIVE_LINE"}' where line_id = '2';
  select c.reason_party from tenancy.portal p cross join lateral tenancy.channels(p.portal_id, '1') c where c.line_id = '2'
$$;
select is(
  array[pg_temp.party('131031'), pg_temp.party('line_removed'), pg_temp.party('NOT_ACTIVE_LINE'), pg_temp.party('no_token'), pg_temp.party(null)],
  array['gupshup', 'bitrix24', 'bitrix24', 'ours', null], 'a reason is Gupshup''s, the portal''s or ours');

-- Today, in the portal's zone (Bogotá, five hours behind)
create function pg_temp.today(p_portal uuid) returns text language sql as $$
  select concat_ws(' ', c.today_in, c.today_out, c.today_failed) from tenancy.channels(p_portal, '1') c where c.line_id = '1'
$$;
select is(pg_temp.today(:'portal'), '2 0 0', 'what was said since midnight');
select tests.at('2026-11-23 04:59+00');
select is(pg_temp.today(:'portal'), '2 0 0', 'the portal''s midnight, not ours');
select tests.at('2026-11-23 05:01+00');
select is(pg_temp.today(:'portal'), '0 0 0', 'a new day begins with nothing');
select tests.customer_writes(:'portal', :'first');
select tests.submitted(:'portal', 'sí', '100');
select tests.submitted(:'portal', 'no', '101', p_user_id => '8');
select is(pg_temp.today(:'portal'), '1 1 1', 'what was refused or failed counts apart');
select is(
  (select sum(today_in) from tenancy.channels(:'portal', '1', :'second')), 0::numeric, 'each channel counts its own');

select tenancy.change_channel(:'portal', :'second', 'disconnect');
select tenancy.change_channel(:'portal', :'second', 'remove');
select set_eq(
  format('select channel_id from tenancy.channels(%L, ''1'')', :'portal'), array[:'first'::uuid], 'a removed channel is gone');
select * from finish();
rollback;
