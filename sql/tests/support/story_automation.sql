-- A portal's automation asks for something.
create function tests.robot(p_portal_id uuid, p_template_id uuid, p_more jsonb default '{}', p_key text default 'e1') returns text language sql as $$
  select messaging.take_automation(p_portal_id, 'robot', p_key, jsonb_build_object(
    'robot', 'send_template', 'document', 'DEAL_7', 'template_id', p_template_id, 'values', jsonb_build_array('Ana', '7'), 'wait', 'no') || p_more, '\xaa')
$$;
comment on function tests.robot(uuid, uuid, jsonb, text) is 'A robot of deal 7 asks for a template; returns what take_automation does.';

create function tests.sms(p_portal_id uuid, p_channel_id uuid, p_text text default 'Hola', p_key text default 's1', p_phone text default '+5215551234567')
returns text language sql as $$
  select messaging.take_automation(p_portal_id, 'sms', p_key, jsonb_build_object(
    'code', 'wab24_1', 'channel_id', p_channel_id, 'phone', p_phone, 'text', p_text))
$$;
comment on function tests.sms(uuid, uuid, text, text, text) is 'The SMS service hands us a text; returns what take_automation does.';

create function tests.steps() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', c.step, c.says, c.reason), ', ' order by c.automation_id), 'nothing') from messaging.claim_automations() c
$$;
comment on function tests.steps() is 'The worker claims; returns the steps with what is to be told and why.';

create function tests.sends(p_phone text default '573001234567') returns text language sql as $$
  select string_agg(messaging.send_automation(a.portal_id, a.automation_id, a.token, p_phone, 'Ana'), ', ' order by a.automation_id)
    from messaging.automation a where a.lease_until is not null
$$;
comment on function tests.sends(text) is 'The worker sends all that it has claimed to this number.';

create function tests.tells(p_told text, p_failure jsonb default null) returns text language sql as $$
  select string_agg(messaging.settle_automation(a.portal_id, a.automation_id, a.token, p_told, p_failure)::text, ', ' order by a.automation_id)
    from messaging.automation a where a.lease_until is not null
$$;
comment on function tests.tells(text, jsonb) is 'The worker reports what the portal was told of all that it has claimed.';
