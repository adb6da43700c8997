-- requirement: R1, R2.1-c, R2.2-e, R2.4-c
begin;
select plan(20);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
select tests.create_channel(:'portal', '2', '5215550002222') as support \gset
select tests.customer_writes(:'portal', :'sales') as hello \gset
select tests.pass('1 second');
select tests.submitted(:'portal', 'palabras', '101') as message \gset
select tests.pass('1 second');
select tests.claimed(:'portal') \g /dev/null
select tests.pass('1 second');
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select tests.pass('1 second');
select tests.receipt(:'portal', :'sales', 'delivered', '{"gs": "gs-1"}') \g /dev/null
select tests.pass('1 second');
select tests.receipt(:'portal', :'sales', 'sent', '{"gs": "gs-1"}') \g /dev/null
select trace.write(jsonb_build_array(
  jsonb_build_object('level', 'INFO', 'event', 'http_called', 'direction', 'out', 'party', 'gupshup', 'method', 'sendMessage', 'status', 202,
    'portal_id', :'portal', 'channel_id', :'sales', 'message_id', :'message', 'correlation_id', 'c-1', 'request', '{"text": "palabras"}'::jsonb, 'at', '2026-11-22T12:00:02.5Z'),
  jsonb_build_object('level', 'WARN', 'event', 'sql_refused', 'portal_id', :'portal', 'correlation_id', 'c-1', 'at', '2026-11-22T12:00:02.6Z'))) \g /dev/null
create function tests.story(p_portal_id uuid, p_user_id text, p_id text) returns setof text language sql as $$
  select concat_ws(' ', extract(second from t.at)::numeric(3, 1), t.what, t.level, t.summary) from trace.timeline(p_portal_id, p_user_id, p_id) t
$$;

select results_eq(format('select tests.story(%L, ''1'', %L)', :'portal', :'message'), $$values
  ('1.0 message INFO out open_line text -> delivered'), ('1.0 checked INFO accepted'), ('2.0 attempt INFO number 1 by worker'),
  ('2.5 log INFO http_called out gupshup sendMessage 202'), ('3.0 outcome INFO number 1 accepted'),
  ('4.0 charge INFO captured service 0 USD'), ('4.0 receipt INFO delivered'),
  ('4.0 notice WARN tick waits, tries 0'), ('5.0 receipt INFO sent (kept, moved nothing)')$$,
  'from the operator''s keystroke to the phone and back, in order of time');
select results_eq(format('select tests.story(%L, ''1'', ''gs-1'')', :'portal'), format('select tests.story(%L, ''1'', %L)', :'portal', :'message'), 'by Gupshup''s id');
select results_eq(format('select tests.story(%L, ''1'', ''101'')', :'portal'), format('select tests.story(%L, ''1'', %L)', :'portal', :'message'), 'by the portal''s id');
select is((select count(*) from tests.story(:'portal', '1', '5215551234567')), 10::bigint, 'by the customer''s number: the whole conversation');
select results_eq(format('select s from tests.story(%L, ''1'', ''c-1'') s where s like ''%% log %%''', :'portal'),
  $$values ('2.5 log INFO http_called out gupshup sendMessage 202'), ('2.6 log WARN sql_refused')$$, 'by a correlation id');
select is((select count(*) from tests.story(:'portal', '1', ' c-1 ')), 10::bigint, 'with the story of the messages that it is about');
select trace.write(jsonb_build_array(jsonb_build_object('level', 'INFO', 'event', 'portal_told', 'direction', 'out', 'party', 'bitrix24',
  'portal_id', :'portal', 'message_id', :'message', 'summary', 'tick', 'at', '2026-11-22T12:00:04.5Z'))) \g /dev/null
select is((select detail ->> 'party' || ' ' || (detail ->> 'outcome') from trace.timeline(:'portal', '1', :'message') where what = 'told'), 'bitrix24 tick', 'and what the portal was told');
select is((select concat_ws(' ', detail ->> 'party', detail ->> 'status') from trace.timeline(:'portal', '1', :'message') where what = 'log'), 'gupshup 202', 'a step says in detail what its summary says in words');
select is_empty(format('select tests.story(%L, ''1'', ''nothing'')', :'portal'), 'what nothing has is no story');
select is((select string_agg(what, ' ') from trace.timeline(:'portal', '1', :'message', 3)), 'notice told receipt', 'a long story ends with its newest chapters');

-- a status that names no message yet, and one that is held back
select tests.receipt(:'portal', :'sales', 'sent', '{"gs": "gs-lost"}') \g /dev/null
select is((select string_agg(s, '') from tests.story(:'portal', '1', 'gs-lost') s), '5.0 parked WARN sent (names no message yet)', 'a status that waits for its message is found by its id');

-- who may see what
select is((select detail ->> 'text' from trace.timeline(:'portal', '1', :'message') where what = 'message'), 'palabras', 'an administrator sees the words');
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', null, 'supervisor', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'sales', 'channel_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '10', :'support', 'channel_admin', tenancy.now());
select is((select string_agg(detail::text, '') like '%palabras%' from trace.timeline(:'portal', '8', 'gs-1')), false, 'a supervisor sees what happened, neither words nor bodies');
select is((select summary from trace.timeline(:'portal', '8', 'gs-1') where what = 'charge'), 'captured service', 'nor prices');
select is((select count(*) filter (where detail::text like '%palabras%') from trace.timeline(:'portal', '9', 'gs-1')), 2::bigint, 'who administers the channel sees its words and bodies');
select is((select count(*) from trace.timeline(:'portal', '9', 'c-1') where what = 'log'), 1::bigint, 'but not lines that are no channel''s');
select is((select count(*) from trace.timeline(:'portal', '10', 'gs-1')), 0::bigint, 'who administers another channel sees nothing of this one');
select is(tests.refusal(format('select * from trace.timeline(%L, ''7'', ''gs-1'')', :'portal')), 'WB403 permission', 'an agent is refused');
select tests.create_portal('bbbb') as other \gset
select tests.create_channel(:'other') as other_channel \gset
select trace.write(jsonb_build_array(jsonb_build_object('level', 'WARN', 'event', 'frame_refused', 'portal_id', tests.create_portal('cccc'), 'correlation_id', 'c-2'))) \g /dev/null
select is((select string_agg(summary, ' ') from tenancy.portal p cross join trace.timeline(p.portal_id, '1', 'c-2') where p.member_id = 'cccc'), 'frame_refused',
  'a portal that has no channel yet has its story too');
select is((select count(*) from trace.timeline(:'other', '1', :'message')) + (select count(*) from trace.timeline(:'other', '1', 'gs-1'))
  + (select count(*) from trace.timeline(:'other', '1', 'c-1')), 0::bigint, 'another portal sees nothing at all');
select * from finish();
rollback;
