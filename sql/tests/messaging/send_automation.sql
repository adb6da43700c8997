-- requirement: R2.5-c, R2.4-c
begin;
select plan(21);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
select tests.robot(:'portal', :'template') \g /dev/null
select is(messaging.send_automation(:'portal', automation_id, 0, '573001234567'), 'sent', 'as leased') from messaging.automation;
select is((select row(source, author, kind, text, state, payload ->> 'robot') from messaging.message),
  row('robot'::text, null::text, 'template'::text, 'Hola Ana, su pedido 7 está listo.'::text, 'queued'::text, 'send_template'::text), 'the template, its values in order, from the portal itself');
select is((select row(user_id, robot, category) from billing.charge), row(null::text, 'send_template'::text, 'utility'::text), 'it counts for the robot');
select is(messaging.send_automation(:'portal', automation_id, token, '573001234567'), 'known', 'it is sent once') from messaging.automation;
select is(messaging.send_automation(:'portal', automation_id, token - 1, '573001234567'), null, 'and not by who has lost the lease') from messaging.automation;
-- What becomes of one more: its message's or its own reason.
create function pg_temp.refused(p_key text, p_phone text default '573001234567') returns text language plpgsql as $$
begin
  update messaging.automation set lease_until = null, due_at = 'infinity' where num_nonnulls(message_id, reason) > 0;
  perform tests.steps();
  perform tests.sends(p_phone);
  return (select concat_ws(' ', coalesce(m.state, 'no message'), coalesce(a.reason, m.reason)) from messaging.automation a left join messaging.message m using (portal_id, message_id) where a.key = p_key);
end $$;
select tests.robot(:'portal', :'template', '{"values": ["Ana"]}', 'e2') \g /dev/null
select is(pg_temp.refused('e2'), 'refused template_incomplete', 'an empty variable blocks');
select tests.robot(:'portal', template_id, p_key => 'e3') from messaging.template where name = 'pausada' \g /dev/null
select is(pg_temp.refused('e3'), 'refused template_state', 'a paused template as well');
select tests.robot(:'portal', tenancy.new_id(), p_key => 'e4') \g /dev/null
select is(pg_temp.refused('e4'), 'no message unknown_template', 'one that is gone');
select tests.robot(:'portal', :'template', p_key => 'e5') \g /dev/null
select is(pg_temp.refused('e5', ''), 'no message no_phone', 'a record without a number');
select tests.robot(:'portal', :'template', p_key => 'e6') \g /dev/null
select is(pg_temp.refused('e6', '12'), 'no message no_phone', 'or with half of one');
select tests.robot(:'portal', :'template', '{"template_id": "1 or 1=1", "values": "x"}', 'e7') \g /dev/null
select is(pg_temp.refused('e7'), 'no message unknown_template', 'and what is no template');
select is((select count(*) from billing.charge), 1::bigint, 'nothing of that costs anything');
select tests.fund(:'portal') \g /dev/null
select billing.set_cap(:'portal', '1', 'robot', 'send_template', 'day', null, 1) \g /dev/null
select tests.publish_card('out service * 0 0 sent', 'out utility * 1 0 sent') \g /dev/null
select tests.pass('1 second');
select tests.robot(:'portal', :'template', p_key => 'e8') \g /dev/null
select is(pg_temp.refused('e8'), 'refused cap', 'a robot''s cap stops it');
select is((select state from messaging.message where state = 'queued'), 'queued', 'not what was sent before');
-- SMS
select tests.sms(:'portal', :'channel', 'Hola') \g /dev/null
select is(pg_temp.refused('s1', '+5215551234567'), 'no message window', 'whoever never wrote gets no free text');
select is((select count(*) from messaging.conversation), 1::bigint, 'and no conversation');
select tests.customer_writes(:'portal', :'channel', 'Hola', '5215551234567') \g /dev/null
select tests.sms(:'portal', :'channel', 'Su turno', 's2') \g /dev/null
select is(pg_temp.refused('s2', '+52 1 555 123 4567'), 'queued', 'inside the 24 hours it goes');
select is((select row(source, text, author) from messaging.message where source = 'sms'), row('sms'::text, 'Su turno'::text, null::text), 'as the SMS service''s');
select tests.pass('25 hours');
select tests.sms(:'portal', :'channel', 'Tarde', 's3') \g /dev/null
select is(pg_temp.refused('s3', '+5215551234567'), 'refused window', 'after them it does not');
select tests.sms(:'portal', tenancy.new_id(), 'Nada', 's4') \g /dev/null
select is(pg_temp.refused('s4', '+5215551234567'), 'no message unknown_channel', 'a channel that is gone');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
