-- requirement: R2.2-a, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('other0portal') as other \gset

-- Every way in which a field can be wrong, and what it costs its item. All of them stand in one call.
create temporary table poison (n int, patch jsonb, expected text);
insert into poison (n, patch, expected) values
  (1,  '{}',                                              'goes on'),
  (2,  '{"portal_id": "nonsense"}',                       'rejected unknown_channel'),
  (3,  '{"portal_id": null}',                             'rejected unknown_channel'),
  (4,  '{"channel_id": "00000000-0000-0000-0000-000000000000"}', 'rejected unknown_channel'),
  (5,  '{"channel_id": {"a": 1}}',                        'rejected unknown_channel'),
  (6,  jsonb_build_object('portal_id', :'other'),         'rejected unknown_channel'),
  (7,  '{"key": null}',                                   'quarantined bad_key'),
  (8,  jsonb_build_object('key', repeat('k', 401)),       'quarantined bad_key'),
  (9,  '{"wa_id": "", "bsuid": null}',                    'quarantined no_sender'),
  (10, jsonb_build_object('wa_id', repeat('1', 21)),      'quarantined bad_sender'),
  (11, '{"wa_id": null, "bsuid": "5215551234567"}',       'quarantined bad_sender'),
  (12, jsonb_build_object('bsuid', 'MX.' || repeat('1', 200)), 'quarantined bad_sender'),
  (13, '{"sent_at": "yesterday"}',                        'quarantined bad_timestamp'),
  (14, '{"sent_at": "2026-13-45T99:00:00Z"}',             'quarantined bad_timestamp'),
  (15, '{"sent_at": 1763812800}',                         'quarantined bad_timestamp'),
  (16, '{"doubts": ["timestamp"]}',                       'quarantined bad_timestamp'),
  (17, '{"doubts": ["media"]}',                           'goes on'),
  (18, jsonb_build_object('text', repeat('a', 65537)),    'quarantined too_long'),
  (19, '{"raw": "first"}',                                'quarantined bad_raw'),
  (20, '{"raw": 7}',                                      'goes on'),
  (21, '{"wa_id": null, "bsuid": "MX.13491208655302741918"}', 'goes on'),
  (23, jsonb_build_object('key', U&'wamid.\FFFD'),        'quarantined bad_key'),
  (24, jsonb_build_object('wa_id', U&'5215551234567\FFFD'), 'quarantined bad_sender'),
  (22, '{"media": "no object", "payload": [1], "kind": null, "name": null, "text": null}', 'goes on');
select results_eq(
  format('select r.item, coalesce(r.outcome || '' '' || r.reason, ''goes on'')
            from messaging.read_incoming((select jsonb_agg(tests.incoming(%L, %L, p.patch) order by p.n) from poison p)) r', :'portal', :'channel'),
  'select n, expected from poison order by n',
  'each item is judged by itself, and none of them raises');
select results_eq(
  $$select r.outcome, r.reason from messaging.read_incoming('[null, 1, "text", [], {}]') r$$,
  $$values ('rejected', 'not_an_object'), ('rejected', 'not_an_object'), ('rejected', 'not_an_object'), ('rejected', 'not_an_object'), ('rejected', 'unknown_channel')$$,
  'nor does what is no item at all');
select results_eq(
  format('select kind, name, text, media, payload from messaging.read_incoming(jsonb_build_array(
            tests.incoming(%L, %L, ''{"media": "no object", "payload": [1], "kind": null, "name": null, "text": null}'')))', :'portal', :'channel'),
  $$values ('unsupported', '', null::text, null::jsonb, '{}'::jsonb)$$,
  'a field that only adorns is left out where it is not what its name says');
select results_eq(
  format('select wa_id, bsuid from messaging.read_incoming(jsonb_build_array(
            tests.incoming(%1$L, %2$L, ''{"wa_id": "918x98xx21x4"}''),
            tests.incoming(%1$L, %2$L, ''{"wa_id": "918x98xx21x4", "bsuid": "IN.1"}'')))', :'portal', :'channel'),
  $$values (null::text, '918x98xx21x4'), (null, 'IN.1')$$,
  'a sender who is not named by a number is known by the name that came');
select results_eq(
  format('select said_at from messaging.read_incoming(jsonb_build_array(
            tests.incoming(%1$L, %2$L, ''{"sent_at": "2026-11-22T05:59:58-06:00"}''), tests.incoming(%1$L, %2$L)))', :'portal', :'channel'),
  $$values ('2026-11-22 11:59:58+00'::timestamptz), (null)$$,
  'the instant is the one that the author''s side names, if it names one');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select results_eq(
  format('select outcome, reason from messaging.read_incoming(jsonb_build_array(tests.incoming(%L, %L)))', :'portal', :'channel'),
  $$values ('rejected', 'unknown_channel')$$, 'a removed channel is none');
select * from finish();
rollback;
