-- requirement: R2.1-b, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(
  tests.refusal(format('select tenancy.remove_channel(%L, %L, ''1'', ''keep'')', :'portal', :'channel')),
  'WB409 channel_state', 'a channel that is on is switched off first');
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select is(
  tests.refusal(format('select tenancy.remove_channel(%L, %L, ''1'', ''burn'')', :'portal', :'channel')),
  'WB400 malformed_item', 'there are two ways');
select is(
  tests.refusal(format('select tenancy.remove_channel(%L, %L, ''7'', ''keep'')', :'portal', :'channel')),
  'WB403 permission', 'an agent removes nothing');
select tenancy.note_users(:'portal', '[{"user_id": "9"}]');
insert into tenancy.membership (portal_id, membership_id, user_id, role, changed_at) values (:'portal', tenancy.new_id(), '9', 'channel_admin', tenancy.now());
select is(
  tests.refusal(format('select tenancy.remove_channel(%L, %L, ''9'', ''erase'')', :'portal', :'channel')),
  'WB403 permission', 'who runs the channels does not erase what was said on them');
select tests.pass('1 second');
select is(tenancy.remove_channel(:'portal', :'channel', '9', 'keep'), 'removed', 'but may remove one');
select is(
  (select row(event, to_state, reason, actor) from tenancy.channel_history order by change_id desc limit 1),
  row('remove'::text, 'removed'::text, 'history_keep'::text, '9'::text), 'the history says so, and that it was kept');
select is_empty('select from tenancy.erasure', 'nothing is erased then');
select tests.create_channel(:'portal', '2') as second \gset
select tenancy.change_channel(:'portal', :'second', 'disconnect', null, '1');
select is(tenancy.remove_channel(:'portal', :'second', '1', 'erase'), 'removed', 'an owner may erase');
select results_eq(
  'select channel_id, asked_by, step, done_at from tenancy.erasure', format($$values (%L::uuid, '1', 'messages', null::timestamptz)$$, :'second'),
  'the erasure is due, and says who asked for it');
select is(
  tests.refusal(format('select tenancy.remove_channel(%L, %L, ''1'', ''erase'')', :'portal', :'second')),
  'WB409 channel_state', 'a removed channel is not removed again');
select * from finish();
rollback;
