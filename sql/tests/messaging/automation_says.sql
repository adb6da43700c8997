-- requirement: R2.5-c, R2.4-c
begin;
select plan(22);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select tests.customer_writes(:'portal', :'channel') \g /dev/null
select tests.submitted(:'portal') as message \gset
-- What is told of a message in this state.
create function pg_temp.says(p_message uuid, p_kind text, p_state text, p_wait text default 'no', p_after interval default '0') returns text language plpgsql as $$
declare v_row messaging.automation;
begin
  update messaging.message set state = p_state where message_id = p_message;
  select m.portal_id, tenancy.new_id(), p_kind, 'k', jsonb_build_object('wait', p_wait), null, m.message_id into v_row from messaging.message m where m.message_id = p_message;
  v_row.answer_by := tenancy.now() + interval '1 day';
  return coalesce(messaging.automation_says(v_row, tenancy.now() + p_after), 'nothing');
end $$;
select is(pg_temp.says(:'message', 'robot', s, w), e, format('robot that waits for %s: %s', w, s)) from (values
  ('queued', 'no', 'queued'), ('refused', 'read', 'refused'), ('sending', 'sent', 'nothing'), ('submitted', 'sent', 'nothing'), ('sent', 'sent', 'sent'),
  ('delivered', 'sent', 'delivered'), ('sent', 'delivered', 'nothing'), ('delivered', 'read', 'nothing'), ('read', 'read', 'read'),
  ('failed', 'read', 'failed'), ('unknown', 'sent', 'nothing'), ('expired', 'sent', 'expired')) t(s, w, e);
select is(pg_temp.says(:'message', 'robot', 'sent', 'read', '1 day'), 'sent', 'whose time is over: the state as it is');
select is(pg_temp.says(:'message', 'sms', s), e, format('SMS: %s', s)) from (values
  ('queued', 'queued'), ('unknown', 'queued'), ('submitted', 'sent'), ('sent', 'sent'), ('read', 'delivered'), ('refused', 'failed'), ('failed', 'failed')) t(s, e);
update messaging.message set state = 'queued';
select tests.claimed(:'portal') \g /dev/null
select tests.settled(:'portal', :'message', 'accepted', '{"keys": {"gs": "gs-1"}}') \g /dev/null
select is(pg_temp.says(:'message', 'sms', 'failed'), 'undelivered', 'SMS that WhatsApp had taken');
select is(messaging.automation_says(jsonb_populate_record(null::messaging.automation, '{"kind": "sms", "reason": "window"}'), tenancy.now()), 'failed', 'what never became a message');
select * from finish();
rollback;
