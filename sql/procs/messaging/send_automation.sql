-- Sends what an automation asks for to p_phone, once: a robot its template (to a new number as well; its plan must include
-- robots), the SMS service its text, where the customer's 24 hours are open. It writes as the portal itself; a robot's
-- messages count for the caps of that robot. All else is messaging.submit()'s decision. What is refused before there is a
-- message (no_phone, unknown_template, unknown_channel, plan, window) becomes the automation's reason. For the worker, with the token of its lease.
-- Returns sent, refused, known (it was sent before), or null when the lease is over. Locks the automation's row,
-- then what begin_conversation and submit lock.
create or replace function messaging.send_automation(
  p_portal_id uuid, p_automation_id uuid, p_automation_token bigint, p_phone text, p_name text default '')
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_row messaging.automation;
  v_digits text := messaging.known_number(p_portal_id, regexp_replace(coalesce(p_phone, ''), '[ +().-]', '', 'g'));
  v_template messaging.template;
  v_channel uuid;
  v_conversation uuid;
  v_part jsonb;
  v_reason text;
  v_detail jsonb := '{}';
  v_outcome text;
  v_why text;
  v_message uuid;
begin
  select * into v_row from messaging.automation a
   where a.portal_id = p_portal_id and a.automation_id = p_automation_id for no key update;
  if not found or v_row.token <> p_automation_token then
    return null;
  elsif v_row.message_id is not null or v_row.reason is not null then
    return 'known';
  end if;
  if v_row.kind = 'robot' then
    select * into v_template from messaging.template t
     where t.portal_id = p_portal_id
       and t.template_id = case when pg_input_is_valid(v_row.request ->> 'template_id', 'uuid') then (v_row.request ->> 'template_id')::uuid end;
    v_channel := v_template.channel_id;
    v_part := jsonb_build_object('kind', 'template', 'template', jsonb_build_object(
      'template_id', v_template.template_id, 'media_url', v_row.request -> 'media_url', 'values', (
        select coalesce(jsonb_object_agg(k.name, v_row.request -> 'values' ->> (k.n - 1)::int), '{}')
          from unnest(messaging.template_variables(v_template.header, v_template.body, v_template.buttons)) with ordinality k(name, n))));
  else
    select c.channel_id into v_channel from tenancy.channel c
     where c.portal_id = p_portal_id and c.state <> 'removed'
       and c.channel_id = case when pg_input_is_valid(v_row.request ->> 'channel_id', 'uuid') then (v_row.request ->> 'channel_id')::uuid end;
    v_part := jsonb_build_object('kind', 'text', 'text', v_row.request -> 'text');
  end if;
  if v_channel is null then
    v_reason := case v_row.kind when 'robot' then 'unknown_template' else 'unknown_channel' end;
  elsif v_row.kind = 'robot' and not billing.entitled(p_portal_id, v_channel, 'robots') then
    v_reason := 'plan';
  elsif v_digits !~ '^[1-9][0-9]{6,14}$' or messaging.country_of(v_digits) is null then
    v_reason := 'no_phone';
    v_detail := jsonb_build_object('phone', left(p_phone, 40));
  else
    v_conversation := case v_row.kind
      when 'robot' then messaging.begin_conversation(p_portal_id, v_channel, v_digits, p_name)
      else messaging.conversation_with(p_portal_id, v_channel, v_digits) end;
    if v_conversation is null then
      v_reason := 'window';
    end if;
  end if;
  if v_reason is null then
    select s.outcome, s.reason, s.message_id into v_outcome, v_why, v_message
      from messaging.submit(jsonb_build_array(jsonb_build_object(
        'portal_id', p_portal_id, 'source', v_row.kind, 'key', p_automation_id, 'conversation_id', v_conversation,
        'robot', case v_row.kind when 'robot' then v_row.request -> 'robot' end, 'parts', jsonb_build_array(v_part)))) s;
    if v_outcome not in ('accepted', 'duplicate', 'refused') then
      v_reason := 'malformed_item';
      v_detail := jsonb_build_object('field', v_why);
      v_message := null;
    end if;
  end if;
  update messaging.automation a
     set message_id = v_message, reason = v_reason, detail = v_detail,
         due_at = v_now, lease_until = null, tries = 0
   where a.portal_id = p_portal_id and a.automation_id = p_automation_id;
  return case when v_outcome in ('accepted', 'duplicate') then 'sent' else 'refused' end;
end
$$;
comment on function messaging.send_automation(uuid, uuid, bigint, text, text) is
  'Tenant. Sends what a robot or the SMS service asked for, once; what cannot be sent is kept with its reason.';
grant execute on function messaging.send_automation(uuid, uuid, bigint, text, text) to whatsappb24_worker;
