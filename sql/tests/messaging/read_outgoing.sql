-- requirement: R2.2-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('other0portal') as other \gset
select tests.customer_writes(:'portal', :'channel');
select conversation_id as conversation from messaging.conversation \gset

-- Every way in which a field can be wrong, and what it costs its item. All of them stand in one call.
create temporary table poison (n int, patch jsonb, expected text);
insert into poison (n, patch, expected) values
  (1,  '{}',                                           'goes on'),
  (2,  '{"portal_id": "nonsense"}',                    'rejected unknown_portal'),
  (3,  '{"portal_id": null}',                          'rejected unknown_portal'),
  (4,  '{"portal_id": "00000000-0000-0000-0000-000000000000"}', 'rejected unknown_portal'),
  (5,  '{"source": "fax"}',                            'quarantined bad_source'),
  (6,  '{"source": null}',                             'quarantined bad_source'),
  (7,  '{"key": ""}',                                  'quarantined bad_key'),
  (8,  jsonb_build_object('key', repeat('k', 301)),    'quarantined bad_key'),
  (9,  '{"parts": []}',                                'quarantined no_parts'),
  (10, '{"parts": "text"}',                            'quarantined no_parts'),
  (11, jsonb_build_object('parts', to_jsonb(array_fill('a'::text, array[101]))), 'quarantined no_parts'),
  (12, '{"at": "2026-02-30T12:00:00Z"}',               'quarantined bad_timestamp'),
  (13, '{"user_id": "drop table"}',                    'quarantined bad_user'),
  (14, '{"user_id": null}',                            'goes on'),
  (15, '{"line": "2"}',                                'quarantined unknown_line'),
  (16, '{"connector": "another"}',                     'quarantined unknown_line'),
  (17, '{"chat_key": "5215550000000"}',                'quarantined unknown_chat'),
  (18, jsonb_build_object('portal_id', :'other'),      'quarantined unknown_line'),
  (19, jsonb_build_object('portal_id', :'other', 'conversation_id', :'conversation', 'line', null), 'quarantined unknown_chat'),
  (20, jsonb_build_object('conversation_id', :'conversation', 'line', null), 'goes on'),
  (21, '{"conversation_id": "nonsense", "line": null}', 'quarantined unknown_chat'),
  (22, '{"parts": [{"text": ""}]}',                    'refused malformed_item'),
  (23, '{"parts": [{"kind": "image", "media": {"url": "https://p1.example/f"}}]}', 'goes on'),
  (24, '{"parts": [{"kind": "template", "template": {"template_id": "0b4f9c6e-0000-4000-8000-000000000001"}}]}', 'goes on'),
  (25, '{"raw": "first", "portal_message_id": "a"}',   'goes on'),
  (26, '{"parts": [{"kind": "template", "template": {"template_id": "x"}}]}', 'refused malformed_item'),
  (27, '{"parts": [{"kind": "template", "text": "Hola"}]}', 'refused malformed_item');
select results_eq(
  format('select r.item, coalesce(r.outcome || '' '' || r.reason, ''goes on'')
            from messaging.read_outgoing((select jsonb_agg(tests.outgoing(%L, p.patch) order by p.n) from poison p)) r', :'portal'),
  'select n, expected from poison order by n',
  'each item is judged by itself, and none of them raises');
select results_eq(
  $$select r.outcome, r.reason from messaging.read_outgoing('[null, 1, "text", [], {}]') r$$,
  $$values ('rejected', 'not_an_object'), ('rejected', 'not_an_object'), ('rejected', 'not_an_object'), ('rejected', 'not_an_object'), ('rejected', 'unknown_portal')$$,
  'nor does what is no item at all');
select results_eq(
  format('select r.channel_id, r.conversation_id, r.part, r.parts, r.kind, r.text, r.sort
            from messaging.read_outgoing(jsonb_build_array(tests.outgoing(%L, ''{"parts": [{"text": "uno"}, {"kind": "image", "text": "dos", "media": {}}]}''))) r', :'portal'),
  format('values (%1$L::uuid, %2$L::uuid, 1, 2, ''text'', ''uno'', 100::bigint), (%1$L, %2$L, 2, 2, ''image'', ''dos'', 100)', :'channel', :'conversation'),
  'line and chat are found, and each part is a row');
-- A line that was served by a channel before and is by another now.
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select results_eq(format('select channel_id from messaging.read_outgoing(jsonb_build_array(tests.outgoing(%L)))', :'portal'),
  format('values (%L::uuid)', :'channel'), 'a disconnected channel is still found: its refusal explains itself');
select tests.create_channel(:'portal', '2', '5215550002222') as second \gset
update tenancy.channel set line_id = '1' where channel_id = :'second';
select results_eq(format('select channel_id from messaging.read_outgoing(jsonb_build_array(tests.outgoing(%L)))', :'portal'),
  format('values (%L::uuid)', :'second'), 'but one that is connected comes first');
select * from finish();
rollback;
