-- Sends a template from the panel to a number, known or new: a conversation is made where there is none (that needs
-- conversation.start), the rest is messaging.submit()'s decision. p_key: the sender's own id of this sending, so that it
-- acts once. p_values, p_media_url: as in messaging.fill_template. Returns the message.
-- Raises WB404 unknown_template, WB400 malformed_item for what is no phone number, and whatever submit refuses with: then
-- nothing is kept and nothing is charged. Locks the contact's identifier, then what submit locks.
create or replace function messaging.send_template(
  p_portal_id uuid, p_actor text, p_template_id uuid, p_key text, p_phone text, p_name text default '', p_values jsonb default '{}',
  p_media_url text default null)
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_digits text := messaging.known_number(p_portal_id, regexp_replace(coalesce(p_phone, ''), '[ +().-]', '', 'g'));
  v_channel uuid;
  v_conversation uuid;
  v_sent record;
begin
  select t.channel_id into v_channel from messaging.template t where t.portal_id = p_portal_id and t.template_id = p_template_id;
  if not found or not tenancy.allows(p_portal_id, p_actor, 'template.view', v_channel) then
    perform trace.refuse('unknown_template', jsonb_build_object('template_id', p_template_id));
  elsif v_digits !~ '^[1-9][0-9]{6,14}$' or messaging.country_of(v_digits) is null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'phone'));
  end if;
  v_conversation := messaging.conversation_with(p_portal_id, v_channel, v_digits);
  if v_conversation is null then
    perform tenancy.demand(p_portal_id, p_actor, 'conversation.start', v_channel);
    v_conversation := messaging.begin_conversation(p_portal_id, v_channel, v_digits, p_name);
  end if;
  select s.outcome, s.reason, s.detail, s.message_id into v_sent
    from messaging.submit(jsonb_build_array(jsonb_build_object(
      'portal_id', p_portal_id, 'source', 'panel', 'key', p_key, 'conversation_id', v_conversation, 'user_id', p_actor,
      'parts', jsonb_build_array(jsonb_build_object('kind', 'template', 'template', jsonb_build_object(
        'template_id', p_template_id, 'values', p_values, 'media_url', p_media_url)))))) s;
  if v_sent.outcome not in ('accepted', 'duplicate') then
    perform trace.refuse(
      case when v_sent.outcome = 'refused' then v_sent.reason else 'malformed_call' end, coalesce(v_sent.detail, '{}'));
  end if;
  return v_sent.message_id;
end
$$;
comment on function messaging.send_template(uuid, text, uuid, text, text, text, jsonb, text) is
  'Tenant. Sends a template to a known or new number, once for each key; returns the message.';
grant execute on function messaging.send_template(uuid, text, uuid, text, text, text, jsonb, text) to whatsappb24_api;
