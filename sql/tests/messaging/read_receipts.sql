-- requirement: R2.2-a, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal') as message \gset
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "gs-1", "wa": "wamid.1"}}') \g /dev/null

create function tests.reads(p_more jsonb) returns text language sql as $$
  select concat_ws(' ', coalesce(r.outcome, 'goes on'), r.trouble, case when r.message_id is not null then 'matched' end)
    from messaging.read_receipts(jsonb_build_array(jsonb_build_object(
           'portal_id', current_setting('t.portal'), 'channel_id', current_setting('t.channel'), 'event', 'sent',
           'keys', '{"gs": "gs-1"}'::jsonb) || p_more)) r
$$;
select set_config('t.portal', :'portal', true), set_config('t.channel', :'channel', true) \g /dev/null

select results_eq(
  $$values (tests.reads('{}')), (tests.reads('{"keys": {"gs": "other", "wa": "wamid.1"}}')), (tests.reads('{"keys": {"gs": "other"}}'))$$,
  $$values ('goes on matched'), ('goes on matched'), ('parked')$$, 'Gupshup''s id counts first, then WhatsApp''s; else it is parked');
select results_eq(
  $$values (tests.reads('{"event": "failed", "code": "131026"}')), (tests.reads('{"event": "failed", "code": 131026}')),
           (tests.reads('{"event": "failed", "code": "131026", "keys": {"gs": "other"}}')), (tests.reads('{"event": "delivered", "code": "131026"}'))$$,
  $$values ('held matched'), ('held matched'), ('parked'), ('goes on matched')$$, 'only a failure 131026 of a known message is held back');
select results_eq(
  $$values (tests.reads('{"event": null}')), (tests.reads('{"at": "22/11/2026"}')), (tests.reads('{"at": "2026-13-45T25:61Z"}')),
           (tests.reads('{"keys": null}')), (tests.reads('{"keys": {"gs": ""}}')), (tests.reads('{"doubts": ["keys", "timestamp"]}')),
           (tests.reads('{"event": "mismatch"}')), (tests.reads('{"channel_id": "1 or 1=1"}'))$$,
  $$values ('quarantined unknown_event'), ('quarantined bad_timestamp'), ('quarantined bad_timestamp'), ('quarantined no_key'),
           ('quarantined no_key'), ('quarantined bad_timestamp'), ('quarantined no_alias'), ('rejected unknown_channel')$$,
  'each field is tested before it is cast');
select is(
  (select r.said_at from messaging.read_receipts(jsonb_build_array(jsonb_build_object(
     'portal_id', :'portal', 'channel_id', :'channel', 'event', 'read', 'keys', '{"gs": "gs-1"}'::jsonb))) r),
  '2026-11-22 12:00+00'::timestamptz, 'a status without an instant was said now');
select is(
  (select length(r.code) || ' ' || length(r.said) || ' ' || length(r.gs) from messaging.read_receipts(jsonb_build_array(jsonb_build_object(
     'portal_id', :'portal', 'channel_id', :'channel', 'event', 'failed', 'code', repeat('c', 9999), 'reason', repeat('r', 9999),
     'keys', jsonb_build_object('gs', repeat('k', 9999))))) r),
  '100 500 400', 'what is too long is cut');
select is((select count(*) from messaging.read_receipts('[]')), 0::bigint, 'nothing said, nothing read');
select * from finish();
rollback;
