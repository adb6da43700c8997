-- requirement: R2.2-a, R2.1-c, R2.4-c
begin;
select plan(26);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
create function tests.lost(p_portal_id uuid, p_key text) returns uuid language plpgsql as $$
declare v_message uuid := tests.submitted(p_portal_id, 'hola', p_key);
begin
  perform tests.claimed(p_portal_id);
  perform tests.settled(p_portal_id, v_message, 'unknown', '{"code": "timeout"}');
  return v_message;
end $$;

-- the worker looks for evidence in the portal
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'hello', 'unknown') \g /dev/null
set local role whatsappb24_worker;
select messaging.resolve_unknown(:'portal', :'hello', 'arrived') as state \gset
reset role;
select is(:'state'::text, 'delivered', 'found in the session''s history: delivered');
select is((select count(*) from messaging.queue), 0::bigint, 'and it leaves its lane');

select tests.customer_writes(:'portal', :'channel', 'otra vez') as again \gset
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'again', 'unknown') \g /dev/null
select is(messaging.resolve_unknown(:'portal', :'again', 'absent'), 'queued', 'not in the history: it is sent again');
select set_eq(format('select tests.claimed(%L, ''in'')', :'portal'), array[:'again'::uuid], 'with a new attempt');
select tests.settled(:'portal', :'again', 'unknown') \g /dev/null
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, ''silent'')', :'portal', :'again')), 'WB409 resent_enough',
  'where there is nothing to look in, once: a second time a person decides');
create function pg_temp.lost_again(p_portal uuid, p_message uuid) returns text language plpgsql as $$
begin
  perform messaging.resolve_unknown(p_portal, p_message, 'absent');
  perform tests.pass('1 minute');
  perform tests.claimed(p_portal, 'in');
  perform tests.settled(p_portal, p_message, 'unknown');
  return (select extract(epoch from due_at - tenancy.now())::int from messaging.notice where kind = 'verify' and message_id = p_message);
end $$;
select is(
  (select string_agg(pg_temp.lost_again(:'portal', :'again'), ' ') from generate_series(2, 6)), '120 600 1800 3600 3600',
  'as long as the history shows that it is not there it is sent again, and looked for later each time');
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, ''absent'')', :'portal', :'again')), 'WB409 resent_enough',
  'six times: then a person decides');
select is(tests.state_of(:'portal', :'again'), 'unknown', 'it stays unknown, and says so');
select is(messaging.resolve_unknown(:'portal', :'again', 'resend', '1'), 'queued', 'a person may send it once more');
select is((select count(*) from messaging.queue where message_id = :'again'), 1::bigint, 'it waits once');

-- a person decides about a message to WhatsApp
select tests.lost(:'portal', '101') as one \gset
select tests.submitted(:'portal', 'dos', '102') as two \gset
select is(messaging.resolve_unknown(:'portal', :'one', 'resend', '1'), 'queued', 'an administrator sends it again');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'behind what waits already');
select tests.settled(:'portal', :'two', 'accepted') \g /dev/null
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'one'::uuid], 'then it leaves');
select tests.settled(:'portal', :'one', 'unknown') \g /dev/null
select is((select state from billing.charge where message_id = :'one'), 'held', 'it is still held once');
select is(messaging.resolve_unknown(:'portal', :'one', 'arrived', '1'), 'submitted', 'what has arrived is submitted');
select tests.lost(:'portal', '103') as three \gset
select is(messaging.resolve_unknown(:'portal', :'three', 'drop', '1'), 'failed', 'what is given up has failed');
select is((select state from billing.charge where message_id = :'three'), 'released', 'and its money is released');
select is(
  (select string_agg(event || ' ' || (detail ->> 'verdict') || ' by ' || (detail ->> 'actor'), ', ' order by event, receipt_id)
     from messaging.receipt where message_id in (:'one', :'three')),
  'failed drop by 1, return resend by 1, submitted arrived by 1', 'who decided what is evidence');

-- refusals
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, ''arrived'', ''1'')', :'portal', :'three')), 'WB409 not_unknown', 'what is known needs no verdict');
select is(tests.refusal_detail(format('select messaging.resolve_unknown(%L, %L, ''arrived'')', :'portal', :'three')) ->> 'state', 'failed', 'its state is named');
select is(tests.refusal(format('select messaging.resolve_unknown(%L, gen_random_uuid(), ''arrived'')', :'portal')), 'WB404 unknown_message', 'nor what is not there');
select tests.lost(:'portal', '104') as four \gset
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, ''resend'', ''7'')', :'portal', :'four')), 'WB403 permission', 'an agent may not');
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, ''return'', ''1'')', :'portal', :'four')), 'WB400 malformed_call', 'a verdict that does not exist');
select is(tests.refusal(format('select messaging.resolve_unknown(%L, %L, null)', :'portal', :'four')), 'WB400 malformed_call', 'is refused');
select is(tests.state_of(:'portal', :'four'), 'unknown', 'and nothing changed');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
